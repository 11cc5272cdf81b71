"""The names of an operator in the languages of the tree."""
import re

from .edits import Refusal


def camel(snake):
    return "".join(part[:1].upper() + part[1:] for part in snake.split("_"))


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


class Onnx:
    """An operator as ONNX calls it, of another domain than ONNX's own "<domain>.<operator>"."""

    def __init__(self, name):
        if not re.fullmatch(r"([a-z]\w*\.)*[A-Z]\w*", name):
            raise Refusal(f"the name is '{name}', expected ONNX's, as LayerNormalization or com.microsoft.FusedConv")
        self.name = name
        self.domain, _, self.operator = name.rpartition(".")
        #: In identifiers, where two domains may have the same operator.
        self.cpp = camel(self.domain.rpartition(".")[2]) + self.operator
        self.key = snake(self.cpp)

    def row(self):
        """As tables of the documentation have it."""
        return f"{self.domain}: {self.operator}" if self.domain else self.operator


class Own:
    """An operator as Tare's dialects and programs call it."""

    def __init__(self, name):
        if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
            raise Refusal(f"the name is '{name}', expected one as hard_swish: the op is called qnn.hard_swish")
        self.name, self.cpp = name, camel(name)
        self.lower = self.cpp[0].lower() + self.cpp[1:]
