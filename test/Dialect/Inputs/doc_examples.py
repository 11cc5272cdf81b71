"""Makes one module of the examples in a dialect's descriptions (```mlir blocks of .td files), so that they can be parsed.

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


def main():
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            blocks = re.findall(r"```mlir\n(.*?)```", file.read(), re.S)
        for index, block in enumerate(blocks):
            block = "\n".join(line[4:] for line in block.rstrip().split("\n"))
            block = re.sub(r"^//.*\n", "", block, flags=re.M)
            name = f"@{re.sub(r'[^A-Za-z]', '_', path.split('/')[-1])}_{index}"
            if block.startswith("#"):
                print(f"func.func private {name}() attributes {{example = {block}}}")
            else:
                types = ", ".join(f"{operand}: {kind}" for operand, kind in arguments(block).items())
                print(f"func.func {name}({types}) {{\n{block}\n  return\n}}")


main()
