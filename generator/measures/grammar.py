"""The small language of formulas: names of results, numbers, + - * /, and the functions below."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from generator.errors import KpiError, Mistake

FUNCTIONS = {
    "min": (1, 99),
    "max": (1, 99),
    "prior": (1, 1),
    "growth": (1, 1),
    "capped": (2, 2),
    "covering": (2, 2),
    "whole": (1, 1),
    "known": (2, 99),
    "provisional": (2, 2),
    "discounted": (2, 2),
    "enough": (3, 3),
}  # name -> fewest and most arguments
_MOST_NODES = 500  # names, numbers and signs; what is longer nests too deeply to be worked out
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div)


def parsed(text: str, where: str = "formula") -> ast.expr:
    """Return the tree of `text`; KpiError, with every mistake, where it is no formula."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise KpiError(f"'{text}' is no formula.", [Mistake(where, "cannot be read", _ALLOWED)]) from None
    if sum(1 for _ in ast.walk(tree)) > _MOST_NODES:
        raise KpiError("A formula is too long.", [Mistake(where, "is too long", "Put parts of it into companions.")])
    mistakes = [Mistake(where, what, _ALLOWED) for what in _mistakes(tree)]
    if mistakes:
        raise KpiError(f"'{text}' is no formula.", mistakes)
    return tree


def formula_names(text: str, where: str = "formula") -> tuple[str, ...]:
    """Return the names that the formula `text` needs, each once, in order of appearance; KpiError as `parsed`."""
    return tuple(dict.fromkeys(names_in(parsed(text, where))))


#: Functions that look at the period before.
LOOKING_BACK = ("prior", "growth")


@dataclass(frozen=True)
class Places:
    """Where a formula looks its names up: in the cell's own period and scope, one period before, or in the whole."""

    own: frozenset[str]
    before: frozenset[str]
    whole: frozenset[str]


def places_of(text: str) -> Places:
    """Return where the formula `text` looks its names up; KpiError as `parsed`."""
    tree = parsed(text)
    before, whole = names_within(tree, *LOOKING_BACK), names_within(tree, "whole")
    return Places(frozenset(names_in(tree, skip=("prior", "whole"))), frozenset(before), frozenset(whole))


def names_in(tree: ast.expr, skip: Collection[str] = ()) -> Iterator[str]:
    """Yield the names below `tree` from left to right, but none inside the functions `skip`."""
    if name := name_of(tree):
        yield name
    elif isinstance(tree, ast.Call):
        if function_of(tree) not in skip:
            for argument in tree.args:
                yield from names_in(argument, skip)
    else:
        for child in ast.iter_child_nodes(tree):
            if isinstance(child, ast.expr):
                yield from names_in(child, skip)


def names_within(tree: ast.expr, *functions: str) -> tuple[str, ...]:
    """Return the names inside calls of `functions`, each once."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and function_of(node) in functions)
    return tuple(dict.fromkeys(name for call in calls for name in names_in(call)))


def name_of(tree: ast.expr) -> str | None:
    """Return the dotted name that `tree` is, or None."""
    if isinstance(tree, ast.Name):
        return tree.id
    if isinstance(tree, ast.Attribute):
        owner = name_of(tree.value)
        return f"{owner}.{tree.attr}" if owner else None
    return None


def function_of(tree: ast.Call) -> str:
    """Return the name of the function that is called."""
    return tree.func.id if isinstance(tree.func, ast.Name) else ""


def is_growth(tree: ast.expr) -> bool:
    """Whether a formula is nothing but the growth of one result."""
    return isinstance(tree, ast.Call) and function_of(tree) == "growth" and name_of(tree.args[0]) is not None


def division_in(tree: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """Return both sides of the outermost division, seen through an added constant and a cap; None without one."""
    if isinstance(tree, ast.Call) and function_of(tree) in ("capped", "enough"):
        return division_in(tree.args[0])
    if isinstance(tree, ast.Call) and function_of(tree) == "covering":
        return tree.args[0], tree.args[1]
    if isinstance(tree, ast.Call) and function_of(tree) == "growth":
        return tree.args[0], ast.Call(ast.Name("prior"), [tree.args[0]], [])
    if isinstance(tree, ast.BinOp):
        if isinstance(tree.op, ast.Div):
            return tree.left, tree.right
        if isinstance(tree.op, ast.Add | ast.Sub) and isinstance(tree.right, ast.Constant):
            return division_in(tree.left)
    return None


_ALLOWED = f"A formula holds names of results, numbers, + - * /, brackets and {', '.join(FUNCTIONS)}."


def _mistakes(tree: ast.expr) -> Iterator[str]:
    if name_of(tree):
        return
    if isinstance(tree, ast.Constant):
        if isinstance(tree.value, bool) or not isinstance(tree.value, int | float):
            yield f"{tree.value!r} is no number"
    elif isinstance(tree, ast.BinOp) and isinstance(tree.op, _OPERATORS):
        yield from _mistakes(tree.left)
        yield from _mistakes(tree.right)
    elif isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub | ast.UAdd):
        yield from _mistakes(tree.operand)
    elif isinstance(tree, ast.Call):
        yield from _call_mistakes(tree)
    else:
        yield f"'{ast.unparse(tree)}' is not allowed"


def _call_mistakes(tree: ast.Call) -> Iterator[str]:
    name = function_of(tree)
    if name not in FUNCTIONS:
        yield f"there is no function '{ast.unparse(tree.func)}'"
        return
    least, most = FUNCTIONS[name]
    if tree.keywords or not least <= len(tree.args) <= most:
        yield f"'{name}' takes {least} argument{'' if least == 1 else 's'}{'' if least == most else ' or more'}"
    for argument in tree.args:
        yield from _mistakes(argument)
