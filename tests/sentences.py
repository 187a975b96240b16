"""What the program says where nobody is spoken to yet, out of its source: errors, notes, remarks.

A call is looked at that makes one; names in it stand for the texts that the function or the module gives them.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from pathlib import Path

import seedsearch
from seedsearch import errors
from tests.parsed import tree_of

SOURCE = Path(seedsearch.__file__).parent
VALUE = "☆"  # stands for what differs

# Who is given a sentence: the errors, what is said of a file or of an index, and the positions of what is said.
SAID = {
    **{
        name: (0,)
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, errors.SeedsearchError)
    },
    "OutOfTime": (),
    "Broken": (0,),
    "Failure": (1,),
    "Finding": (1,),
    "Lost": (1,),
    "Note": (1,),
    "Remark": (2,),
    "damaged": (1,),
    "UsageError": (0,),
    "say": (0,),
    "note": (0,),
    "append": (0,),
}
KEYWORDS = ("hint", "says", "reason")
MOST = 64  # sentences of one place


def sentences() -> dict[str, str]:
    """Return every sentence, with where it is said."""
    found: dict[str, str] = {}
    for path in sorted(set(SOURCE.rglob("*.py")) - set(SOURCE.glob("frontends/mcp/*"))):  # which speaks to programs
        tree = tree_of(path)
        for call, scope in _calls(tree, _assigned(ast.iter_child_nodes(tree))):
            name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
            given = [call.args[at] for at in SAID.get(name, ()) if at < len(call.args)]
            if name in SAID:
                given += [word.value for word in call.keywords if word.arg in KEYWORDS]
            for text in (text for node in given for text in _texts(node, scope) or ()):
                if name != "append" or " " in text:
                    found.setdefault(text, f"{path.relative_to(SOURCE)}:{call.lineno}")
    return found


Scope = Mapping[str, list[ast.expr]]


def _calls(node: ast.AST, scope: Scope) -> Iterator[tuple[ast.Call, Scope]]:
    """Yield every call below a node, with what names stand for there."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child, scope
        inner = {**scope, **_assigned(ast.walk(child))} if isinstance(child, ast.FunctionDef) else scope
        yield from _calls(child, inner)


def _assigned(nodes: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    """Return what names are given by assignments."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            value = node.value  # type: ignore[attr-defined]
            pairs = [(target, value)]
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs = list(zip(target.elts, value.elts, strict=True))
            for name, one in pairs:
                if isinstance(name, ast.Name) and one is not None:
                    found.setdefault(name.id, []).append(one)
    return found


def _texts(node: ast.expr, scope: Scope, depth: int = 4) -> list[str] | None:
    """Return the texts that an expression may be; None where it is none that the source says."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            ways = (
                [part.value] if isinstance(part, ast.Constant) else (_texts(part.value, scope, depth) or [VALUE])  # type: ignore[attr-defined]
                for part in parts
            )
            return ["".join(map(str, way)) for way in islice(product(*ways), MOST)]
        case ast.IfExp(body=one, orelse=other):
            return [*(_texts(one, scope, depth) or []), *(_texts(other, scope, depth) or [])] or None
        case ast.BoolOp(values=values):
            return [text for value in values for text in _texts(value, scope, depth) or ()] or None
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            both = _texts(left, scope, depth) or [VALUE], _texts(right, scope, depth) or [VALUE]
            return ["".join(way) for way in product(*both)]
        case ast.Name(id=name) if depth and name in scope:
            return [text for value in scope[name] for text in _texts(value, scope, depth - 1) or ()] or None
    return None
