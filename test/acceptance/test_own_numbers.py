"""What a test draws depends on its name alone: a generator that a module makes is for the module's constants."""
import ast
import pathlib

import pytest

FILES = sorted(pathlib.Path(__file__).parent.glob("test_*.py"))


def generators(tree):
    """The names of generators that a module makes."""
    for each in tree.body:
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call) and ast.unparse(each.value.func).endswith("default_rng"):
            yield from (target.id for target in each.targets if isinstance(target, ast.Name))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_function_draws_from_the_modules_generator(path):
    tree = ast.parse(path.read_text())
    shared = set(generators(tree))
    functions = [each for each in ast.walk(tree) if isinstance(each, (ast.FunctionDef, ast.Lambda))]
    drawing = {f"line {name.lineno}" for function in functions for name in ast.walk(function) if isinstance(name, ast.Name) and name.id in shared}
    assert not drawing, f"take the fixture `rng` in {path.name}, {', '.join(sorted(drawing))}"
