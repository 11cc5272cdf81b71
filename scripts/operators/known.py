"""What the tree has already: an operator is added once."""
import re

from .edits import Refusal

FUNCTIONS = "include/tare/Dialect/Qnn/Ops/Function.td"
SCHEMA = "lib/Schema/program.fbs"


def on_host(edits):
    """The host's operators, and the file of each; functions are there by their records."""
    found = dict.fromkeys(filter(None, re.findall(r'Qnn_Function<"\w+", "(\w*)"', edits.read(FUNCTIONS))), FUNCTIONS)
    for file in edits.files("lib/Host/**/*.cpp"):
        text = edits.read(file)
        names = re.findall(r'\badd\w*(?:<[\w:]+>)?\((?:all, )?"([^"]+)"', text)
        for several in re.findall(r"\bname : \{([^}]*)\}", text):
            names += re.findall(r'"([^"]+)"', several)
        if prefix := re.search(r'std::string\("([^"]+)"\) \+ op\.text', text):
            names += [prefix[1] + name for name in re.findall(r'\badd<"(\w+)">\(all\)', text)]
        found |= dict.fromkeys(names, file)
    return found


def imported(edits):
    """ONNX's operators that become ops of the dialect, and the file that says so."""
    found = {}
    for file in edits.files("lib/Onnx/Ops/**/*.cpp"):
        found |= dict.fromkeys(re.findall(r'\baddImport\("([^"]+)"', edits.read(file)), file)
    return found | dict.fromkeys(re.findall(r'Qnn_Function<"\w+", "(\w+)"', edits.read(FUNCTIONS)), FUNCTIONS)


def functions(edits):
    """The schema's names of functions, in its order."""
    return re.findall(r"\w+", re.search(r"enum FunctionKind : ubyte \{(.*?)\}", edits.read(SCHEMA), re.DOTALL)[1])


def refuse_host(edits, name):
    if file := on_host(edits).get(name):
        raise Refusal(f"'{name}' is an operator of the host already: {file}")


def refuse_imported(edits, name, otherwise=""):
    if file := imported(edits).get(name):
        raise Refusal(f"ONNX's '{name}' becomes ops of the dialect already: {file}{otherwise}")


def refuse_op(edits, name):
    """An op of a dialect, or a function of the schema."""
    for file in edits.files("include/tare/Dialect/*/Ops/*.td"):
        if re.search(rf'(Op|Qnn_Function)<"{name}"', edits.read(file)):
            raise Refusal(f"'{name}' is an op already: {file}")
    if name in functions(edits):
        raise Refusal(f"'{name}' is a function already: {SCHEMA}")
