"""A source as clang reads it: the bugs that could be planted in it, and those among them that compile."""
import json
import shlex

from clang import cindex

from .mutant import Mutant
from .operators import OPERATORS, Source, span

LIBRARY = "/usr/lib/llvm-22/lib/libclang-22.so.1"  # that of the compiler: it reads its precompiled headers
FUNCTIONS = (cindex.CursorKind.FUNCTION_DECL, cindex.CursorKind.CXX_METHOD, cindex.CursorKind.FUNCTION_TEMPLATE,
             cindex.CursorKind.CONSTRUCTOR, cindex.CursorKind.CONVERSION_FUNCTION)
# What must be known when it is compiled.
FIXED = (cindex.CursorKind.STATIC_ASSERT, cindex.CursorKind.ENUM_DECL, cindex.CursorKind.TEMPLATE_NON_TYPE_PARAMETER)


class Reader:
    """Reads the sources of a build folder, as its compile_commands.json says."""

    def __init__(self, root, commands):
        if not cindex.Config.loaded:
            cindex.Config.set_library_file(LIBRARY)
        self.root, self.index = root, cindex.Index.create()
        self.arguments = {entry["file"]: arguments_of(entry) for entry in reversed(json.loads(commands.read_text()))}
        self.units = {}

    def knows(self, file):
        return str(self.root / file) in self.arguments

    def mutants(self, file):
        """All that could be planted in a file, in the order of the operators' names."""
        path = self.root / file
        unit = self.index.parse(str(path), args=self.arguments[str(path)])
        refuse_errors(unit, path)
        self.units[file] = unit
        source, found = Source(path.read_bytes()), {name: [] for name in OPERATORS}
        for node in unit.cursor.get_children():
            if node.location.file and node.location.file.name == str(path):
                visit(node, source, file, "", found)
        return found

    def errors(self, file, text):
        """Where the file would not compile if it held this text: bytes."""
        path = str(self.root / file)
        unit = self.units[file]
        unit.reparse(unsaved_files=[(path, text)])
        return [d.location.offset if d.location.file and d.location.file.name == path else -1
                for d in unit.diagnostics if d.severity >= cindex.Diagnostic.Error]


def arguments_of(entry):
    arguments = shlex.split(entry["command"])
    first = next(i for i, argument in enumerate(arguments) if "clang" in argument.rsplit("/", 1)[-1])
    arguments = [a for a in arguments[first + 1 :] if a not in ("-c", entry["file"])]
    if "-o" in arguments:
        place = arguments.index("-o")
        del arguments[place : place + 2]
    return arguments


def refuse_errors(unit, path):
    wrong = [str(d) for d in unit.diagnostics if d.severity >= cindex.Diagnostic.Error]
    if wrong:
        raise SystemExit(f"mutate: clang cannot read {path}: {wrong[0]}; build it first")


def visit(node, source, file, function, found):
    if node.kind in FIXED or is_constexpr(node, source):
        return
    if node.kind in FUNCTIONS:
        function = node.spelling
    for name, operator in OPERATORS.items():
        for begin, end, replacement, form in operator(source, node):
            found[name].append(Mutant(file, function, name, source.data.count(b"\n", 0, begin) + 1, begin, end,
                                      source.text(begin, end), replacement, form))
    for child in node.get_children():
        visit(child, source, file, function, found)


def is_constexpr(node, source):
    if not node.kind.is_declaration():
        return False
    begin, end = span(node)
    head = source.data[begin:end].split(b"{")[0].split(b"=")[0]
    return b"constexpr" in head
