"""Tasks and where the lecture places them: supervised or not, with a latent variable or not, structured or not.

Who made the target, and whether its parts constrain each other, are facts about the data. Whether there is a latent
variable is a choice of whoever models: what x leaves open can be inferred (z), computed inside (h), or left to a
distribution over y. So where a case can be made for the other answer, it stands beside the lecture's.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """A task, its place among the nested regions, and the reason for each of the three answers.

    Attributes:
        name: of the task.
        supervised: whether somebody made the target.
        latent: whether the output depends on something (z) that nobody observes.
        structured: whether the output must satisfy constraints.
        why_supervised: the reason for the first answer.
        why_latent: the reason for the second.
        why_structured: the reason for the third.
        case: for the other answer to the second question; "" where there is none worth making.
    """

    name: str
    supervised: bool
    latent: bool
    structured: bool
    why_supervised: str
    why_latent: str
    why_structured: str
    case: str = ""

    @property
    def place(self) -> tuple[bool, bool, bool]:
        """(supervised, latent, structured)."""
        return self.supervised, self.latent, self.structured


_NO_Z = "once x is given, nothing that stays hidden has to be settled first"
_FREE = "no value of the output constrains another"
_NEXT = "a model that gives every next word a probability needs none: chapter 13 builds one"

TASKS = {
    t.name: t
    for t in (
        Task("classification or regression", True, False, False, "a person wrote the answer for each example", _NO_Z, _FREE),
        Task(
            "object detection with latent pose", True, True, False, "a person marked the objects",
            "the pose of the object is needed to explain the picture, and nobody marked it", _FREE,
        ),
        Task(
            "speech recognition", True, True, True, "a person wrote down what was said",
            "which stretch of sound belongs to which letter is not marked", "the output must be a sentence, not any string of letters",
            "a network can be trained from sound to text with the alignment left inside h",
        ),
        Task(
            "translation", True, False, True, "a person wrote the translation", _NO_Z, "the output must be a sentence of the other language",
            "which word renders which is not marked either, and the first statistical translators inferred it (Brown et al., 1993)",
        ),
        Task(
            "time-series prediction", False, False, False, "the future of the series is of the same nature as its past", _NO_Z, _FREE,
            "the state of the atmosphere behind a series of temperatures is hidden, and weather services infer it",
        ),
        Task(
            "language modelling", False, True, False, "the next word is of the same nature as the words before it",
            "what the writer is about to say is not in the text so far", "one word is predicted at a time, and no rule ties it to another output",
            _NEXT,
        ),
        Task(
            "text generation", False, True, True, "the text to write is of the same nature as the text read",
            "what the writer wants to say is not in the text so far", "the output must hold together as a text", _NEXT,
        ),
        Task(
            "image denoising", False, False, True, "the clean image is of the same nature as the noisy one", _NO_Z,
            "the output must look like an image: pixels constrain each other",
            "several clean images fit one noisy image, and a z can choose among them",
        ),
    )
}  # fmt: skip
