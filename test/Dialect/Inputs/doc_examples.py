"""Makes one module of the examples in a dialect's page (its ```mlir blocks), so that they can be parsed: those of functions, which TableGen puts
together, are whole nowhere else. Fails where an op of the page has none.

An example of ops becomes a function whose arguments are the operands that it does not define, with the types that it says
they have: `%0 = npu.op %x, %y ... : (type of %x, type of %y) -> type`. An example of an attribute becomes an attribute of a function.
"""
import re
import sys


def split_types(text):
    """The types in "tensor<1x2xi8>, tensor<2xi8>"."""
    types, depth, start = [], 0, 0
    for i, c in enumerate(text + ","):
        depth += (c in "<([{") - (c in ">)]}")
        if c == "," and depth == 0:
            types.append(text[start:i].strip())
            start = i + 1
    return [t for t in types if t]


def arguments(block):
    """Name to type of the operands that the block uses and does not define."""
    defined, used = set(), {}
    for op in re.split(r"\n(?=%)", block):
        result, rest = op.split("=", 1)
        types = re.search(r":\s*\((.*)\)\s*->", rest, re.S)
        operands = re.findall(r"%\w+", rest)
        if types:
            for operand, kind in zip(operands, split_types(types[1])):
                if operand not in defined:
                    used[operand] = kind
        defined.update(re.findall(r"%\w+", result))
    return used


def without_example(page):
    """The ops of the page's sections that no block has."""
    blocks = "\n".join(re.findall(r"```mlir\n(.*?)```", page, re.S))
    return [name for name in re.findall(r"^### `(\w+\.\w+)`", page, re.M) if not re.search(rf"\b{name}\b", blocks)]


def main():
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            page = file.read()
        if missing := without_example(page):
            sys.exit(f"{path}: without an example: {', '.join(missing)}")
        for index, block in enumerate(re.findall(r"```mlir\n(.*?)```", page, re.S)):
            block = re.sub(r"^//.*\n", "", block.rstrip(), flags=re.M)
            name = f"@example_{index}"
            if block.startswith("#"):
                print(f"func.func private {name}() attributes {{example = {block}}}")
            else:
                types = ", ".join(f"{operand}: {kind}" for operand, kind in arguments(block).items())
                print(f"func.func {name}({types}) {{\n{block}\n  return\n}}")


main()
