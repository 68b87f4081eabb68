"""What the usual errors of Python and torch mean, in a sentence beside their own words."""

import re

_MEANING = {
    r"Input dtype must be .* Got: (Bool|Long|Int)": (
        "a mean of truth values or whole numbers: turn them into floats first, `.float().mean()`"
    ),
    r"mat1 and mat2 shapes|size mismatch, got input|inconsistent tensor size": (
        "a matrix product needs as many columns on its left as rows on its right; samples are rows, "
        "so a layer is `y @ W.T + b`"
    ),
    r"must match the size of tensor": (
        "shapes are aligned from the right: `keepdim=True` or `[:, None]` keeps one value a row"
    ),
    r"same dtype|did not match|expected scalar type": (
        "two kinds of floats meet: `.float()` or `.double()` on one of them"
    ),
    r"can't multiply sequence|must be Tensor, not list|only concatenate list": (
        "a list is no tensor: `torch.tensor(...)` makes one of it"
    ),
    r"must be Tensor, not (float|int)": "a Python number is no tensor: use `math`, or `torch.tensor(...)`",
    r"'(float|int)' object has no attribute": "that is a Python number, not a tensor",
    r"torch.return_types|only concatenate tuple|'(min|max)' object": (
        "`min(dim=1)` returns values and places: take `.values`"
    ),
    r"Boolean value of Tensor": "`if` and `and` need one truth value: use `torch.where`, `&`, or `.all()`",
    r"only one element tensors|cannot be converted to Scalar": (
        "one number was asked of a tensor that has several: reduce it first"
    ),
    r"boolean tensor": "a mask holds truth values: compare first, `mask > 0`, or `.bool()`",
    r"Dimension out of range": "there are fewer dimensions here: `.shape` shows how many",
    r"does not require grad": "no slope is recorded: `requires_grad_()` on what you differentiate by",
    r"grad can be implicitly created": "a slope needs one number to start from: `.sum()` first",
    r"name '\w+' is not defined": "import or define it in this notebook first",
}


def meaning(error: Exception) -> str | None:
    """A sentence of ours on a usual slip, or None."""
    return next((words for pattern, words in _MEANING.items() if re.search(pattern, str(error))), None)
