"""No class or function of the runtime takes more ports than a reader can hold in mind."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNTIME = ROOT / "hub/runtime"
MOST = 7


def test_nothing_takes_more_than_seven_ports() -> None:
    """Whoever needs an eighth does two things, or shares two ports with others in one class."""
    protocols = {
        node.name
        for name in ("ports.py", "studio_ports.py")
        for node in ast.parse((RUNTIME / name).read_text()).body
        if isinstance(node, ast.ClassDef)
    }
    ports = {
        f"{path.relative_to(ROOT)}: {name}": [each for each in types if each in protocols]
        for path in sorted(RUNTIME.rglob("*.py"))
        for name, types in _taken(ast.parse(path.read_text()))
    }

    assert {where: taken for where, taken in ports.items() if len(taken) > MOST} == {}
    assert max(map(len, ports.values())) > 3


def _taken(module: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """Yield each class and function with the types of its fields or parameters."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef):
            fields = [each for each in node.body if isinstance(each, ast.AnnAssign)]
            yield node.name, [ast.unparse(each.annotation) for each in fields]
        elif isinstance(node, ast.FunctionDef):
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            yield node.name, [ast.unparse(each.annotation) for each in given if each.annotation]
