"""Where an operator of the tier `integer` is tested: by hand, at random, by the replay, and in every list of all operators."""
import re

from .edits import marked, quoted

UNIT = "test/unit"
REQUANT = "requant = <multipliers = [16384], shifts = [14], zero_point = 4, clamp = [-128, 127]>"


def plan(edits, op):
    _syntax(edits, op)
    _kernel(edits, op)
    _networks(edits, op)
    _facts(edits, op)
    _replay(edits, op)
    if op.onnx:
        _models(edits, op)


def _syntax(edits, op):
    """Parsed, printed, and parsed again."""
    def line(dialect, operand, rest, types):
        text = f"{dialect}.{op.name} %{operand}{rest} : ({types}) -> {types}\n"
        edits.change(f"test/Dialect/{dialect.capitalize()}/ops.mlir", r"^func\.func @elementwise\([\s\S]*?(?=^  return$)",
                     lambda match: f"{match[0]}  // CHECK: {text.replace(f'%{operand}', '%{{.*}}')}  %{op.name} = {text}")
    line("qnn", "x", "", "tensor<1x2x4x4xf32>")
    line("npu", "a", f" input_zero_point = 4 {REQUANT}", "tensor<1x8x8x4xi8>")


def _kernel(edits, op):
    edits.after(f"{UNIT}/Kernels/Integer/ReferenceTest.cpp", r"^\}\n\Z", f"""
// ({op.number})
TEST({op.cpp}Reference, ByHand) {{
  FAIL() << "{marked(op.name, 'integers that were computed by hand, with halves and zero points')}";
}}
""")
    file = f"{UNIT}/Kernels/Integer/Generators.cpp"
    edits.before(file, r"^\} // namespace\n\nconst std::vector<Generator> generators", f"""\
Case make{op.cpp}(Random &random) {{
  ElementType type = activation(random);
  program::{op.cpp}T op;
  op.input_zero_point = zeroPoint(random, type);
  op.requant = randomRequant(random, 1, type, typical(type));
  Case test;
  test.operands = {{randomTensor(random, {{type, imageOrVector(random)}})}};
  test.op = makeOp(std::move(op));
  return test;
}}

""")
    edits.change(file, r"^const std::vector<Generator> generators = \{[\s\S]*?(?=\};)", lambda match: f'{match[0]}, {{"{op.name}", make{op.cpp}}}')


def _networks(edits, op):
    """Random programs, and random functions of the hardware's dialect."""
    file = f"{UNIT}/Runtime/RandomNetwork.cpp"
    edits.before(file, r"^  uint32_t addSlice\(uint32_t x\) \{$", f"""\
  uint32_t add{op.cpp}(uint32_t x) {{
    {op.cpp}T op;
    op.input_zero_point = pick(-9, 9);
    op.requant = anyRequant(1);
    return layer(std::move(op), {{x}});
  }}

""")
    edits.change(file, r"^    constexpr Add kinds\[\] = \{[\s\S]*?(?=\};)", lambda match: f"{match[0]}, &Generator::add{op.cpp}")
    file = f"{UNIT}/Passes/RandomNetwork.cpp"
    edits.before(file, r"^  Value lookup\(Value x\) \{$", f"  Value {op.lower}(Value x) {{ return npu::{op.cpp}Op::create(builder, loc, x, zero(), requant()); }}\n")
    edits.change(file, r"^    static const Maker makers\[\] = \{[\s\S]*?(?=\};)", lambda match: f"{match[0]}, &Generator::{op.lower}")


def _facts(edits, op):
    """Its zero points, of which the proof makes sure, and what it does with accumulators."""
    file = f"{UNIT}/Proof/ZeroPointsTest.cpp"
    edits.change(file, r"add\.operator\(\)<[^>]*", lambda match: f"{match[0]}, {op.cpp}T")
    edits.change(file, r'^  for \(const char \*name : \{"conv[^}]*', lambda match: f'{match[0]}, "{op.name}.input_zero_point"')
    edits.change("test/random/proofs.py", r"^SCALED = \([^)]*", lambda match: f'{match[0]}, "{op.name}"')


def _replay(edits, op):
    file = "test/acceptance/replay.py"
    missing = marked(op.name, "its accumulators in numpy, from docs/arithmetic.md alone")
    edits.before(file, r"^ACCUMULATORS = dict\(", f"def {op.name}(p, x):  # ({op.number})\n    raise NotImplementedError({quoted(missing)})\n\n\n")
    edits.change(file, r"^ACCUMULATORS = dict\([^)]*", lambda match: f"{match[0]}, {op.name}={op.name}")
    edits.change("test/acceptance/test_golden.py", r'^KINDS = set\("""[^"]*', lambda match: f"{match[0]} {op.name}")


def _models(edits, op):
    """A model with nothing else in it, which is converted and replayed, and nodes in random models."""
    edits.before("test/e2e/models/activations.py", r"^\}\n\n\ndef alone\(", f'    "{op.name}": (plain("{op.onnx.operator}"), {op.since}),\n')
    edits.change("test/acceptance/test_golden.py", r'^MODELS = """[^"]*', lambda match: f"{match[0]} {op.name}")
    file = "test/random/operators.py"
    missing = marked(op.name, "builder.add(), and how far the result may be off")
    edits.before(file, r"^COMPUTING = \(", f"def {op.name}(builder, value):\n    raise NotImplementedError({quoted(missing)})\n\n\n")
    edits.change(file, r"^COMPUTING = \([^)]*", lambda match: f"{match[0]}, {op.name}")
