"""C sources of programs (docs/c-source.md): what they compute is what `tare run` computes, byte for byte, whoever compiles them."""
import ctypes
import json
import re
import shutil
import subprocess
import sys
import threading

import numpy as np
import pytest

from csource import SANITIZERS, STRICT, CSource, Program, compilers, differing, drawn, emitted, shared_library
from graphs import converted, node, outputs_of, port, save
from harness import ROOT, Prepared, fails, load, tare, tare_json
from models import CASES

sys.path.insert(0, str(ROOT / "test/random"))
from builder import TARGETS  # noqa: E402
from quantized_graphs import Pack, make  # noqa: E402

DIGITS = ROOT / "examples/digits"
F32 = np.float32
CLANG = next((each for each in compilers() if "clang" in each), None)


def convert_digits(folder, *arguments, target="generic", output="digits.tare"):
    tare("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "--target", target, *arguments, "-o", folder / output)
    return folder / output


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """The digits' program, and its C."""
    folder = tmp_path_factory.mktemp("digits")
    program = convert_digits(folder)
    return program, emitted(program, folder / "c", "--self-test")


def assert_same(program, source, samples=3, compiler=None, *flags):
    """The outputs of drawn inputs, from the runtime and from C."""
    runtime, library = Program(program), source.compiled(compiler, *flags)
    random = np.random.default_rng(5)
    assert [(a.name, a.kind, a.shape) for a in source.inputs + source.outputs] == \
        [(a.name, a.kind, a.shape) for a in runtime.inputs + runtime.outputs]
    for _ in range(samples):
        assert differing(runtime, library, list(drawn(runtime.inputs, random))) == []


# ---- The same bytes


@pytest.mark.parametrize("compiler", compilers())
def test_the_digits_are_those_of_tare_run(compiler, digits, tmp_path):
    program, source = digits
    tare("run", program, "--inputs", DIGITS / "test.npz", "--outputs", tmp_path / "out.npz", "--samples", 50)
    expected, library = load(tmp_path / "out.npz")["logits"], source.compiled(compiler, "-O2")
    images = load(DIGITS / "test.npz")["image"][:50].reshape(50, 1, 1, 8, 8)
    found = np.concatenate([library.run([image])[0] for image in images])
    assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("rounding", ("half_up", "half_away", "half_even", "floor", "gemmlowp_double"))
def test_every_rounding(rounding, tmp_path):
    board = tmp_path / "board.yaml"
    board.write_text(tare("target", "show", "generic").stdout.replace("\nrounding: half_up", f"\nrounding: {rounding}"))
    program = convert_digits(tmp_path, target=board)
    assert_same(program, emitted(program, tmp_path / "c"))


@pytest.mark.parametrize("rounding", ("half_up", "half_even", "gemmlowp_double"))
def test_products_beyond_62_bits(rounding, tmp_path, rng):
    """Long sums of 16-bit activations with multipliers of 31 bits: what 64 bits of C have no room for."""
    board = tmp_path / "board.yaml"
    text = tare("target", "show", "i16x8").stdout
    for key, value in (("multiplier_bits", "31"), ("rounding", rounding), ("  max", "62")):
        text = re.sub(rf"\n{key}: \w+", f"\n{key}: {value}", text)
    board.write_text(text)
    path = save(tmp_path / "m.onnx", [node("MatMul", ["x", "w"], ["y"], name="long"), node("Relu", ["y"], ["z"], name="relu")], [port("x", [1, 8192])], [port("z", None)],
                {"w": rng.normal(size=(8192, 3)).astype(F32)}, 13)
    program, _ = converted(path, {"x": rng.normal(size=(8, 8192)).astype(F32)}, "--target", board)
    source = emitted(program, tmp_path / "c")
    assert "scale_wide" in (tmp_path / "c/m.c").read_text()
    assert_same(program, source)


# Models of every operator, with what makes each awkward.
MODELS = """conv_group conv_depthwise_multiplier conv_dilated conv_uneven_pads conv_1d_strided_dilated conv_batch_of_eight
deconv_uneven_pads deconv_group deconv_dilated deconv_1d add_activations_channel add_both_broadcast mul_constant_row prelu_channel
softmax_channels layer_norm layer_norm_two_axes instance_norm matmul_broadcast tiny_attention max_pool_ceil_padded max_pool_dilated max_pool_1d average_pool_uneven_pads
average_pool_uneven_counting_pad average_pool_1d reduce_mean_channels_flat reduce_mean_all resize_nearest_down
resize_linear_half_pixel_uneven resize_linear_1d slice_backwards pad_value pad_edge pad_reflect reshape_back_and_forth
gather_many_parts transpose_reversed channel_shuffle two_inputs_three_outputs awkward_names qdq_net unet lstm_both_ways gru_reversed scan_of_pixels""".split()
WIDE_MODELS = "conv_group deconv_group matmul_broadcast add_both_broadcast sigmoid prelu_channel softmax_channels layer_norm instance_norm average_pool_1d resize_linear_1d lstm_both_ways".split()


@pytest.fixture(scope="module")
def seen():
    """The operators of programs whose C was compared."""
    return set()


@pytest.mark.parametrize("target, name", [("generic", name) for name in MODELS] + [("i16x8", name) for name in WIDE_MODELS])
def test_every_operator(target, name, tmp_path, seen):
    program = Prepared(CASES[name], tmp_path).convert(tmp_path / "p.tare", "--target", target)
    assert_same(program, emitted(program, tmp_path / "c"), 2)
    seen |= {layer["kind"] for layer in tare_json("inspect", program)["layers"]}


def operators():
    """The operators of the schema, as tables name them."""
    union = re.search(r"^union Op \{([^}]+)\}", (ROOT / "lib/Schema/program.fbs").read_text(), re.MULTILINE).group(1)
    names = [re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip()).lower() for name in union.split(",")]
    return {"mat_mul": "matmul"}.get, names


def test_no_operator_is_left_out(seen):
    """Of the whole file: alone it fails. What has no C, or no test of it, is named."""
    rename, names = operators()
    assert len(names) > 20
    missing = {rename(name, name) for name in names} - seen - {"host"}
    assert not missing, f"no program with {', '.join(sorted(missing))} was compared with its C"


@pytest.mark.parametrize("target", TARGETS)
def test_random_graphs(target, tmp_path, seen):
    """40 graphs side by side, as quantizers write them."""
    pack = Pack([make(20261129, index, target) for index in range(40)])
    pack.save(tmp_path / "pack.onnx")
    np.savez(tmp_path / "data.npz", **pack.data())
    program = tmp_path / "pack.tare"
    tare("convert", tmp_path / "pack.onnx", "--calibration", tmp_path / "data.npz", "--target", target, "--allow-uncalibrated", "--check", "0",
         "-o", program)
    assert_same(program, emitted(program, tmp_path / "c"), 4)
    seen |= {layer["kind"] for layer in tare_json("inspect", program)["layers"]}


def test_both_roads_give_the_same_source(digits, tmp_path):
    """`tare convert --emit c` and `tare emit` of the program that it would have written."""
    program, _ = digits
    tare("emit", program, "-o", tmp_path / "a", "--prefix", "net", "--split-weights", "--self-test")
    convert_digits(tmp_path, "--emit", "c", "--prefix", "net", "--split-weights", "--self-test", output="b")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["CMakeLists.txt", "net.c", "net.h", "net_test.c", "net_weights.c"] == sorted(path.name for path in (tmp_path / "b").iterdir())
    for name in names:
        a, b = ((tmp_path / folder / name).read_text().splitlines() for folder in "ab")
        # The first line says which file it was made of.
        assert a[1:] == b[1:], name


# ---- The contract


def test_large_constants_in_a_file_of_their_own(digits, tmp_path):
    program, whole = digits
    split = emitted(program, tmp_path / "c", "--split-weights")
    assert_same(program, split)
    weights = (tmp_path / "c/digits_weights.c").read_text()
    assert re.findall(r"^const \w+ (\w+)\[(\d+)\]", weights, re.MULTILINE)
    assert all(name.startswith("digits_") for name in re.findall(r"^const \w+ (\w+)\[", weights, re.MULTILINE))
    assert len((tmp_path / "c/digits.c").read_text()) < len((whole.folder / "digits.c").read_text())


def test_nothing_but_functions_of_memory_is_called(digits, tmp_path):
    """No heap, no output, no floating-point library; nothing that is written to but the arena and the outputs."""
    _, source = digits
    for compiler in compilers():
        subprocess.run([compiler, *STRICT, "-O2", "-fno-pic", "-c", source.folder / "digits.c", "-o", tmp_path / "d.o"], check=True)
        symbols = [line.split() for line in subprocess.run(["nm", tmp_path / "d.o"], capture_output=True, text=True, check=True).stdout.splitlines()]
        undefined = {symbol[-1] for symbol in symbols if symbol[-2] == "U"}
        assert undefined <= {"memcpy", "memmove", "memset", "_GLOBAL_OFFSET_TABLE_"}, undefined
        assert {symbol[-1] for symbol in symbols if symbol[-2].isupper() and symbol[-2] != "U"} == {"digits_run"}
        assert not {symbol[-2] for symbol in symbols} & set("bBdDC"), "variables that are not constant"
    assert set(re.findall(r"#include (.+)", (source.folder / "digits.c").read_text())) == {'"digits.h"', "<stddef.h>", "<string.h>"}


def test_the_arena_is_as_large_as_it_says(digits, tmp_path):
    """The self-test's arena is an array of exactly that many bytes, with red zones around it; so are inputs and outputs."""
    _, source = digits
    test = (source.folder / "digits_test.c").read_text()
    assert f"arena[DIGITS_ARENA_BYTES / 8]" in test and source.arena_bytes % 8 == 0
    for compiler in compilers():
        binary = tmp_path / "test"
        subprocess.run([compiler, *STRICT, "-O1", "-g", *SANITIZERS, *map(str, sorted(source.folder.glob("*.c"))), "-o", str(binary), "-lm"], check=True)
        done = subprocess.run([binary], capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, "digits: all samples are right\n", "")


def test_a_smaller_arena_would_be_noticed(digits, tmp_path):
    """The red zones work: one element less, and the run ends."""
    _, source = digits
    folder = shutil.copytree(source.folder, tmp_path / "c")
    test = folder / "digits_test.c"
    test.write_text(test.read_text().replace("arena[DIGITS_ARENA_BYTES / 8]", "arena[DIGITS_ARENA_BYTES / 8 - 1]"))
    subprocess.run([CLANG or compilers()[0], "-std=c99", "-O1", *SANITIZERS, *map(str, sorted(folder.glob("*.c"))), "-o", str(tmp_path / "t"), "-lm"], check=True)
    done = subprocess.run([tmp_path / "t"], capture_output=True, text=True)
    assert done.returncode != 0 and "global-buffer-overflow" in done.stderr


@pytest.mark.parametrize("target", ("generic", "i16x8", "three_stage"))
def test_no_undefined_behaviour(target, tmp_path):
    """Random graphs by both compilers' sanitizers, on the golden vectors that come with the source."""
    pack = Pack([make(77, index, target) for index in range(8)])
    pack.save(tmp_path / "pack.onnx")
    np.savez(tmp_path / "data.npz", **pack.data())
    tare("convert", tmp_path / "pack.onnx", "--calibration", tmp_path / "data.npz", "--target", target, "--allow-uncalibrated", "--check", "0",
         "--emit", "c", "--self-test", "-o", tmp_path / "c")
    binary = tmp_path / "test"
    subprocess.run([CLANG or compilers()[0], *STRICT, "-O1", *SANITIZERS, *map(str, sorted((tmp_path / "c").glob("*.c"))), "-o", str(binary), "-lm"], check=True)
    done = subprocess.run([binary], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "pack: all samples are right\n", "")


def test_two_arenas_at_once(digits):
    """Threads that run the same network, each with an arena of its own, many times."""
    _, source = digits
    library = source.compiled(None, "-O2")
    images = np.random.default_rng(2).random((2, 1, 1, 8, 8)).astype(F32)
    expected = [library.run([image])[0].tobytes() for image in images]
    assert expected[0] != expected[1]
    wrong = []

    def run(which, arena):
        for _ in range(300):
            if library.run([images[which]], arena)[0].tobytes() != expected[which]:
                wrong.append(which)

    # ctypes releases Python's lock during a call.
    threads = [threading.Thread(target=run, args=(i % 2, library.arena())) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_nothing_counts_from_run_to_run(digits):
    """The same arena, whatever the run before has left there."""
    _, source = digits
    library = source.compiled()
    a, b = np.random.default_rng(3).random((2, 1, 1, 8, 8)).astype(F32)
    arena = library.arena()
    first = library.run([a], arena)[0].tobytes()
    library.run([b], arena)
    assert library.run([a], arena)[0].tobytes() == first == library.run([a])[0].tobytes()


def test_inputs_and_outputs_at_any_address(digits):
    """A float at an odd address: nothing but the arena is aligned."""
    _, source = digits
    library = source.compiled(None, "-O2", "-fsanitize=undefined", "-fsanitize-trap=undefined") if CLANG is None else \
        source.compiled(CLANG, "-O2", "-fsanitize=undefined", "-fsanitize-trap=undefined")
    image = np.random.default_rng(4).random((1, 1, 8, 8)).astype(F32)
    [expected] = library.run([image])
    given, made = np.zeros(image.nbytes + 1, np.uint8), np.zeros(expected.nbytes + 1, np.uint8)
    given[1:] = image.reshape(-1).view(np.uint8)
    pointers = lambda array: (ctypes.c_void_p * 1)(array.ctypes.data + 1)
    assert library.run_function(pointers(given), pointers(made), ctypes.c_void_p(library.arena().ctypes.data)) == 0
    assert made[1:].tobytes() == expected.tobytes()


def test_values_may_lie_in_the_arena(digits):
    """Where the header has an _OFFSET, the input is written there and the output read from there: the same numbers, and no copy."""
    _, source = digits
    library, arena = source.compiled(), source.compiled().arena()
    image = np.random.default_rng(4).random((1, 1, 8, 8)).astype(F32)
    [expected] = library.run([image])
    offsets = [int(source.macro(f"{port}0_OFFSET")) for port in ("INPUT", "OUTPUT")]
    arena[offsets[0]:offsets[0] + image.nbytes] = image.reshape(-1).view(np.uint8)
    inside = [(ctypes.c_void_p * 1)(arena.ctypes.data + offset) for offset in offsets]
    assert library.run_function(inside[0], inside[1], ctypes.c_void_p(arena.ctypes.data)) == 0
    assert arena[offsets[1]:offsets[1] + expected.nbytes].tobytes() == expected.tobytes()


def test_an_arena_that_is_none_is_told(digits):
    _, source = digits
    library, memory = source.compiled(), np.zeros(source.arena_bytes + 16, np.uint8)
    pointer = (ctypes.c_void_p * 1)(memory.ctypes.data)
    aligned = memory.ctypes.data + -memory.ctypes.data % 8
    assert library.run_function(pointer, pointer, None) == -1
    assert library.run_function(pointer, pointer, ctypes.c_void_p(aligned + 4)) == -1


def test_the_header_says_what_ports_are(digits, tmp_path):
    """Names, types, shapes and grids as `tare inspect` has them; for C++, too."""
    program, source = digits
    told = tare_json("inspect", program)
    for kind, ports in (("INPUT", told["inputs"]), ("OUTPUT", told["outputs"])):
        for i, each in enumerate(ports):
            scales = [float(x) for x in source.macros.get(f"DIGITS_{kind}{i}_SCALES", "{%s}" % source.macros.get(f"DIGITS_{kind}{i}_SCALE")).strip("{}").split(", ")]
            assert json.loads(source.macro(f"{kind}{i}_NAME")) == each["name"] and scales == each["scales"]
            assert {int(source.macro(f"{kind}{i}_ZERO_POINT"))} == set(each["zero_points"])
    (tmp_path / "use.cpp").write_text('#include "digits.h"\nstatic const int shape[DIGITS_INPUT0_RANK] = DIGITS_INPUT0_SHAPE;\n'
                                      "static const double scales[DIGITS_OUTPUT0_SCALE_COUNT] = DIGITS_OUTPUT0_SCALES;\n"
                                      "int use() { return shape[3] + int(scales[0]) + DIGITS_INPUT0_COUNT; }\nint (*run)(const void *const[], void *const[], void *) = digits_run;\n")
    for compiler in compilers():
        subprocess.run([compiler.replace("gcc", "g++").replace("clang", "clang++"), "-x", "c++", "-Wall", "-Werror", f"-I{source.folder}", "-c",
                        tmp_path / "use.cpp", "-o", tmp_path / "use.o"], check=True)


def test_layers_are_told(digits):
    """A comment names each layer, its operator, its shapes and its multipliers, where it is described and where it runs."""
    program, source = digits
    text = (source.folder / "digits.c").read_text()
    for i, layer in enumerate(tare_json("inspect", program)["layers"]):
        comments = re.findall(rf"/\* {i} '{re.escape(layer['name'])}': {layer['kind']} of (.+) \*/", text)
        assert comments and all(f"to {layer['output']} {'x'.join(map(str, layer['output_shape']))}" in comment for comment in comments), layer["name"]
    assert re.search(r"'conv2': conv of .*24 groups.*; M 0\.00\d+ to 0\.0\d+, rounded half_up \*/", text)


# ---- Ports of all kinds


def test_integers_without_a_sign(tmp_path, rng):
    """uint8 in and out, as the model has them; and several outputs of one value."""
    nodes = [node("DequantizeLinear", ["x", "s", "z"], ["r"], name="in"), node("Relu", ["r"], ["a"], name="relu"),
             node("QuantizeLinear", ["a", "s", "z"], ["y"], name="out"), node("Identity", ["y"], ["w"], name="same")]
    path = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 4, 4], np.uint8)], [port("y", None, np.uint8), port("w", None, np.uint8)],
                {"s": F32(0.02), "z": np.uint8(100)}, 13)
    program, _ = converted(path, {"x": rng.integers(0, 256, (8, 3, 4, 4)).astype(np.uint8)})
    source = emitted(program, tmp_path / "c")
    assert source.macro("INPUT0_TYPE") == source.macro("OUTPUT0_TYPE") == "uint8_t" and source.macro("INPUT0_ZERO_POINT") == "100"
    assert_same(program, source)


def test_what_is_left_to_the_host_stays_with_it(tmp_path):
    program = convert_digits(tmp_path, "--strip-io", "quantize,dequantize,transpose")
    source = emitted(program, tmp_path / "c")
    assert source.macro("INPUT0_TYPE") == "int8_t" and source.macro("OUTPUT0_TYPE") == "int32_t"
    assert_same(program, source)


def test_awkward_names(tmp_path, rng):
    """Names that would end comments, strings or lines."""
    names = ["*/ int x; /*", 'quo"te\\', "new\nline", "??/ tri", "Größe", "x" * 500, ""]
    nodes, values = [], ["in*/", *(f"v{i} \"\\{name}" for i, name in enumerate(names))]
    for name, a, b in zip(names, values, values[1:]):
        nodes.append(node("Conv", [a, "w"], [b], name=name))
    path = save(tmp_path / "m.onnx", nodes, [port(values[0], [1, 2, 3, 3])], [port(values[-1], None)],
                {"w": rng.normal(size=(2, 2, 1, 1)).astype(F32)}, 13)
    program, _ = converted(path, {values[0]: rng.normal(size=(8, 2, 3, 3)).astype(F32)})
    source = emitted(program, tmp_path / "c")
    runtime = Program(program)
    for compiler in compilers():
        library = source.compiled(compiler)
        assert differing(runtime, library, list(drawn(runtime.inputs, rng))) == []


# ---- The folder


def test_a_folder_that_cmake_builds_and_tests(digits, tmp_path):
    if not shutil.which("cmake"):
        pytest.skip("CMAKE IS NOT INSTALLED: THE FOLDER'S CMakeLists.txt IS NOT TESTED")
    _, source = digits
    subprocess.run(["cmake", "-S", source.folder, "-B", tmp_path / "build"], check=True, capture_output=True)
    subprocess.run(["cmake", "--build", tmp_path / "build"], check=True, capture_output=True)
    done = subprocess.run(["ctest", "--test-dir", tmp_path / "build"], capture_output=True, text=True)
    assert "100% tests passed, 0 tests failed out of 1" in done.stdout


def test_the_self_test_can_fail(digits, tmp_path):
    """A changed weight is noticed, and told."""
    _, source = digits
    folder = shutil.copytree(source.folder, tmp_path / "c")
    text = (folder / "digits.c").read_text()
    weights = re.search(r"conv2_weights\[\d+\] = \{\s+(-?\d+)", text)
    (folder / "digits.c").write_text(text[:weights.start(1)] + str(int(weights.group(1)) ^ 64) + text[weights.end(1):])
    subprocess.run([compilers()[0], "-std=c99", *map(str, sorted(folder.glob("*.c"))), "-o", str(tmp_path / "t"), "-lm"], check=True)
    done = subprocess.run([tmp_path / "t"], capture_output=True, text=True)
    assert done.returncode == 1 and re.match(r"sample 0, output 'logits': element \d differs\n", done.stdout)


def test_json(digits, tmp_path):
    program, source = digits
    told = tare_json("emit", program, "-o", tmp_path / "c", "--prefix", "net")
    assert told["output"] == str(tmp_path / "c") and told["c"]["prefix"] == "net" and told["c"]["files"] == ["net.h", "net.c"]
    assert told["c"]["arena_bytes"] == source.arena_bytes
    sizes = {"float": 4, "double": 8, **{f"{sign}int{bits}_t": bits // 8 for sign in ("", "u") for bits in (8, 16, 32, 64)}}
    arrays = re.findall(r"^static const (\w+) \w+\[(\d+)\] =", (tmp_path / "c/net.c").read_text(), re.MULTILINE)
    constants = sum(sizes[kind] * int(count) for kind, count in arrays)
    assert told["c"]["constant_bytes"] == constants
    assert told["bytes"] == sum(path.stat().st_size for path in (tmp_path / "c").iterdir())


def test_refusals(digits, tmp_path):
    program, _ = digits
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine").write_text("precious")
    assert "the folder is not empty" in fails("emit", program, "-o", full)
    assert [path.name for path in full.iterdir()] == ["mine"]
    assert "--prefix: found '9x', expected a name of C" in fails("emit", program, "--prefix", "9x", "-o", tmp_path / "c", output=tmp_path / "c")
    assert "--as: found 'rust', expected one of c" in fails("emit", program, "--as", "rust", "-o", tmp_path / "c", output=tmp_path / "c")
    assert "expected the name of a folder" in fails("emit", program, "-o", "-")
    convert = ("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz")
    assert "expected the name of a folder for --emit c" in fails(*convert, "--emit", "c", "-o", "-")
    for option in (("--prefix", "x"), ("--split-weights",), ("--self-test",)):
        assert f"{option[0]} is of --emit c, which is not asked for" in fails(*convert, *option, "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert "the folder is not empty" in fails(*convert, "--emit", "c", "-o", full)
    assert "--emit: found 'cc', expected one of" in fails(*convert, "--emit", "cc", "-o", tmp_path / "c", output=tmp_path / "c")


def test_a_failure_leaves_no_folder(tmp_path):
    """What refuses a program refuses its C."""
    np.savez(tmp_path / "data.npz", image=np.zeros((2, 1, 9, 9), F32))
    fails("convert", DIGITS / "digits.onnx", "--calibration", tmp_path / "data.npz", "--emit", "c", "-o", tmp_path / "c", output=tmp_path / "c")
