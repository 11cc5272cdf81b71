"""Layers of the host in C: float32, integers and bool, as lib/Host computes them, bit for bit with the same math library."""
import re

import numpy as np
import pytest
from onnx import helper

from csource import Program, compilers, differing, emitted
from graphs import converted, node, port, save
from harness import fails, tare, tare_json

F32, I64, I32, BOOL = np.float32, np.int64, np.int32, np.bool_

UNARY = """Abs Acos Asin Asinh Atan Atanh Ceil Cos Cosh Elu Erf Exp Floor HardSigmoid HardSwish LeakyRelu Log Neg Reciprocal Relu Round Selu
Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Tan Tanh Celu Mish Gelu ThresholdedRelu Shrink Softmax LogSoftmax Hardmax IsNaN IsInf""".split()
BINARY = "Add Sub Mul Div Pow PRelu Max Min Equal Greater GreaterOrEqual Less LessOrEqual Sum Mean".split()
REDUCTIONS = "ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare".split()


def functions():
    nodes = [node(op, ["x"], [f"y_{op}"], name=op) for op in UNARY]
    nodes += [node("Gelu", ["x"], ["y_tanh"], name="gelu_tanh", approximate="tanh"), node("LeakyRelu", ["x"], ["y_leaky"], name="leaky", alpha=-0.5),
              node("Clip", ["x", "low", "high"], ["y_clip"], name="clip"), node("Clip", ["x", "", "high"], ["y_most"], name="most"),
              node("Softmax", ["x"], ["y_soft1"], name="soft1", axis=1), node("Hardmax", ["x"], ["y_hard1"], name="hard1", axis=1),
              node("HardSigmoid", ["x"], ["y_hs"], name="hs", alpha=0.3, beta=0.6), node("Swish", ["x"], ["y_swish"], name="swish", alpha=1.5),
              node("Add", ["x", "one"], ["more"], name="more"), node("Acosh", ["more"], ["y_acosh"], name="Acosh")]
    nodes += [node("Cast", ["x"], [f"y_cast{kind}"], name=f"cast{kind}", to=kind) for kind in (2, 3, 4, 5, 6, 7, 9, 12, 13)]
    return nodes, {"low": F32(0.2), "high": F32(0.5), "one": F32(1)}


def pairs():
    nodes = []
    for op in BINARY:
        # The same shape, one number for a channel, one for all, and from the left.
        for name, operands in {"same": ["x", "z"], "channel": ["x", "c"], "one": ["x", "k"], "row": ["x", "r"]}.items():
            nodes.append(node(op, operands, [f"y_{op}_{name}"], name=f"{op}_{name}"))
    nodes += [node("Sub", ["k", "x"], ["y_left"], name="left"), node("Add", ["c", "r"], ["cr"], name="wide"), node("Mul", ["x", "cr"], ["y_wide"], name="wider"),
              node("Max", ["x", "z", "c", "r"], ["y_most"], name="most"), node("Sum", ["x", "z", "k"], ["y_sum"], name="sum"),
              node("Greater", ["x", "z"], ["m"], name="mask"), node("Where", ["m", "x", "c"], ["y_where"], name="where"),
              node("Less", ["x", "k"], ["n"], name="below"), node("And", ["m", "n"], ["y_and"], name="and"), node("Or", ["m", "n"], ["y_or"], name="or"),
              node("Xor", ["m", "n"], ["y_xor"], name="xor"), node("Not", ["m"], ["y_not"], name="not"), node("Mod", ["x", "z"], ["y_mod"], name="mod", fmod=1)]
    random = np.random.default_rng(1)
    return nodes, {"k": F32(0.7), "c": random.normal(size=(4, 1, 1)).astype(F32), "r": random.normal(size=6).astype(F32)}


def reductions():
    nodes = [node(op, ["x", axes], [f"y_{op}_{axes}"], name=f"{op}_{axes}", keepdims=keep) for op in REDUCTIONS
             for axes, keep in (("last", 1), ("spatial", 0), ("ends", 1), ("every", 0))]
    for op in ("ArgMax", "ArgMin"):
        nodes += [node(op, ["x"], [f"y_{op}_{axis}"], name=f"{op}_{axis}", axis=axis, select_last_index=axis % 2, keepdims=axis % 2) for axis in (1, 2, 3)]
    nodes += [node("CumSum", ["x", "two"], ["y_cum"], name="cum"), node("CumSum", ["x", "one"], ["y_back"], name="back", reverse=1, exclusive=1),
              node("TopK", ["x", "k"], ["y_v", "y_i"], name="top", axis=3), node("TopK", ["x", "k"], ["y_v1", "y_i1"], name="least", axis=1, largest=0),
              node("Flatten", ["x"], ["f"], name="flat"), node("TopK", ["f", "many"], ["y_vm", "y_im"], name="sorted"),
              node("Softmax", ["f"], ["y_s"], name="softmax"), node("LogSoftmax", ["x"], ["y_ls"], name="log_softmax", axis=2)]
    return nodes, {"last": I64([-1]), "spatial": I64([2, 3]), "ends": I64([1, 3]), "every": I64([0, 1, 2, 3]), "two": I64(2), "one": I64(1), "k": I64([3]),
                   "many": I64([120])}


def movements():
    nodes = [node("Transpose", ["x"], ["y_t"], name="t", perm=[0, 2, 3, 1]), node("Concat", ["x", "z", "x"], ["y_c"], name="c", axis=1),
             node("Concat", ["x", "z"], ["y_c3"], name="c3", axis=3), node("Slice", ["x", "from", "to", "axes", "steps"], ["y_s"], name="s"),
             node("Split", ["x"], ["y_s0", "y_s1"], name="split", axis=1, num_outputs=2), node("Reshape", ["x", "flat"], ["y_r"], name="r"),
             node("Squeeze", ["x", "axis0"], ["y_q"], name="q"), node("Unsqueeze", ["x", "axis0"], ["y_u"], name="u"),
             node("Tile", ["x", "repeats"], ["y_tile"], name="tile"), node("ReduceMean", ["x", "axis3"], ["mean"], name="mean"),
             node("Expand", ["mean", "shape"], ["y_e"], name="e"), node("Pad", ["x", "pads", "border"], ["y_p"], name="p"),
             node("Pad", ["x", "pads"], ["y_pr"], name="pr", mode="reflect"), node("Pad", ["x", "pads"], ["y_pe"], name="pe", mode="edge"),
             node("DepthToSpace", ["x"], ["y_d"], name="d", blocksize=2), node("Slice", ["x", "begin", "four", "axis2"], ["even"], name="even"),
             node("SpaceToDepth", ["even"], ["y_sd"], name="sd", blocksize=2), node("Trilu", ["x"], ["y_tri"], name="tri", upper=0),
             node("Resize", ["x", "", "", "sizes"], ["y_n"], name="n", mode="nearest"),
             node("Resize", ["x", "", "", "sizes"], ["y_rl"], name="rl", mode="linear"), node("Resize", ["x", "", "scales"], ["y_rc"], name="rc", mode="cubic"),
             node("Resize", ["x", "", "", "sizes"], ["y_ra"], name="ra", mode="linear", antialias=1), node("Gather", ["x", "two_of"], ["y_g"], name="g", axis=1),
             node("GatherND", ["x", "places"], ["y_nd"], name="nd"), node("Identity", ["x"], ["y_i"], name="i"), node("Dropout", ["x"], ["y_drop"], name="drop")]
    return nodes, {"from": I64([4, 5]), "to": I64([-100, 0]), "axes": I64([2, 3]), "steps": I64([-2, -1]), "flat": I64([4, 30]), "axis0": I64([0]), "axis3": I64([3]),
                   "repeats": I64([2, 1, 3, 1]), "shape": I64([1, 4, 5, 6]), "pads": I64([0, 0, 1, 2, 0, 0, 0, 3]), "border": F32(-1.25), "begin": I64([0]),
                   "four": I64([4]), "axis2": I64([2]), "sizes": I64([1, 4, 7, 3]), "scales": F32([1, 1, 1.7, 2.3]), "two_of": I64([3, -4]), "places": I64([[0, 1, 2], [0, -1, 0]])}


def norms():
    nodes = [node("LpNormalization", ["x"], ["y_lp"], name="lp", axis=1), node("LpNormalization", ["x"], ["y_lp1"], name="lp1", axis=3, p=1),
             node("LRN", ["x"], ["y_lrn"], name="lrn", size=3, alpha=0.3, beta=0.6, bias=0.8), node("LRN", ["x"], ["y_wide"], name="wide", size=20),
             node("MaxPool", ["x"], ["y_mp"], name="mp", kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 1]),
             node("LayerNormalization", ["x", "row", "row2"], ["y_l"], name="l"), node("LayerNormalization", ["x", "plane"], ["y_p"], name="p", axis=2, epsilon=1e-3),
             node("RMSNormalization", ["x", "row"], ["y_r"], name="r"), node("InstanceNormalization", ["x", "channels", "channels2"], ["y_i"], name="i")]
    random = np.random.default_rng(2)
    return nodes, {name: random.uniform(0.5, 2, shape).astype(F32) for name, shape in (("row", 6), ("row2", 6), ("plane", (5, 6)), ("channels", 4), ("channels2", 4))}


KINDS = {"ArgMax": I64, "ArgMin": I64, **dict.fromkeys("Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor Not IsNaN IsInf".split(), BOOL)}


def outputs_of(nodes, shapes=None, **kinds):
    """Ports for all results whose names begin with y; of other types than float32 by their operator or by name. `shapes`: where ONNX does
    not infer them."""
    ports = []
    for each in nodes:
        for place, name in enumerate(each.output):
            kind = I64 if each.op_type == "TopK" and place else KINDS.get(each.op_type, F32)
            if each.op_type == "Cast":
                kind = helper.tensor_dtype_to_np_dtype(each.attribute[0].i)
            if name.startswith("y"):
                ports.append(port(name, shapes and shapes.get(name, [1, 4, 5, 6]), kinds.get(name, kind)))
    return ports


# With what is no layer of the host: made of others, an integer form that moves real numbers as well, or nothing at all.
FAMILIES = {"functions": (functions, {"LogSoftmax", "Neg"}), "pairs": (pairs, {"Div", "Max", "Mean", "Min", "Sum"}),
            "reductions": (reductions, set(REDUCTIONS) - {"ReduceMean", "ReduceProd"} | {"CumSum", "Flatten", "LogSoftmax"}),
            "movements": (movements, {"Concat", "DepthToSpace", "Dropout", "Expand", "Gather", "Identity", "Reshape", "Slice", "SpaceToDepth", "Split", "Squeeze",
                                      "Tile", "Transpose", "Trilu", "Unsqueeze"}), "norms": (norms, {"LRN", "LpNormalization"})}


def convolved(name):
    """x or z [1, 4, 5, 6] of a convolution of one pixel: all behind it is the host's."""
    return node("Conv", [f"{name}_in", f"{name}_w"], [name], name=f"conv_{name}")


def model_of(path, nodes, constants, shapes=None):
    random = np.random.default_rng(3)
    read = {name for each in nodes for name in each.input}
    sources = [name for name in "xz" if name in read]
    # Of inputs in [0, 1] all is in [0, 1].
    constants = {**constants, **{f"{name}_w": random.uniform(0.02, 0.3, size=(4, 3, 1, 1)).astype(F32) for name in sources}}
    return save(path, [convolved(name) for name in sources] + nodes, [port(f"{name}_in", [1, 3, 5, 6]) for name in sources], outputs_of(nodes, shapes),
                constants, 24)


def host_kinds(program):
    return {layer["kind"] for layer in tare_json("inspect", program)["layers"]}


def compared(program, folder, data):
    """Whether all outputs of all samples are equal, compiled by each compiler."""
    source, runtime = emitted(program, folder), Program(program)
    for compiler in compilers():
        library = source.compiled(compiler, "-O2")
        for inputs in data:
            assert differing(runtime, library, inputs) == []


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family(family, tmp_path, rng):
    """Each operator of a family gives an output of its own; inputs come from far away, too."""
    make, others = FAMILIES[family]
    nodes, constants = make()
    path = model_of(tmp_path / "m.onnx", nodes, constants, {"y_mp": [1, 4, 3, 7]} if family == "norms" else None)
    names = sorted({name for each in nodes for name in each.input if name in "xz"})
    data = {f"{name}_in": rng.uniform(0.1, 1, size=(8, 3, 5, 6)).astype(F32) for name in names}
    program, _ = converted(path, data, "--host-tail")
    kinds = host_kinds(program)
    assert {each.op_type for each in nodes} - kinds == others
    # Others than what calibration saw: nothing, far beyond, and below 0, where some functions have no number.
    samples = [[data[f"{name}_in"][k:k + 1] * F32(scale) for name in names] for k, scale in ((0, 1), (1, 0), (2, 30), (3, -3))]
    compared(program, tmp_path / "c", samples)


def test_integers_and_bools(tmp_path, rng):
    """The model's own integers: embeddings, masks, arithmetic that wraps, division towards zero."""
    constants = {"table": rng.normal(size=(20, 8)).astype(F32), "axis1": I64([1]), "low": F32(-1e4), "one": F32(1), "seven": I64(7), "minus": I64(-3), "depth": I64(9),
                 "values": F32([0.25, 2]), "big": I64(2**62 + 12345), "numbers": rng.integers(-2**60, 2**60, 20), "shift": I32(5), "k": I64([2])}
    nodes = [node("Gather", ["table", "ids"], ["e"], name="embed"), node("Gather", ["numbers", "ids"], ["y_gi"], name="names"), node("Cast", ["mask"], ["mf"], name="cast", to=1), node("Sub", ["one", "mf"], ["h"], name="h"),
             node("Mul", ["h", "low"], ["far"], name="far"), node("Unsqueeze", ["far", "axis1"], ["u"], name="u"), node("Conv", ["x_in", "x_w"], ["x"], name="conv"),
             node("Flatten", ["x"], ["f"], name="f"),
             node("Div", ["ids", "minus"], ["y_div"], name="div"), node("Mod", ["ids", "minus"], ["y_mod"], name="mod"), node("Mod", ["ids", "seven"], ["y_fmod"], name="fmod", fmod=1),
             node("Mul", ["ids", "big"], ["y_mul"], name="mul"), node("Add", ["y_mul", "big"], ["y_add"], name="add"), node("Sub", ["y_mul", "y_add"], ["y_sub"], name="sub"),
             node("Neg", ["y_mul"], ["y_neg"], name="neg"), node("Abs", ["y_mul"], ["y_abs"], name="abs"), node("Sign", ["y_mul"], ["y_sign"], name="sign"),
             node("Equal", ["ids", "seven"], ["y_eq"], name="eq"), node("Pow", ["ids", "seven"], ["y_pow"], name="pow"), node("Cast", ["ids"], ["i32"], name="to32", to=6),
             node("BitwiseAnd", ["i32", "shift"], ["y_band"], name="band"), node("BitwiseXor", ["i32", "shift"], ["y_bxor"], name="bxor"),
             node("BitwiseNot", ["i32"], ["y_bnot"], name="bnot"), node("Max", ["i32", "shift"], ["y_max"], name="max"),
             node("ReduceSum", ["y_mul", "axis1"], ["y_rs"], name="rs"), node("ReduceMean", ["ids", "axis1"], ["y_rm"], name="rm"), node("ReduceMax", ["ids", "axis1"], ["y_rx"], name="rx"),
             node("TopK", ["ids", "k"], ["y_tv", "y_ti"], name="topk"), node("ArgMax", ["ids"], ["y_am"], name="am", axis=1), node("CumSum", ["y_mul", "seven0"], ["y_cs"], name="cs"),
             node("OneHot", ["ids", "depth", "values"], ["y_hot"], name="hot"), node("GatherElements", ["f", "ids"], ["y_ge"], name="ge", axis=1),
             node("Unsqueeze", ["ids", "axis2"], ["pl"], name="pl"), node("GatherND", ["tt", "pl"], ["y_gnd"], name="gnd"), node("Cast", ["mask"], ["mb"], name="bool", to=9),
             node("Where", ["mb", "ids", "seven"], ["y_w"], name="w"), node("Cast", ["e"], ["y_ei"], name="ei", to=7), node("Not", ["mb"], ["y_not"], name="not"),
             node("Shape", ["ids"], ["y_shape"], name="shape"), node("Identity", ["u"], ["y_u"], name="yu"), node("Cast", ["y_mul"], ["y_8"], name="to8", to=3)]
    nodes += [node(op, ["ids", "axis1"], [f"y_{op}"], name=op, keepdims=0) for op in REDUCTIONS]
    nodes += [node("CumSum", ["ids", "seven0"], ["y_back"], name="back", reverse=1, exclusive=1), node("Min", ["ids", "y_fmod", "seven"], ["y_min"], name="min"),
              node("Mod", ["i32", "shift"], ["y_m32"], name="m32"), node("TopK", ["i32", "k"], ["y_l32", "y_p32"], name="l32", largest=0)]
    constants |= {"seven0": I64(1), "axis2": I64([2]), "tt": rng.normal(size=(20, 3)).astype(F32), "x_w": rng.normal(size=(4, 3, 1, 1)).astype(F32)}
    whole = "y_gi y_div y_mod y_fmod y_mul y_add y_sub y_neg y_abs y_sign y_pow y_rs y_rm y_rx y_tv y_cs y_w y_shape y_back y_min".split()
    whole += [f"y_{op}" for op in REDUCTIONS]
    outputs = outputs_of(nodes, **dict.fromkeys(whole, I64), **dict.fromkeys(("y_band", "y_bxor", "y_bnot", "y_max", "y_m32", "y_l32"), I32))
    path = save(tmp_path / "m.onnx", nodes, [port("ids", [1, 6], I64), port("mask", [1, 6], I64), port("x_in", [1, 3, 5, 6])], outputs, constants, 18)
    ids, mask = rng.integers(0, 20, (8, 6)).astype(I64), rng.integers(0, 2, (8, 6)).astype(I64)
    x = rng.normal(size=(8, 3, 5, 6)).astype(F32)
    program, _ = converted(path, {"ids": ids, "mask": mask, "x_in": x}, "--host-tail")
    assert {"Gather", "GatherElements", "GatherND", "OneHot", "Mod", "Where", "TopK", "Cast", "Div", "Min", "Max", "CumSum", *REDUCTIONS} <= host_kinds(program)
    compared(program, tmp_path / "c", [[ids[k:k + 1], mask[k:k + 1], x[k:k + 1]] for k in range(3)])
    # An id that the table does not have: the run says which layer.
    source = emitted(program, tmp_path / "c")
    assert "1 and the number of the layer" in source.header.read_text()
    library = source.compiled()
    with pytest.raises(AssertionError, match=r"returned \d+"):
        library.run([np.full((1, 6), 99, I64), mask[:1], x[:1]])


def test_segments_between_integers(tmp_path, rng):
    """conv, the host, conv: quantized before and behind."""
    constants = {"aw": rng.normal(size=(6, 3, 3, 3)).astype(F32), "bw": rng.normal(size=(4, 6, 3, 3)).astype(F32)}
    nodes = [node("Conv", ["x", "aw"], ["a"], name="a", pads=[1] * 4), node("Hardmax", ["a"], ["h"], name="hard", axis=1), node("Mul", ["a", "h"], ["m"], name="mul"),
             node("Conv", ["m", "bw"], ["y"], name="b")]
    path = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", None)], constants, 13)
    x = rng.normal(size=(8, 3, 8, 8)).astype(F32)
    program, _ = converted(path, {"x": x})
    assert "Hardmax" in host_kinds(program)
    compared(program, tmp_path / "c", [[x[k:k + 1]] for k in range(3)])


def test_what_has_no_c_is_named(tmp_path, rng):
    """By layer and operator, in one line with the way out; nothing is left."""
    constants = {"w": rng.normal(size=(6, 3, 3, 3)).astype(F32), "o": rng.normal(size=(2, 3, 3, 3)).astype(F32)}
    nodes = [node("Conv", ["x", "w"], ["a"], name="a", pads=[1] * 4), node("Conv", ["x", "o"], ["g"], name="g", pads=[1] * 4), node("Transpose", ["g"], ["t"], name="last", perm=[0, 2, 3, 1]),
             node("GridSample", ["a", "t"], ["y"], name="sample")]
    path = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", None)], constants, 16)
    data = {"x": rng.normal(size=(4, 3, 8, 8)).astype(F32)}
    program, _ = converted(path, data)
    for arguments in (["emit", program], ["convert", path, "--calibration", tmp_path / "calibration.npz", "--emit", "c"]):
        said = fails(*arguments, "-o", tmp_path / "source", output=tmp_path / "source")
        assert re.search(r"layer \d+ \('sample'\): GridSample \(opset 16\) has no C source; cut the network in front of it by --outputs, "
                         "or have such layers refused by --host error", said)
    tare("convert", path, "--calibration", tmp_path / "calibration.npz", "--outputs", "a,t", "--emit", "c", "-o", tmp_path / "source")
    assert (tmp_path / "source/m.c").exists()
