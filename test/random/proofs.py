"""What `tare verify` says of a program, against what its layers compute on data and on random integers.

Golden vectors are replayed, and no layer's integers may be farther from the real numbers of its operands, computed here from the grids in
the program alone, than the proof says.
"""
import json
import re
import shutil
import sys

import numpy as np

from harness import ROOT, tare

sys.path.append(str(ROOT / "test/acceptance"))
from models.formulas import DOMAINS, FORMULAS  # noqa: E402
from replay import ACCUMULATORS, Golden, deviations, replay  # noqa: E402

# Beyond these errors (LSB, at 8 and at 16 bits) a requantization has a multiplier that is not of its tensors' grids.
SCALED = ("conv", "conv_transpose", "linear", "matmul", "add", "mul", "rescale", "average_pool", "reduce_mean", "normalize")
LIKELY = {1: 1.0, 2: 4.0}
INTEGERS_STAY = ("max_pool", "concat", "slice", "pad", "reshape", "transpose")


def _grid(entry):
    """Scales, spread along their axis, and the zero point of an array of one sample; nothing where the program says none."""
    grid = entry.get("grid")
    if not grid or not grid["scales"]:
        return None
    scales, rank = np.array(grid["scales"]), len(entry["shape"]) - entry["per_sample"]
    return (scales.reshape([-1 if i == grid["axis"] else 1 for i in range(rank)]) if scales.size > 1 else scales[0]), grid["zero_point"]


def _reals(entry, integers):
    if integers.dtype == np.float32:
        return integers.astype(np.float64)
    scale, zero = _grid(entry)
    return (integers.astype(np.float64) - zero) * scale


def _per_channel(entry):
    """The scales of weights, whose first dimension is the results' last."""
    return np.array(entry["grid"]["scales"])


def _function(kind, parameters, x):
    """A function of each channel, or one of all, where it has a number."""
    count, function = FORMULAS[kind]
    x = np.clip(x, *DOMAINS.get(kind, (-np.inf, np.inf)))
    with np.errstate(all="ignore"):
        return function(x, *np.array(parameters).reshape(-1, count).T) if count else function(x)


def _table(parameters, x):
    # What a model computes with.
    return _function(parameters["function"], parameters["function_parameters"], np.float32(x).astype(np.float64))


def _softmax(x, axis):
    shares = np.exp(x - x.max(axis, keepdims=True))
    return shares / shares.sum(axis, keepdims=True)


def _normalized(layer, x, gamma, beta):  # (A75)
    p, (_, scale, _) = layer["parameters"], layer["operands"]
    d, variance, f, k = deviations(p, x)
    along = [-1 if i == p["axis"] else 1 for i in range(x.ndim)]
    normal = 2.0 ** k * d / np.sqrt(variance.astype(np.float64))
    return (normal * gamma.reshape(along) + beta.reshape(along) * 2.0 ** -f) * scale["grid"]["scales"][0]


def _sum_scale(layer):
    """What one unit of a layer's accumulator is as a real number, for each of its channels."""
    first, *others = layer["operands"]
    if layer["kind"] in ("conv", "conv_transpose", "linear"):
        return _grid(first)[0] * _per_channel(others[0])
    if layer["kind"] in ("matmul", "mul"):
        return _grid(first)[0] * _grid(others[0])[0]
    return _grid(first)[0]


def _real(layer, operands, sums):
    """The layer's result as real numbers; nothing where its operator says none."""
    kind, p, entries = layer["kind"], layer["parameters"], layer["operands"]
    real = lambda i: _reals(entries[i], operands[i])
    if kind == "add":
        return real(0) + np.sign(p["rhs_multiplier"]) * real(1)
    if kind == "softmax":
        return _softmax(real(0), p["axis"])
    if kind == "lookup":
        return _table(p, real(0))
    if kind == "quantize":
        return operands[0].astype(np.float64)
    if kind == "resize":
        x = real(0)
        one = 2.0 ** p.get("weight_bits", 11)
        for i, axis in enumerate(p["axes"]):
            weight = np.asarray(axis["weight"] or [0] * len(axis["lower"])).reshape(-1, *[1] * (x.ndim - i - 2)) / one
            upper = axis["upper"] or axis["lower"]
            x = np.take(x, axis["lower"], i + 1) * (1 - weight) + np.take(x, upper, i + 1) * weight
        return x
    if kind == "normalize":
        return _normalized(layer, *operands)
    if sums is None:
        return None
    counts = 1
    if kind == "reduce_mean":
        counts = operands[0].size // sums.size
    if kind == "average_pool":
        counts = np.broadcast_to(ACCUMULATORS[kind](p, operands[0])[1] + 1, (*sums.shape[:1], *[1] * (4 - sums.ndim), *sums.shape[1:]))
        counts = counts.reshape(sums.shape)
    real = sums.astype(np.float64) * _sum_scale(layer) / counts
    stages = layer["requantization"].get("stages")
    if stages:  # (A42) The bias with the zero point.
        scale, zero = _grid(layer["output"])
        bias = np.array(stages["bias"], np.float64) * 2.0 ** -stages["output_shift"]
        real = real + (bias - zero) * scale
    function = layer["requantization"].get("function")
    if function:  # (A66) Between the ends of 16 bits.
        ends = (np.array([-2 ** 15, 2 ** 15 - 1]) - function["zero_point"]) * function["scale"]
        real = _function(function["kind"], function["parameters"], np.clip(real, *ends))
    return real


def _clamped(layer, q):
    scaling = layer.get("requantization") or layer["parameters"]
    if "clamp_min" in scaling:
        return np.clip(q, scaling["clamp_min"], scaling["clamp_max"])
    limits = np.iinfo(layer["output"]["dtype"])
    return np.clip(q, limits.min + layer["parameters"].get("narrow", 0), limits.max)


def _says_another_meaning(layer):
    return layer["kind"] == "reshape" and layer["operands"][0]["shape"] == layer["output"]["shape"]


def _moved_wrongly(layer):
    """Whether integers that only move lie on another grid afterwards."""
    if layer["kind"] not in INTEGERS_STAY or _says_another_meaning(layer) or layer["output"]["dtype"] == "float32":
        return False
    simple = lambda entry: entry.get("grid") and len(entry["grid"]["scales"]) == 1 and (entry["grid"]["scales"], entry["grid"]["zero_point"])
    return any(simple(each) and simple(layer["output"]) and simple(each) != simple(layer["output"]) for each in layer["operands"])


def deviation(layer, operands, sums, result):
    """How far the integers `result` are from the real numbers at most, in steps; nothing where there are none to compare with."""
    if layer["output"]["dtype"] not in ("int8", "int16"):
        return None
    real = _real(layer, operands, sums)
    if real is None or not real.size:
        return None
    scale, zero = _grid(layer["output"])
    steps = np.where(np.isnan(real), 0.0, real) / scale
    return float(np.abs(result.astype(np.float64) - _clamped(layer, zero + steps)).max())


def _check_layer(layer, proof, golden, findings):
    name, bound = layer["name"], proof.get("worst_error")
    if _moved_wrongly(layer):
        findings.append(f"verify: '{name}' ({layer['kind']}) moves integers to another grid")
    if bound is None:
        return
    for sample in range(golden.samples):
        sums = golden.of(layer["accumulators"], sample) if "accumulators" in layer else None
        off = deviation(layer, [golden.of(each, sample) for each in layer["operands"]], sums, golden.of(layer["output"], sample))
        if off is not None and off > bound * (1 + 1e-9) + 1e-6:
            findings.append(f"verify: '{name}' ({layer['kind']}, {proof['proof']}) is off by {off:g} steps, where {bound:g} was proven")
            return


def _unlikely(layer, proof):
    size = np.dtype(layer["output"]["dtype"]).itemsize
    if layer["kind"] not in SCALED or size not in LIKELY:
        return False
    error = proof.get("worst_error", 0)
    if layer["kind"] == "add":  # The multipliers share a shift: half a unit of it at the operands' ends.
        error -= sum(2.0 ** (8 * np.dtype(each["dtype"]).itemsize - 1 - layer["requantization"]["shifts"][0]) for each in layer["operands"])
    return error > LIKELY[size]


def check_program(program, data, folder, changed=()):
    """The findings in a program's proofs and golden vectors, one line each. `changed`: numbers of graphs with repairs that have a cost."""
    done = tare("verify", program, "--json", check=False)
    if done.returncode:
        return ["verify: " + done.stderr.strip()]
    proofs, findings = json.loads(done.stdout)["layers"], []
    names = [each["label"] for each in proofs]
    findings += [f"verify: the label '{name}' occurs {names.count(name)} times" for name in sorted(set(names)) if names.count(name) > 1]
    for arguments in (("--samples", 2), ("--samples", 3, "--inputs", data)):
        vectors = folder / "golden"
        shutil.rmtree(vectors, ignore_errors=True)
        done = tare("verify", program, "--golden", vectors, "--steps", 100, *arguments, check=False)
        if done.returncode:
            return findings + ["golden: " + done.stderr.strip()]
        golden = Golden(vectors)
        findings += [f"golden: {each} differs" for each in replay(golden)]
        for layer, proof in zip(golden.layers, proofs):
            _check_layer(layer, proof, golden, findings)
    for layer, proof in zip(golden.layers, proofs):
        graphs = {int(number) for number in re.findall(r"\bg(\d+)_", layer["name"])}
        if _unlikely(layer, proof) and not graphs & set(changed):
            findings.append(f"verify: '{layer['name']}' ({layer['kind']}) may be off by {proof['worst_error']:g} steps")
    for arguments in ((), ("--inputs", data)):
        done = tare("verify", program, "--rounding", "half_even", *arguments, check=False)
        if done.returncode:
            findings.append("verify --rounding: " + done.stderr.strip())
    return findings
