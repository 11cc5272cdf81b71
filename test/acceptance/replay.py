"""Replays golden vectors (docs/golden.md) with numpy, written from the formulas of docs/arithmetic.md.

All sums are exact: in int64, or in Python's integers where a product may pass 63 bits.
"""
import itertools
import json
import math
import pathlib

import numpy as np

# ---- Rounding shifts and requantization


def exact(v, factor=1):
    """`v` in a type that holds v * factor."""
    v = np.asarray(v)
    largest = max(abs(int(v.max(initial=0))), abs(int(v.min(initial=0)))) * max(1, abs(int(factor)))
    return v.astype(np.int64 if largest < 2**61 else object)


def half_up(v, q):  # (A7)
    return v if q == 0 else (v + (1 << (q - 1))) >> q


def half_away(v, q):  # (A8)
    return v if q == 0 else np.where(v < 0, -1, 1) * half_up(abs(v), q)


def half_even(v, q):  # (A9)
    if q == 0:
        return v
    low = v >> q
    twice = (v - (low << q)) * 2
    return low + np.where((twice > (1 << q)) | ((twice == (1 << q)) & (low % 2 == 1)), 1, 0)


ROUNDINGS = {
    "half_up": half_up, "half_away": half_away, "half_even": half_even,
    "floor": lambda v, q: v >> q,  # (A10)
    "gemmlowp_double": lambda v, q: half_up(v, q) if q <= 31 else half_away(half_up(v, 31), q - 31),  # (A11)
}


def at(values, channel):
    """The element of a list of length 1 or C."""
    return values[channel if len(values) > 1 else 0]


def staged(a, m, b, r):
    """(A39) of one channel's accumulators."""
    stages = r["stages"]
    shift = lambda v, which: ROUNDINGS[r["rounding"]](v, stages[which])
    t = np.clip(shift(exact(a), "accumulator_shift"), -2**15, 2**15 - 1).astype(np.int64)
    return shift(shift(t * m, "product_shift") + b, "output_shift")


def in_layer(t, f):
    """(A64) of 16-bit integers."""
    table, u = np.asarray(f["table"], np.int64), t + 2**15
    i, rest = u // 128, u % 128
    return half_up(128 * table[i] + (table[i + 1] - table[i]) * rest, 7 + f["fraction_bits"])


def requantize(a, channel, r):
    """(A13), (A39) with stages, or (A64) with a function, of accumulators `a`, whose list elements are `channel`."""
    channel, y = np.broadcast_to(channel, a.shape), np.empty(a.shape, np.int64)
    for c in np.unique(channel):
        m = at(r["multipliers"], c)
        if "stages" in r:
            rounded = staged(a[channel == c], m, at(r["stages"]["bias"], c), r)
        elif "function" in r:
            f = r["function"]
            t = f["zero_point"] + ROUNDINGS[r["rounding"]](exact(a[channel == c], m) * m, at(f["shifts"], c))
            rounded = in_layer(np.clip(t, -2**15, 2**15 - 1).astype(np.int64), f) - r["zero_point"]
        else:
            rounded = ROUNDINGS[r["rounding"]](exact(a[channel == c], m) * m, at(r["shifts"], c))
        y[channel == c] = np.clip(r["zero_point"] + rounded, r["clamp_min"], r["clamp_max"]).astype(np.int64)
    return y


# ---- Windows: one spatial dimension is a height of 1


def image(x):
    return x.astype(np.int64).reshape(x.shape[0], *((1,) if x.ndim == 3 else ()), *x.shape[1:])


def spatial(values, default):
    return [default] * (2 - len(values)) + list(values)


def window(p, kernel):
    """Strides, pads ((top, bottom), (left, right)), dilations and kernel of two dimensions."""
    rank = len(p["strides"])
    pads = list(zip(spatial(p["pads"][:rank], 0), spatial(p["pads"][rank:], 0)))
    return spatial(p["strides"], 1), pads, spatial(p.get("dilations", [1] * rank), 1), spatial(kernel, 1)


def taps(x, p, kernel, fill):
    """Per kernel position: (ky, kx), and the strided pixels under it, with `fill` around the image."""
    strides, pads, dilations, kernel = window(p, kernel)
    x = np.pad(x, ((0, 0), *pads, (0, 0)), constant_values=fill)
    size = [(x.shape[i + 1] - dilations[i] * (kernel[i] - 1) - 1) // strides[i] + 1 for i in (0, 1)]
    for ky, kx in itertools.product(range(kernel[0]), range(kernel[1])):
        y0, x0 = ky * dilations[0], kx * dilations[1]
        yield (ky, kx), x[:, y0:y0 + (size[0] - 1) * strides[0] + 1:strides[0], x0:x0 + (size[1] - 1) * strides[1] + 1:strides[1]]


def grouped(x, w, group):
    """x [.., I] times w [O, I / group], group by group."""
    return np.concatenate([a @ b.T for a, b in zip(np.split(x, group, -1), np.split(w, group, 0))], -1)


# ---- Accumulators, shaped like the output; with the list elements that requantize them where these are not the last axis


def conv(p, x, w, b):  # (A14)
    shape = w.shape[1:-1]
    w = image(w)
    return sum(grouped(pixels, w[:, ky, kx], p["group"])
               for (ky, kx), pixels in taps(image(x), p, shape, p["input_zero_point"])) + b.astype(np.int64)


def conv_transpose(p, x, w, b):  # (A16)
    strides, pads, dilations, kernel = window(p, w.shape[1:-1])
    x, w, extra = image(x) - p["input_zero_point"], image(w), spatial(p["output_padding"], 0)
    full = [(x.shape[i + 1] - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1 + extra[i] for i in (0, 1)]
    y = np.zeros((x.shape[0], *full, w.shape[0]), np.int64)
    for ky, kx in itertools.product(range(kernel[0]), range(kernel[1])):
        y0, x0 = ky * dilations[0], kx * dilations[1]
        y[:, y0:y0 + (x.shape[1] - 1) * strides[0] + 1:strides[0], x0:x0 + (x.shape[2] - 1) * strides[1] + 1:strides[1]] += \
            grouped(x, w[:, ky, kx], p["group"])
    (top, bottom), (left, right) = pads
    return y[:, top:y.shape[1] - bottom, left:y.shape[2] - right] + b.astype(np.int64)


def linear(p, x, w, b):  # (A15)
    return x.astype(np.int64) @ w.astype(np.int64).T + b.astype(np.int64)


def centred(p, x, z):
    return x.astype(np.int64) - p["lhs_zero_point"], z.astype(np.int64) - p["rhs_zero_point"]


def matmul(p, x, z):  # (A17)
    x, z = centred(p, x, z)
    return x @ z


def add(p, x, z):  # (A20)
    x, z = centred(p, x, z)
    return x * p["lhs_multiplier"] + z * p["rhs_multiplier"], 0


def mul(p, x, z):  # (A21)
    x, z = centred(p, x, z)
    return x * z


def rescale(p, x):  # (A22)
    return x.astype(np.int64) - p["input_zero_point"]


def average_pool(p, x):  # (A26)
    inside = np.ones_like(image(x))
    total = sum(pixels for _, pixels in taps(image(x) - p["input_zero_point"], p, p["kernel"], 0))
    counted = sum(pixels for _, pixels in taps(inside, p, p["kernel"], 1 if p["count_include_pad"] else 0))
    return total, counted - 1


def reduce_mean(p, x):  # (A27)
    return (x.astype(np.int64) - p["input_zero_point"]).sum(tuple(p["axes"]), keepdims=p["keep_dims"]), 0


def interpolated(table, u):  # (A24)
    i, r = u // 128, u % 128
    return table[i] + ((table[i + 1] - table[i]) * r + 64) // 128


def softmax(p, x, table):  # (A28)
    d, table = x.astype(np.int64).max(p["axis"], keepdims=True) - x, table.astype(np.int64)
    if x.dtype == np.int8:
        e = table[d]
    else:  # (A58); old programs interpolate
        e = (table[d // 128] * table[512 + d % 128] + 2**14) >> 15 if len(table) == 640 else interpolated(table, d)
    total = e.sum(p["axis"], keepdims=True)
    return (e * 2**15 + total // 2) // total, 0


def rescaled_image(p, x):  # (A56)
    return half_up(interpolated_image(p, x.astype(np.int64) - p["input_zero_point"]), p["weight_bits"] * len(p["axes"]) - p["fraction_bits"]), 0


def reciprocal_root(variance, f):  # (A72)
    """The factor and the shift of 2^f / sqrt(variance)."""
    h = (62 - int(variance).bit_length()) // 2 * 2
    root = math.isqrt(int(variance) << h if h >= 0 else int(variance) >> -h)
    return (2**60 + root // 2) // root, 60 - h // 2 - f


def deviations(p, x):  # (A71), (A72): d, V, and the bits behind the points of u and of V's root
    axes = tuple(p["axes"])
    n = math.prod(x.shape[i] for i in axes)
    narrow = x.dtype == np.int8
    f = max(f for f in range(15) if n * 4**f <= (2**(15 if narrow else 19) - 2)**2)
    z = p["input_zero_point"] if p["keep_mean"] else 0
    x = x.astype(np.int64) - z
    total = np.zeros_like(x.sum(axes, keepdims=True)) if p["keep_mean"] else x.sum(axes, keepdims=True)
    k = max(k for k in range(11) if n * 2**k <= 2**((31 if p["keep_mean"] else 32) - (8 if narrow else 16)))
    variance = (n * (x * x).sum(axes, keepdims=True) - total * total) * 4**k + int(p["offset"])
    return n * x - total, variance, f, k


def normalize(p, x, gamma, beta):  # (A71) to (A73)
    d, variance, f, k = deviations(p, x)
    factors = [reciprocal_root(v, f + k) for v in variance.ravel()]
    factor, shift = (np.array(each, np.int64).reshape(variance.shape) for each in zip(*factors))
    u = (d * factor + (np.int64(1) << (shift - 1))) >> shift
    along = [-1 if i == p["axis"] else 1 for i in range(x.ndim)]
    return u * gamma.astype(np.int64).reshape(along) + beta.astype(np.int64).reshape(along), 0


ACCUMULATORS = dict(conv=conv, conv_transpose=conv_transpose, linear=linear, matmul=matmul, add=add, mul=mul, rescale=rescale,
                    average_pool=average_pool, reduce_mean=reduce_mean, softmax=softmax, resize=rescaled_image, normalize=normalize)

# ---- Operators that scale nothing


def lookup(p, x, table):  # (A23), (A24)
    tables = np.broadcast_to(table.astype(np.int64).reshape(-1, table.shape[-1]), (x.shape[-1] if x.ndim else 1, table.shape[-1]))
    flat = x.astype(np.int64).reshape(-1, tables.shape[0])
    columns = [t[c + 128] if x.dtype == np.int8 else interpolated(t, c + 32768) for t, c in zip(tables, flat.T)]
    return np.stack(columns, -1)


def max_pool(p, x):  # (A25)
    return np.maximum.reduce([pixels for _, pixels in taps(image(x), p, p["kernel"], np.iinfo(x.dtype).min)])


def concat(p, *x):  # (A29)
    return np.concatenate(x, p["axis"])


def cut(p, x):  # (A29)
    for axis, (start, step, size) in enumerate(zip(p["starts"], p["steps"], p["sizes"])):
        x = np.take(x, start + step * np.arange(size), axis)
    return x


def gather(p, x, indices):  # (A76)
    assert np.all((indices >= -x.shape[p["axis"]]) & (indices < x.shape[p["axis"]]))
    return np.take(x, indices, p["axis"])


def pad(p, x):  # (A29)
    mode = dict(constant=dict(mode="constant", constant_values=p["value"]), edge=dict(mode="edge"), reflect=dict(mode="reflect"))
    return np.pad(x, list(zip(p["low"], p["high"])), **mode[p["mode"]])


def interpolated_image(p, x):
    """In 2^-11 (2^-weight_bits) along each axis; the lower neighbour of mode nearest."""
    x, axes = x.astype(np.int64), p["axes"]
    for i, axis in enumerate(axes):
        low = np.take(x, axis["lower"], i + 1)
        if p["mode"] == "nearest":
            x = low
            continue
        u = np.asarray(axis["weight"]).reshape(-1, *[1] * (x.ndim - i - 2))
        x = low * (2 ** p.get("weight_bits", 11) - u) + np.take(x, axis["upper"], i + 1) * u
    return x


def resize(p, x):  # (A30), (A31)
    x = interpolated_image(p, x)
    return x if p["mode"] == "nearest" else half_up(x, 11 * len(p["axes"]))


def quantize(p, x, dtype):  # (A2)
    q = np.rint(x / np.float32(p["scale"])).astype(np.float64) + p["zero_point"]
    return np.clip(q, np.iinfo(dtype).min + p["narrow"], np.iinfo(dtype).max)


def dequantize(p, q):  # (A3)
    scales = np.asarray(p["scales"])
    if len(scales) > 1:
        scales = scales.reshape(-1, *[1] * (q.ndim - 1 - p["axis"]))
    return (q.astype(np.float64) - p["zero_point"]) * scales


MOVEMENTS = dict(lookup=lookup, max_pool=max_pool, concat=concat, slice=cut, gather=gather, pad=pad, resize=resize, dequantize=dequantize,
                 reshape=lambda p, x: x.reshape(p["shape"]), transpose=lambda p, x: x.transpose(p["permutation"]))
BORDER = dict(quantize=quantize)  # They know the type of their integers.

# ---- The folder


class Golden:
    """A folder of golden vectors."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.index = json.loads((self.folder / "index.json").read_text())
        self.samples, self.layers = self.index["samples"], self.index["layers"]
        self.arrays = {}

    def array(self, entry):
        if entry["file"] not in self.arrays:
            self.arrays[entry["file"]] = np.load(self.folder / entry["file"])
        array = self.arrays[entry["file"]]
        assert array.dtype == entry["dtype"] and list(array.shape) == entry["shape"], entry
        return array

    def of(self, entry, sample):
        return self.array(entry)[sample] if entry["per_sample"] else self.array(entry)


def replay_grids(layer, failures):
    """The zero points of the grids are those that the layer computes with."""
    p, grids = layer["parameters"], [operand.get("grid") for operand in layer["operands"]]
    wanted = {"lhs_zero_point": 0, "rhs_zero_point": 1, "input_zero_point": 0}
    pairs = [(grids[operand], p[key]) for key, operand in wanted.items() if key in p]
    scaling, stages = layer.get("requantization", {}), layer.get("requantization", {}).get("stages")
    # Three stages add the zero point with the bias; a sum has its own.
    if scaling and not stages:
        pairs.append((layer["output"].get("grid"), scaling["zero_point"]))
    if layer["kind"] == "quantize":
        pairs.append((layer["output"].get("grid"), p["zero_point"]))
    if layer["kind"] == "dequantize":
        pairs.append((grids[0], p["zero_point"]))
        scales = grids[0] and grids[0]["scales"]
        if scales is not None and scales != p["scales"]:
            failures.append(f"{layer['name']}: scales")
    for grid, zero in pairs:
        if grid and grid["zero_point"] != zero:
            failures.append(f"{layer['name']}: grid")


def compare(what, expected, actual, failures):
    if expected.size != actual.size or np.any(expected.reshape(-1) != actual.reshape(-1)):
        failures.append(what)


def replay_breakpoints(layer, golden, failures):
    if "breakpoints" not in layer:
        return
    rows = {key: golden.array(layer["breakpoints"][key]) for key in ("channels", "accumulators", "outputs")}
    y = requantize(rows["accumulators"], rows["channels"], layer["requantization"])
    compare(f"{layer['name']}: breakpoints", y, rows["outputs"], failures)


def compute(layer, operands, rounding=None):
    """The accumulators (None where there are none) and the output, with the layer's own rounding or another one."""
    kind, p, dtype = layer["kind"], layer["parameters"], layer["output"]["dtype"]
    # A resize scales nothing but in one of its modes.
    if kind not in ACCUMULATORS or (kind == "resize" and "requantization" not in layer):
        y = BORDER[kind](p, *operands, dtype) if kind in BORDER else MOVEMENTS[kind](p, *operands)
        return None, y.astype(dtype)
    sums = ACCUMULATORS[kind](p, *operands)
    sums, channel = sums if isinstance(sums, tuple) else (sums, np.arange(sums.shape[-1]) if sums.ndim else 0)
    if "requantization" not in layer:
        return None, sums
    scaling = layer["requantization"]
    return sums, requantize(sums, channel, scaling | (dict(rounding=rounding) if rounding else {}))


ENDS = ("loop_begin", "loop_end")


def shaped(y, entry):
    return y.astype(entry["dtype"]).reshape(entry["shape"][1:])


def results_of(layer):
    return [layer["output"], *layer.get("further_outputs", [])]


def run_loop(layers, value, rounding=None):  # (A70)
    """The values of the layers of a loop, from its beginning to its end, behind the last step; `value` gives those from around it, by entry."""
    begin, end, values = layers[0], layers[-1], {}
    steps, sequences, carries = begin["parameters"]["steps"], begin["parameters"]["sequences"], end["parameters"]["carries"]
    known = lambda entry: values[entry["file"]] if entry["file"] in values else value(entry)
    place = lambda p, i, t: steps - 1 - t if p.get("reversed") and p["reversed"][i] else t
    entering = [value(entry) for entry in begin["operands"]]
    states, collected = entering[sequences:], None
    for t in range(steps):
        slices = [sequence[place(begin["parameters"], i, t)] for i, sequence in enumerate(entering[:sequences])]
        for entry, y in zip(results_of(begin), [np.array([t]), *slices, *states]):
            values[entry["file"]] = shaped(y, entry)
        values.update(run_layers(layers[1:-1], known, rounding))
        leaving = [known(entry) for entry in end["operands"][1:]]
        states = leaving[:carries]
        collected = collected or [np.zeros((steps, *each.shape), each.dtype) for each in leaving[carries:]]
        for i, each in enumerate(leaving[carries:]):
            collected[i][place(end["parameters"], i, t)] = each
    for entry, y in zip(results_of(end), [*states, *collected]):
        values[entry["file"]] = shaped(y, entry)
    return values


def loop_at(layers, i):
    """The layers of the loop that layer i begins."""
    number = layers[i]["output"]["file"]
    return layers[i : next(k for k, each in enumerate(layers) if each["kind"] == "loop_end" and each["operands"][0]["file"] == number) + 1]


def run_layers(layers, value, rounding=None):
    """The values that layers give, one after the other, by their files."""
    values, i = {}, 0
    known = lambda entry: values[entry["file"]] if entry["file"] in values else value(entry)
    while i < len(layers):
        if layers[i]["kind"] == "loop_begin":
            loop = loop_at(layers, i)
            values.update(run_loop(loop, known, rounding))
            i += len(loop)
            continue
        y = compute(layers[i], [known(entry) for entry in layers[i]["operands"]], rounding)[1]
        values[layers[i]["output"]["file"]] = shaped(y, layers[i]["output"])
        i += 1
    return values


def replay_loops(golden, failures):
    """Whole loops, from what they read to what they give."""
    for i, layer in enumerate(golden.layers):
        if layer["kind"] != "loop_begin":
            continue
        loop = loop_at(golden.layers, i)
        for sample in range(golden.samples):
            values = run_loop(loop, lambda entry: golden.of(entry, sample))
            for each in loop:
                for entry in results_of(each):
                    compare(f"{each['name']}: output in its loop", values[entry["file"]], golden.of(entry, sample), failures)


def replay(folder):
    """Computes every layer from its operands alone, and loops from theirs; the names of what differs. `folder`: a path, or the Golden of one."""
    golden, failures = folder if isinstance(folder, Golden) else Golden(folder), []
    replay_loops(golden, failures)
    for layer in golden.layers:
        replay_breakpoints(layer, golden, failures)
        replay_grids(layer, failures)
        for sample in range(golden.samples if layer["kind"] not in ENDS else 0):
            sums, y = compute(layer, [golden.of(operand, sample) for operand in layer["operands"]])
            if sums is not None:
                compare(f"{layer['name']}: accumulators", sums, golden.of(layer["accumulators"], sample), failures)
            compare(f"{layer['name']}: output", y, golden.of(layer["output"], sample), failures)
    return failures


def run(golden, sample, rounding):
    """The outputs of the whole network where every layer rounds so, from its inputs on."""
    values = {entry["file"]: golden.of(entry, sample) for entry in golden.index["inputs"]}
    values.update(run_layers(golden.layers, lambda entry: values[entry["file"]] if entry["per_sample"] else golden.array(entry), rounding))
    return [values[entry["file"]] for entry in golden.index["outputs"]]
