"""The source of a solution, with the imports and helpers that it needs, so that it runs wherever it is pasted."""

import ast
import inspect
from collections.abc import Callable


def pasted(answer: Callable) -> str:
    """Source that defines `answer` in an empty notebook: imports, what it uses of its own module, itself.

    Args:
        answer: a function at the top of a module.

    Returns:
        Python, with an empty line between the parts.
    """
    source = inspect.getsource(inspect.getmodule(answer) or answer)
    module = ast.parse(source)
    needed = _needed(answer.__name__, module.body)
    imports = [_import(node, needed) for node in module.body if isinstance(node, ast.Import | ast.ImportFrom)]
    parts = [
        ast.get_source_segment(source, node) or ""
        for node in module.body
        if not isinstance(node, ast.Import | ast.ImportFrom) and _binds(node) & needed
    ]
    return "\n\n\n".join(part for part in ("\n".join(line for line in imports if line), *parts) if part)


def _needed(name: str, body: list[ast.stmt]) -> set[str]:
    """The names of the module that `name` uses, directly or through others."""
    by_name = {bound: node for node in body for bound in _binds(node)}
    found, waiting = set[str](), {name}
    while waiting:
        node = by_name.get(current := waiting.pop())
        found.add(current)
        if node is not None:
            waiting |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & by_name.keys() - found
    return found


def _binds(node: ast.stmt) -> set[str]:
    """The names that a statement at the top of a module defines."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}


def _import(node: ast.Import | ast.ImportFrom, needed: set[str]) -> str:
    """The import with only what is needed, or nothing."""
    names = [alias for alias in node.names if (alias.asname or alias.name).split(".")[0] in needed]
    if not names:
        return ""
    return ast.unparse(
        ast.ImportFrom(node.module, names, node.level) if isinstance(node, ast.ImportFrom) else ast.Import(names)
    )
