"""Ways to damage a model: each changes one thing, anywhere, and leaves the rest as it was."""
import struct

import numpy as np
from onnx import AttributeProto, NodeProto, TensorProto, helper, numpy_helper

# Integers at which something overflows, divides by zero, or allocates.
INTEGERS = [0, 1, -1, 2, 3, -2, 7, 100, 255, 256, 65535, 65536, 2**31 - 1, 2**31, -2**31, 2**32, 2**33 + 1, 10**9, 10**12, 2**62, 2**63 - 1, -2**63,
            -2**63 + 1]
FLOATS = [0.0, -0.0, 1.0, -1.0, float("nan"), float("inf"), float("-inf"), 1e-45, 1e-38, 1e30, 3.4e38, -3.4e38, 1e-30, 16777217.0]
TYPES = list(range(0, 27)) + [99, -1, 2**31 - 1]
# Names that break lines, terminals, paths and formats; what is no text at all comes in by `damage_bytes`.
STRANGE = ["a\nb", "\x1b[31mred\x1b[0m", "tab\there", "\x07", "\u2028line", "\u202eback", "%s%n%d", "../../etc/passwd", "/", "'quoted'", '"', "\\", "a\0b", " ",
           "x:2", "name with spaces", "é", "\U0001f600", "N" * 3000, "<unknown>", "loc(\"x\")", "%0", "#", "nul\0", "\r", "\x7f", "\ufeff", "-rf", "{}", "*"]


def pick(random, items):
    items = list(items)
    return random.choice(items) if items else None


def dimension(random):
    return random.choice(INTEGERS) if random.random() < 0.6 else random.randrange(0, 9)


def shape(random):
    rank = random.choice([0, 1, 1, 2, 2, 3, 4, 4, 5, 8, 9, 12, 70])
    return [dimension(random) if random.random() < 0.4 else random.randrange(0, 5) for _ in range(rank)]


# Attributes.

def remove_attribute(random, model):
    node = pick(random, (n for n in model.graph.node if n.attribute))
    if node:
        del node.attribute[random.randrange(len(node.attribute))]


def attribute_value(random):
    """Any attribute's value, of any type."""
    return random.choice([
        lambda: random.choice(INTEGERS), lambda: random.choice(FLOATS), lambda: random.choice(STRANGE + ["SAME_UPPER", "linear", "floor", ""]),
        lambda: [dimension(random) for _ in range(random.randrange(1, 7))], lambda: [random.choice(FLOATS) for _ in range(random.randrange(1, 5))],
        lambda: ["a", "b\n"], lambda: numpy_helper.from_array(np.float32([random.choice(FLOATS)]), "t"),
        lambda: helper.make_graph([helper.make_node("Relu", ["q"], ["r"])], "sub", [], [helper.make_empty_tensor_value_info("r")]),
        lambda: helper.make_tensor_type_proto(1, [2]), lambda: numpy_helper.from_array(np.int64([random.choice(INTEGERS)]), "t")])()


def change_attribute(random, model):
    node = pick(random, (n for n in model.graph.node if n.attribute))
    if not node:
        return
    attribute = random.choice(node.attribute)
    if attribute.type == AttributeProto.INT and random.random() < 0.7:
        attribute.i = random.choice(INTEGERS)
    elif attribute.type == AttributeProto.FLOAT and random.random() < 0.7:
        attribute.f = random.choice(FLOATS)
    elif attribute.type == AttributeProto.INTS and attribute.ints and random.random() < 0.7:
        change = random.randrange(4)
        if change < 2:
            attribute.ints[random.randrange(len(attribute.ints))] = random.choice(INTEGERS)
        elif change == 2:
            attribute.ints.pop()
        else:
            attribute.ints.append(random.choice(INTEGERS))
    elif attribute.type == AttributeProto.STRING and random.random() < 0.7:
        attribute.s = random.choice([b"", b"\xff\xfe", b"a\nb", b"VALID", b"SAME_LOWER", b"cubic", b"wrap", b"half_pixel", b"\0", b"x" * 100000])
    else:
        attribute.CopyFrom(helper.make_attribute(attribute.name, attribute_value(random)))


KNOWN = ["axis", "axes", "perm", "pads", "strides", "dilations", "group", "kernel_shape", "auto_pad", "output_padding", "output_shape", "ceil_mode", "to",
         "keepdims", "mode", "epsilon", "alpha", "beta", "transA", "transB", "value", "allowzero", "num_outputs", "noop_with_empty_axes", "block_size",
         "saturate", "storage_order", "count_include_pad", "training_mode", "spatial", "split", "starts", "ends", "value_ints", "value_floats", "value_string",
         "sparse_value", "start", "end", "fmod", "nearest_mode", "coordinate_transformation_mode", "cubic_coeff_a", "extrapolation_value", "antialias",
         "exclude_outside", "keep_aspect_ratio_policy", "scales", "height_scale", "broadcast", "consumed_inputs", "is_test", "output_dtype", "precision",
         "min", "max", "ratio", "momentum", "larger", "direction", "then_branch", "body"]


def add_attribute(random, model):
    node = pick(random, model.graph.node)
    if node:
        node.attribute.append(helper.make_attribute(random.choice(KNOWN), attribute_value(random)))


def refer_attribute(random, model):
    """To a function's attribute, outside of one; or with a type that is not its value's, or is none."""
    node = pick(random, (n for n in model.graph.node if n.attribute))
    if not node:
        return
    attribute = random.choice(node.attribute)
    if random.random() < 0.5:
        attribute.ref_attr_name = "nobody"
    else:
        attribute.type = random.choice(list(AttributeProto.AttributeType.values()))


# Nodes.

def remove_operand(random, model):
    node = pick(random, (n for n in model.graph.node if n.input))
    if node:
        del node.input[random.randrange(len(node.input))]


def remove_operands(random, model):
    node = pick(random, model.graph.node)
    if node:
        del node.input[:]


def clear_operand(random, model):
    node = pick(random, (n for n in model.graph.node if n.input))
    if node:
        node.input[random.randrange(len(node.input))] = ""


def values(model):
    return [name for n in model.graph.node for name in n.output] + [i.name for i in model.graph.input] + [t.name for t in model.graph.initializer] + ["nobody"]


def redirect_operand(random, model):
    """To any other value: cycles, wrong types, wrong shapes."""
    node = pick(random, (n for n in model.graph.node if n.input))
    if node:
        node.input[random.randrange(len(node.input))] = random.choice(values(model))


def add_operand(random, model):
    node = pick(random, model.graph.node)
    if node:
        for _ in range(random.choice([1, 1, 2, 5, 300])):
            node.input.append(random.choice(values(model) + [""]))


def swap_operands(random, model):
    node = pick(random, (n for n in model.graph.node if len(n.input) > 1))
    if node:
        names = list(node.input)
        random.shuffle(names)
        node.input[:] = names


def change_results(random, model):
    node = pick(random, model.graph.node)
    if not node:
        return
    change = random.randrange(5)
    if change == 0:
        del node.output[:]
    elif change == 1:
        node.output.append(random.choice(["extra", "", node.output[0] if node.output else "again"]))
    elif change == 2 and node.output:
        node.output[random.randrange(len(node.output))] = random.choice(values(model))
    elif change == 3 and node.output:
        node.output[0] = ""
    else:
        node.output.extend(f"many{k}" for k in range(500))


OPERATORS = ["Relu", "Conv", "ConvTranspose", "Gemm", "MatMul", "Softmax", "MaxPool", "AveragePool", "GlobalAveragePool", "ReduceMean", "Concat", "Slice", "Split",
             "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Pad", "Resize", "Upsample", "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear",
             "MatMulInteger", "ConvInteger", "Cast", "Clip", "PRelu", "Sum", "BatchNormalization", "Transpose", "Constant", "ConstantOfShape", "Range", "Shape",
             "Size", "Gather", "Expand", "Tile", "Where", "Mod", "Pow", "ReduceProd", "ReduceSum", "Dropout", "Identity", "Equal", "Not", "If", "Loop", "Scan",
             "Erf", "LSTM", "NonMaxSuppression", "relu", "", "a\nb", "Reciprocal", "And", "Sub", "Div", "Max", "Min", "HardSigmoid", "Round", "CastLike"]


def change_operator(random, model):
    node = pick(random, model.graph.node)
    if node:
        node.op_type = random.choice(OPERATORS)


def change_domain(random, model):
    node = pick(random, model.graph.node)
    if node:
        node.domain = random.choice(["ai.onnx", "com.microsoft", "ai.onnx.ml", "a\nb", "com.example", "x" * 10000, "ai.onnx.training"])


def duplicate_node(random, model):
    node = pick(random, model.graph.node)
    if node:
        model.graph.node.append(node)


def remove_node(random, model):
    if model.graph.node:
        del model.graph.node[random.randrange(len(model.graph.node))]


def shuffle_nodes(random, model):
    """Out of order; that is not valid ONNX, and does no harm."""
    copies = [NodeProto.FromString(node.SerializeToString()) for node in model.graph.node]
    random.shuffle(copies)
    del model.graph.node[:]
    model.graph.node.extend(copies)


def insert_node(random, model):
    """Any operator on any value, read by nobody or as an output."""
    operands = [random.choice(values(model) + [""]) for _ in range(random.randrange(0, 4))]
    model.graph.node.append(helper.make_node(random.choice(OPERATORS[:-6]), operands, ["inserted"], name="inserted_node"))
    if random.random() < 0.7:
        model.graph.output.append(helper.make_empty_tensor_value_info("inserted"))


# Tensors.

def tensors(model):
    return list(model.graph.initializer) + [a.t for n in model.graph.node for a in n.attribute if a.HasField("t")]


def change_dims(random, model):
    tensor = pick(random, tensors(model))
    if not tensor:
        return
    change = random.randrange(4)
    if change == 0 and tensor.dims:
        tensor.dims[random.randrange(len(tensor.dims))] = random.choice(INTEGERS)
    elif change == 1 and tensor.dims:
        tensor.dims.pop()
    elif change == 2:
        tensor.dims.append(random.choice(INTEGERS))
    else:
        tensor.dims[:] = shape(random)


def elements(tensor):
    """As an array, or None where an earlier damage left none."""
    if not tensor or tensor.data_location == TensorProto.EXTERNAL:
        return None
    try:
        return numpy_helper.to_array(tensor)
    except Exception:  # Of many kinds.
        return None


def change_shape_honestly(random, model):
    """Another small shape, with as many elements."""
    tensor = pick(random, tensors(model))
    if not tensor or tensor.data_type not in (1, 2, 3, 6, 7):
        return
    dims = [random.choice([0, 1, 1, 2, 3, 4, 5, 8]) for _ in range(random.choice([0, 1, 1, 2, 3, 4, 5, 9]))]
    kind = helper.tensor_dtype_to_np_dtype(tensor.data_type)
    whole = np.array([random.choice([0, 1, 2, -1, 3]) for _ in range(min(int(np.prod(dims)), 100000))]).astype(kind)
    tensor.CopyFrom(numpy_helper.from_array(np.resize(whole, dims), tensor.name))


def change_elements(random, model):
    """Honest tensors with elements from the ends of their type."""
    tensor = pick(random, tensors(model))
    array = elements(tensor)
    if array is None or array.size == 0 or array.dtype.kind not in "iuf":
        return
    flat = array.reshape(-1).copy()
    for _ in range(random.choice([1, 1, 2, flat.size])):
        at = random.randrange(flat.size)
        if array.dtype.kind == "f":
            flat[at] = random.choice(FLOATS)
        else:
            ends = np.iinfo(array.dtype)
            flat[at] = min(max(random.choice(INTEGERS), ends.min), ends.max)
    tensor.CopyFrom(numpy_helper.from_array(flat.reshape(array.shape), tensor.name))


def change_type(random, model):
    tensor = pick(random, tensors(model))
    if tensor:
        tensor.data_type = random.choice(TYPES)


def convert_type(random, model):
    """An honest tensor of another type."""
    tensor = pick(random, tensors(model))
    array = elements(tensor)
    if array is None or array.dtype.kind not in "iufb":
        return
    with np.errstate(all="ignore"):
        array = array.astype(random.choice([np.float32, np.float64, np.float16, np.int8, np.uint8, np.int16, np.int32, np.int64, np.uint64, np.bool_]))
    tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))


def change_data(random, model):
    """Too little, too much, twice, none, in segments."""
    tensor = pick(random, tensors(model))
    if not tensor:
        return
    change = random.randrange(7)
    if change == 0:
        tensor.raw_data = tensor.raw_data[:-1]
    elif change == 1:
        tensor.raw_data = tensor.raw_data + b"\x01" * random.choice([1, 4, 4096])
    elif change == 2:
        tensor.ClearField("raw_data")
    elif change == 3:
        tensor.float_data.extend([1.5] * random.choice([1, 100]))
    elif change == 4:
        tensor.ClearField("raw_data")
        random.choice([tensor.int32_data, tensor.int64_data, tensor.uint64_data, tensor.float_data]).extend([1] * random.choice([1, 2, 4, 12]))
    elif change == 5:
        tensor.segment.begin, tensor.segment.end = random.choice(INTEGERS), random.choice(INTEGERS)
    else:
        tensor.ClearField("raw_data")
        tensor.string_data.append(b"a\nb")


def change_external(random, model):
    """Data beside the model: outside of its folder, not there, too short, at offsets that overflow. `beside.bin` has 64 bytes."""
    tensor = pick(random, tensors(model))
    if not tensor:
        return
    tensor.ClearField("raw_data")
    tensor.data_location = random.choice([TensorProto.EXTERNAL] * 9 + [TensorProto.DEFAULT])
    entries = {"location": random.choice(["beside.bin"] * 4 + ["../outside.bin", "/etc/passwd", "", ".", "..", "nowhere.bin", "a\nb", "beside.bin/x", "link.bin",
                                                             "./beside.bin", "folder/../beside.bin", "\x1b[31m", "m.onnx", "/dev/zero", "/proc/self/mem", "x" * 5000]),
               "offset": str(random.choice(INTEGERS + [4, 8, 60, 64, 65, 4096])), "length": str(random.choice(INTEGERS + [4, 8, 12, 64]))}
    for key, value in entries.items():
        if random.random() < 0.75:
            tensor.external_data.add(key=key, value=value if random.random() < 0.9 else random.choice(["", "abc", "1e9", "0x10", " 4", "-", "4\n", "9" * 400]))
    if random.random() < 0.1:
        tensor.external_data.add(key="location", value="beside.bin")


def make_sparse(random, model):
    tensor = pick(random, model.graph.initializer)
    if tensor:
        sparse = model.graph.sparse_initializer.add()
        sparse.values.CopyFrom(tensor)
        sparse.indices.CopyFrom(numpy_helper.from_array(np.int64([random.choice(INTEGERS)]), "indices"))
        sparse.dims.extend(shape(random))
        if random.random() < 0.5:
            sparse.values.name = random.choice(["", "another", "a\nb"])


def remove_tensor(random, model):
    if model.graph.initializer:
        del model.graph.initializer[random.randrange(len(model.graph.initializer))]


def duplicate_tensor(random, model):
    tensor = pick(random, model.graph.initializer)
    if tensor:
        copy = model.graph.initializer.add()
        copy.CopyFrom(tensor)
        copy.name = random.choice([tensor.name, tensor.name, "", model.graph.input[0].name if model.graph.input else "x"])


# Ports.

def change_port(random, model):
    port = pick(random, list(model.graph.input) * 3 + list(model.graph.output))
    if not port:
        return
    tensor = port.type.tensor_type
    change = random.randrange(9)
    if change == 0:
        port.ClearField("type")
    elif change == 1:
        tensor.ClearField("shape")
    elif change == 2:
        tensor.elem_type = random.choice(TYPES)
    elif change == 3 and tensor.shape.dim:
        tensor.shape.dim[random.randrange(len(tensor.shape.dim))].dim_value = random.choice(INTEGERS)
    elif change == 4 and tensor.shape.dim:
        tensor.shape.dim[random.randrange(len(tensor.shape.dim))].dim_param = random.choice(STRANGE + ["N", ""])
    elif change == 5 and tensor.shape.dim:
        tensor.shape.dim[random.randrange(len(tensor.shape.dim))].Clear()
    elif change == 6:
        kind = random.choice(["sequence_type", "map_type", "optional_type", "sparse_tensor_type"])
        elem = getattr(port.type, kind)
        if kind in ("sequence_type", "optional_type"):
            elem.elem_type.tensor_type.elem_type = 1
        else:
            elem.SetInParent()
    elif change == 7:
        tensor.shape.Clear()
        for size in shape(random):
            tensor.shape.dim.add().dim_value = size
    else:
        tensor.shape.Clear()
        for size in [random.randrange(0, 6) for _ in range(random.randrange(0, 7))]:
            tensor.shape.dim.add().dim_value = size


def change_ports(random, model):
    change, graph = random.randrange(9), model.graph
    if change == 0:
        del graph.input[:]
    elif change == 1:
        del graph.output[:]
    elif change == 2 and graph.input:
        graph.input.append(graph.input[0])
    elif change == 3 and graph.output:
        for _ in range(random.choice([1, 1, 40])):
            graph.output.append(graph.output[0])
    elif change == 4 and graph.input:
        graph.output.append(graph.input[0])
    elif change == 5 and graph.initializer:
        graph.output.append(helper.make_empty_tensor_value_info(random.choice(graph.initializer).name))
    elif change == 6:
        graph.output.append(helper.make_empty_tensor_value_info(random.choice(["", "nobody", "a\nb"])))
    elif change == 7 and graph.initializer:
        tensor = random.choice(graph.initializer)
        graph.input.append(helper.make_tensor_value_info(tensor.name, random.choice([1, 7]), random.choice([list(tensor.dims), [3], [2**40]])))
    else:
        graph.input.append(helper.make_tensor_value_info("unread", random.choice([1, 2, 3, 6, 7, 8, 9, 10, 11]), shape(random)))


def add_value_info(random, model):
    """What a model says of its own values, wrongly."""
    model.graph.value_info.append(helper.make_tensor_value_info(random.choice(values(model)), random.choice([1, 7, 8, 0]), shape(random)))


# Names.

def rename(random, model):
    """One value, everywhere."""
    old, new = random.choice(values(model) + [""]), random.choice(STRANGE)
    for node in model.graph.node:
        node.input[:] = [new if n == old else n for n in node.input]
        node.output[:] = [new if n == old else n for n in node.output]
    for each in [*model.graph.input, *model.graph.output, *model.graph.initializer]:
        if each.name == old:
            each.name = new


def rename_node(random, model):
    node = pick(random, model.graph.node)
    if node:
        node.name = random.choice(STRANGE + ["", "same", "same", model.graph.node[0].name])


def rename_graph(random, model):
    model.graph.name = random.choice(STRANGE + [""])
    model.producer_name = random.choice(STRANGE)
    model.doc_string = random.choice(STRANGE)
    entry = model.metadata_props.add()
    entry.key, entry.value = random.choice(STRANGE), random.choice(STRANGE)


# The model.

def change_opset(random, model):
    change = random.randrange(6)
    if change < 4:
        # Another damage may have taken it.
        entry = model.opset_import[0] if model.opset_import else model.opset_import.add()
        entry.version = random.randrange(1, 100) if change < 3 else random.choice(INTEGERS)
    elif change == 4:
        del model.opset_import[:]
    else:
        entry = model.opset_import.add()
        entry.domain, entry.version = random.choice(["", "ai.onnx", "com.microsoft", "a\nb"]), random.choice(INTEGERS + [7, 13, 28])


def change_ir_version(random, model):
    model.ir_version = random.choice(INTEGERS + [3, 4, 9, 13, 99])


def annotate(random, model):
    note = model.graph.quantization_annotation.add()
    note.tensor_name = random.choice(values(model) + [""])
    entry = note.quant_parameter_tensor_names.add()
    entry.key, entry.value = "SCALE_TENSOR", random.choice(values(model))


def train(random, model):
    info = model.training_info.add()
    info.algorithm.CopyFrom(model.graph)


def add_function(random, model):
    """A function of the model, which a node calls; perhaps itself."""
    nodes = [helper.make_node(random.choice(["F", "Relu"]), ["a"], ["b"], domain=random.choice(["local", ""]))]
    model.functions.append(helper.make_function(random.choice(["local", ""]), random.choice(["F", "Relu"]), ["a"], ["b"], nodes, [helper.make_opsetid("", 21)]))
    node = pick(random, model.graph.node)
    if node and random.random() < 0.8:
        node.op_type, node.domain = "F", "local"


def nest(random, model):
    """Graphs in graphs."""
    inner = helper.make_graph([helper.make_node("Relu", ["q"], ["r"])], "inner", [], [helper.make_empty_tensor_value_info("r")])
    for _ in range(random.choice([1, 3, 12, 28])):  # Three messages each; protobuf's own depth is 100, which `deep` goes beyond.
        node = helper.make_node(random.choice(["If", "Loop", "Scan"]), ["c"], ["r"], name="nested")
        node.attribute.append(helper.make_attribute("then_branch", inner))
        inner = helper.make_graph([node], "outer", [], [helper.make_empty_tensor_value_info("r")])
    model.graph.node.extend(inner.node)
    if random.random() < 0.5:
        model.graph.output.append(helper.make_empty_tensor_value_info("r"))


def clear_graph(random, model):
    random.choice([lambda: model.ClearField("graph"), lambda: model.graph.Clear(), lambda: model.graph.ClearField("node"), model.Clear])()


DAMAGES = [remove_attribute, change_attribute, change_attribute, change_attribute, add_attribute, add_attribute, refer_attribute, remove_operand, remove_operands,
           clear_operand, redirect_operand, redirect_operand, add_operand, swap_operands, change_results, change_operator, change_operator, change_domain,
           duplicate_node, remove_node, shuffle_nodes, insert_node, insert_node, change_dims, change_shape_honestly, change_shape_honestly, change_shape_honestly,
           change_elements, change_elements, change_elements, change_elements, change_type, convert_type, convert_type, change_data, change_external,
           make_sparse, remove_tensor, duplicate_tensor, change_port, change_port, change_port, change_ports, add_value_info, rename, rename, rename_node,
           rename_graph, change_opset, change_opset, change_ir_version, annotate, train, add_function, nest, clear_graph]

INVALID_TEXT = [b"\xff\xfe\x80\xc0", b"\xed\xa0\x80 ", b"\xc0\xaf\xc0\xaf", b"\xf8\x88\x80\x80"]


def length_delimited(field, data):
    """A message within a message, as protobuf encodes it."""
    size, number = bytearray(), len(data)
    while number > 127:
        size.append(number & 127 | 128)
        number >>= 7
    return bytes([field << 3 | 2]) + bytes(size) + bytes([number]) + data


def deep(levels):
    """A model whose graph's node has a graph whose node has a graph..."""
    data = b""
    for _ in range(levels):
        data = length_delimited(1, length_delimited(5, length_delimited(6, data)))
    return length_delimited(7, data)


def damage_bytes(random, data):
    """Of the file as such."""
    change = random.randrange(9)
    if change == 8:
        return data + deep(random.choice([20, 33, 40, 1000, 20000]))
    if change == 0:
        return data[:random.randrange(len(data) + 1)]
    if change == 1:
        return data + random.choice([b"\0", b"\x0a\xff\xff\xff\xff\x0f", b"\x0b" * 200, random.randbytes(50), data])
    if change == 2:
        return b"".join(bytes([b ^ (1 << random.randrange(8))]) if random.random() < 3 / max(len(data), 1) else bytes([b]) for b in data)
    if change == 3 and data:
        at, size = random.randrange(len(data)), random.randrange(1, 20)
        return data[:at] + data[at + size:]
    if change == 4 and data:
        at = random.randrange(len(data))
        return data[:at] + random.choice([b"\xff" * 10, b"\x80" * 9 + b"\x01", struct.pack("<q", -1), b"\0" * 8]) + data[at:]
    if change == 5:
        # A name that is no text: four letters of one, wherever they stand.
        return data.replace(b"_out", random.choice(INVALID_TEXT))
    if change == 6:
        return random.choice([b"", b"\0" * 100, b"PK\x03\x04" + data, b"\x08" + b"\xff" * 20, b"version https://git-lfs.github.com/spec/v1\n", data[::-1]])
    return data.replace(b"k1", random.choice([b"\xff\xff", b"\n\n", b"\0\0", b"x1"]))
