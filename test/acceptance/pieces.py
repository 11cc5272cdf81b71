"""What every operator has, from what the tree itself says: the schema's union, TableGen's records, registrations in C++, and the tables of the tests.

An operator is an op of the dialect `qnn`, a member of the union `Op`, or an operator of ONNX that becomes ops. `missing(tree, operator)` names what it has not.
"""
import ast
import functools
import json
import os
import re
import subprocess
import sys

LLVM = "/usr/lib/llvm-22"

#: Ops that no operator of ONNX becomes: passes make them, or they stand for a node, a loop's ends or data. No models are asked of them.
MADE_BY_PASSES = {"constant", "host", "loop_begin", "loop_end", "reinterpret", "requantize"}
#: ONNX's operators that become an op of another name; of functions the records say it.
FROM = {"batch_norm": ["BatchNormalization"], "gelu": ["Gelu"], "gelu_tanh": ["Gelu"], "linear": ["Gemm", "MatMul"], "matmul": ["MatMul"], "normalize": ["LayerNormalization", "InstanceNormalization"], "pow": ["Pow"], "prelu": ["PRelu"],
        "round": ["Cast"], "scaled_swish": ["Swish"], "swish": ["Swish"], "truncate": ["Cast"]}
#: What the host computes has tests in test/unit/Host, and no formula of ours; a loop is layers that others describe, which random programs and the replay have.
OF_MEANING = {"host": {"random cases of kernels", "formula", "golden replay", "replayed kinds"}, "loop": {"random cases of kernels", "replayed kinds"}}


def camel(name):
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


class Tree:
    """The sources below a folder."""

    def __init__(self, root):
        self.root = root

    def text(self, *patterns):
        """Of all files that patterns find, one behind the other."""
        return "\n".join(path.read_text() for pattern in patterns for path in sorted(self.root.glob(pattern)))

    @functools.cached_property
    def union(self):
        schema = re.sub(r"//.*", "", (self.root / "lib/Schema/program.fbs").read_text())
        return re.findall(r"\w+", re.search(r"^union Op \{([^}]*)\}", schema, re.MULTILINE)[1])

    def records(self, dialect):
        """The ops of a dialect as TableGen reads them, by their names."""
        done = subprocess.run([f"{LLVM}/bin/llvm-tblgen", "--dump-json", "-I", self.root / "include", "-I", f"{LLVM}/include",
                               self.root / f"include/tare/Dialect/{dialect}/{dialect}Ops.td"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        everything = json.loads(done.stdout)
        ops = [everything[name] for name in everything["!instanceof"]["Op"]]
        for op in ops:
            op["interfaces"] = {everything[trait["def"]].get("cppInterfaceName") for trait in op["traits"]}
        return {op["opName"]: op for op in ops if op["opDialect"]["def"] == f"{dialect}_Dialect"}

    @functools.cached_property
    def qnn(self):
        return self.records("Qnn")

    @functools.cached_property
    def npu(self):
        return self.records("Npu")

    @functools.cached_property
    def kernels(self):
        """By the union's members: the operator's name, its meaning, and its operands' roles."""
        found = re.findall(r'^const OpKernel (\w+)Kernel = \{\s*"(\w+)".*?\{Meaning::(\w+),\s*((?:Roles::numbered\()?[{"][^})]*)', self.text("lib/Kernels/Integer/**/*.cpp"),
                           re.MULTILINE | re.DOTALL)
        return {kernel[0].upper() + kernel[1:]: (name, meaning, re.findall(r'"(\w+)"', roles)) for kernel, name, meaning, roles in found}

    def run(self, folder, program):
        """What a program prints in a folder of the tree: JSON."""
        paths = [str(self.root / each) for each in ("test/e2e", "test/acceptance", "test/random")]
        done = subprocess.run([sys.executable, *program], cwd=self.root / folder, capture_output=True, text=True,
                              env=os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"})
        assert done.returncode == 0, done.stderr
        return done.stdout

    @functools.cached_property
    def end_to_end(self):
        """The models of test/e2e, and ONNX's operators in them."""
        return self.run("test/e2e", ["-c", "import models; [print(name, *case.operators()) for name, case in models.CASES.items()]"]).split()

    @functools.cached_property
    def own_cases(self):
        return set(self.run("test/conformance/own", ["generate.py", "--operators"]).split())

    @functools.cached_property
    def page(self):
        """The rows of docs/operators.md: its columns, by the operator."""
        head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in self.text("docs/operators.md").splitlines() if line.startswith("|"))
        return {row[0]: dict(zip(head, row)) for row in rows}

    @property
    def imported_by_page(self):
        """Those that the import makes ops of, as the page, which is made of its table, says."""
        return [name for name, row in self.page.items() if (row["i8"] + row["i16"] and "of the host until" not in row["notes"]) or "layers as a part" in row["notes"]]

    @functools.cached_property
    def imported(self):
        """ONNX's operators that become ops of the dialect: scripts/operators has looked for them, and its test compares them with the page."""
        program = "from operators import edits, known; print(*known.imported(edits.Edits('..')), sep='\\n')"
        return self.run("scripts", ["-c", program]).split()

    @functools.cached_property
    def made_at_random(self):
        """The makers of random models that are chosen among, and the operators of ONNX that they name."""
        module = ast.parse(self.text("test/random/operators.py"))
        values = {target.id: node.value for node in module.body if isinstance(node, ast.Assign) for target in node.targets}
        chosen = {each.id for name in ("COMPUTING", "MOVING") for each in values[name].elts}
        if "function" in chosen:
            chosen |= {record["onnxOperator"] for record in self.qnn.values() if "onnxOperator" in record}
        constants = [values["FUNCTIONS"], values["NOT_AT_RANDOM"], *(node for node in module.body if isinstance(node, ast.FunctionDef) and node.name in chosen)]
        return chosen | {each.value for node in constants for each in ast.walk(node) if isinstance(each, ast.Constant) and str(each.value)[:1].isupper()}

    def python_names(self, file, *tables):
        """The keys of dictionaries, and the strings of lists, of a module."""
        names = set()
        for node in ast.parse(self.text(file)).body:
            if isinstance(node, ast.Assign) and node.targets[0].id in tables:
                names |= {each.arg for each in ast.walk(node.value) if isinstance(each, ast.keyword)}
                names |= {word for each in ast.walk(node.value) if isinstance(each, ast.Constant) and isinstance(each.value, str) for word in each.value.split()}
        return names


def _of_member(tree, member):
    """(piece, whether it is there) of a member of the union."""
    name, meaning, roles = tree.kernels.get(member, ("", "", []))
    yield "kernel", name
    if not name:
        return
    replayed = tree.python_names("test/acceptance/replay.py", "ACCUMULATORS", "MOVEMENTS", "BORDER", "ENDS")
    rules = re.findall(r"^\(A\d+\) (\*\*[^*]+\*\*[^.:,]*)", tree.text("docs/arithmetic.md"), re.MULTILINE)
    pieces = [("roles of operands", roles),
              ("op of hardware", name in tree.npu and f"::tare::program::{member}T;" in tree.npu[name]["extraClassDeclaration"]),
              ("syntax of hardware", f"npu.{name} " in tree.text("test/Dialect/Npu/*.mlir")),
              ("C source", f"Status csource::lower{member}(" in tree.text("lib/CSource/*.cpp")),
              ("random cases of kernels", f'{{"{name}", make' in tree.text("test/unit/Kernels/Integer/Generators.cpp")),
              ("random programs", re.search(rf"\b({member}T\b|{name}\()", tree.text("test/unit/Runtime/RandomNetwork.cpp"))),
              ("golden replay", name in replayed),
              ("replayed kinds", name in tree.python_names("test/acceptance/test_golden.py", "KINDS")),
              ("formula", any(re.search(rf"(\*|, |`){name}(\*|,|`| (nearest|linear))", rule) for rule in rules))]
    yield from (piece for piece in pieces if piece[0] not in OF_MEANING.get(meaning, ()))


def _of_op(tree, name):
    """The same of an op of the graph's dialect."""
    record = tree.qnn[name]
    op = record["!name"].removeprefix("Qnn_")
    is_function = "UnaryFunctionOpInterface" in record["interfaces"]
    evaluator, lowering = tree.text("lib/Evaluator/**/*.cpp"), tree.text("passes/Lowering/**/*.cpp")
    yield "evaluation", is_function or re.search(rf"\badd<{op}>\(|\bqnn::{op}>\(op\)|\bisa<qnn::{op}\b", evaluator) or name == "constant"
    yield "lowering, or the word Qnn_FloatOnly", is_function or record.get("floatUntil") or re.search(rf"Pattern<qnn::{op}>|\bLower\w+<qnn::{op}>", lowering)
    yield "syntax", "Qnn_Function" in record["!superclasses"] or re.search(rf"\bqnn\.{name}\b", tree.text("test/Dialect/Qnn/*.mlir"))
    if "Qnn_Function" in record["!superclasses"]:
        yield "formula in numpy", name in tree.python_names("test/e2e/models/formulas.py", "FORMULAS")
    if name in MADE_BY_PASSES:
        return
    sources = FROM.get(name) or [record.get("onnxOperator") or camel(name)]
    yield "random models", tree.made_at_random & {name, *sources}
    yield "end-to-end case", any(word in sources or word.startswith(f"{name}_") for word in tree.end_to_end)


def operators(tree):
    """What is asked of each: (its name, a function that gives its pieces)."""
    found = {f"the union's {member}": functools.partial(_of_member, tree, member) for member in tree.union}
    found |= {f"qnn.{name}": functools.partial(_of_op, tree, name) for name in tree.qnn}
    return found | {f"ONNX's {name}": lambda name=name: [("conformance case of its own", name in tree.own_cases)] for name in tree.imported}


def missing(tree, operator):
    return [piece for piece, is_there in operators(tree)[operator]() if not is_there]
