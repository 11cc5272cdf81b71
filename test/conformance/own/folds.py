"""What is computed at import: constants of every type and form, and the operators on them. The results meet an input, as numbers."""
from making import Constant, F32, Family, TensorProto, given, helper, ints, np, op, x

family = Family()
add, refuse = family.add, family.refuse


def number(nodes, result="r"):
    """x plus what the nodes compute."""
    return [*nodes, op("Cast", result, "numbers", to=TensorProto.FLOAT), op("Add", "x numbers")]


# Types as they are stored: in bytes, and in the list that ONNX has for the type.
VALUES = {"FLOAT": [0.5, -3], "DOUBLE": [0.25, -1e3], "FLOAT16": [1.5, -2], "BFLOAT16": [1.5, -2], "INT8": [-128, 127], "UINT8": [0, 255], "INT16": [-32768, 32767],
          "UINT16": [3, 65535], "INT32": [-70000, 70000], "UINT32": [3, 70000], "INT64": [-70000, 70000], "UINT64": [3, 70000], "BOOL": [True, False]}
for name, values in VALUES.items():
    kind = getattr(TensorProto, name)
    array = np.asarray(values).astype(helper.tensor_dtype_to_np_dtype(kind))
    for form, tensor in (("bytes", helper.make_tensor("", kind, [2], array.tobytes(), raw=True)), ("list", helper.make_tensor("", kind, [2], values))):
        stored = Constant(np.asarray(values, np.float64), tensor)
        add(f"stored_{name.lower()}_{form}", number([op("Identity", "w", "r")]), reference=lambda a, w: (a + w).astype(F32), x=x(3, 2), w=stored)
for name, low, high in (("INT4", -8, 7), ("UINT4", 0, 15)):
    kind, values = getattr(TensorProto, name), [low, high, 1, 5, low]
    packed = bytes([(low & 15) | (high << 4), 1 | (5 << 4), low & 15])
    for form, tensor in (("bytes", helper.make_tensor("", kind, [5], packed, raw=True)), ("list", helper.make_tensor("", kind, [5], values))):
        add(f"stored_{name.lower()}_{form}", [op("DequantizeLinear", "w s", "d"), op("Add", "x d")], opset=21, reference=lambda a, w, s: (a + w * s).astype(F32), x=x(3, 5),
            w=Constant(np.asarray(values, np.float64), tensor), s=given(.5))

for kind, name in ((np.float32, "float"), (np.int64, "int64"), (np.int32, "int32")):
    a, b = given([[7, -7, 9], [-9, 0, 1]], kind), given([3, -2, 4], kind)
    for operator in ("Add", "Sub", "Mul", "Div", "Min", "Max", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"):
        add(f"{operator.lower()}_{name}", number([op(operator, "a b", "r")]), x=x(2, 3), a=a, b=b)
    add(f"sum_of_three_{name}", number([op("Min", "a b d", "m"), op("Max", "m d a", "r")]), x=x(2, 3), a=a, b=b, d=given([[2], [-1]], kind))
    add(f"unary_{name}", number([op("Neg", "a", "n"), op("Abs", "b", "p"), op("Add", "n p", "r")]), x=x(2, 3), a=a, b=b)
    for fmod in (0, 1):
        if fmod or kind is not np.float32:
            add(f"mod_{fmod}_{name}", number([op("Mod", "a b", "r", fmod=fmod)]), x=x(2, 3), a=a, b=b)
    add(f"pow_{name}", number([op("Pow", "a b", "r")]), x=x(2, 3), a=given([[7, 2, 3], [1, 0, 5]], kind), b=given([3, 2, 4], kind))
    add(f"equal_{name}", number([op("Equal", "a b", "r")]), x=x(2, 3), a=a, b=given([7, 0, 9], kind))
    for operator in ("GreaterOrEqual", "LessOrEqual", "Greater", "Less"):
        add(f"{operator.lower()}_at_equal_{name}", number([op(operator, "a b", "r")]), x=x(2, 3), a=a, b=given([7, 0, 9], kind))
    add(f"where_{name}", number([op("Where", "k a b", "r")]), x=x(2, 3), k=given([[True], [False]], bool), a=a, b=b)
for operator in ("And", "Or", "Xor"):
    add(operator.lower(), number([op(operator, "a b", "r")]), x=x(2, 2), a=given([[True, True], [False, False]], bool), b=given([[True, False], [True, False]], bool))
add("not", number([op("Not", "a", "r")]), x=x(2), a=given([True, False], bool))
for operator in ("Floor", "Ceil", "Round", "Sqrt", "Exp", "Log", "Reciprocal"):
    add(operator.lower(), number([op(operator, "a", "r")]), x=x(4), a=given([.5, 1.5, 2.5, 2.25]))
for kind in (np.int8, np.uint8, np.int16, np.int32, np.int64, bool):
    name = np.dtype(kind).name
    add(f"cast_to_{name}", number([op("Cast", "a", "r", to=helper.np_dtype_to_tensor_dtype(np.dtype(kind)))]), x=x(4), a=given([0, 1.75, 100.5, 2]))
add("cast_beyond", number([op("Cast", "a", "r", to=TensorProto.INT8)]), reference=lambda a, w: a + np.array([-128, 127, 127, -128, 0], F32), x=x(5),
    a=given([-1000, 1000, 127, -128, np.nan]))
add("cast_wraps", number([op("Cast", "a", "r", to=TensorProto.UINT8)]), x=x(2), a=given([300, -1], np.int64))
refuse("division_by_0", "divides by 0", number([op("Div", "a b", "r")]), x=x(2), a=ints(3, 4), b=ints(1, 0))
refuse("mod_by_0", "divides by 0", number([op("Mod", "a b", "r")]), x=x(2), a=ints(3, 4), b=ints(1, 0))

for start, end in ((None, None), (1, None), (0, 2), (-2, None), (1, -1), (-9, 9), (2, 1)):
    attributes = {name: value for name, value in (("start", start), ("end", end)) if value is not None}
    add(f"shape_{start}_{end}", [op("Shape", "x", "s", **attributes), op("Cast", "s", "f", to=TensorProto.FLOAT), op("ReduceSum", "f", "r", keepdims=0), op("Add", "x r")]
        if (start, end) != (2, 1) else [op("Shape", "x", "s", **attributes), op("Size", "s", "n"), op("Cast", "n", "r", to=TensorProto.FLOAT), op("Add", "x r")], x=x(2, 3, 4))
add("size", number([op("Size", "x", "r")]), x=x(2, 3, 4))
for name, start, limit, delta, kind in (("up", 1, 9, 3, np.int64), ("to_the_end", 0, 9, 3, np.int64), ("down", 9, 1, -4, np.int64), ("int32", 2, 6, 2, np.int32), ("float", .5, 2.1, .5, np.float32)):
    count = len(np.arange(start, limit, delta))
    add(f"range_{name}", number([op("Range", "a b d", "r")]), x=x(2, count), a=given(start, kind), b=given(limit, kind), d=given(delta, kind))
add("constant_of_shape", number([op("ConstantOfShape", "s", "r", value=helper.make_tensor("", TensorProto.INT64, [1], [7]))]), x=x(2, 3), s=ints(2, 3))
add("constant_of_shape_default", number([op("ConstantOfShape", "s", "r")]), x=x(2, 3), s=ints(2, 3))
for name, attributes in (("value", {"value": helper.make_tensor("", TensorProto.FLOAT, [3], [1, 2, 3])}), ("int", {"value_int": 5}), ("float", {"value_float": .5}),
                         ("ints", {"value_ints": [1, 2, 3]}), ("floats", {"value_floats": [.5, .25, 4]})):
    add(f"constant_{name}", number([op("Constant", "", "r", **attributes)]), x=x(2, 3))

INTEGERS = given(np.arange(24).reshape(2, 3, 4), np.int64)
MOVES = {
    "gather": (op("Gather", "a i", "r", axis=1), {"i": ints(2, -3)}), "gather_scalar": (op("Gather", "a i", "r"), {"i": given(1, np.int64)}),
    "transpose": (op("Transpose", "a", "r", perm=[2, 0, 1]), {}), "slice": (op("Slice", "a s e t u", "r"), {"s": ints(-1, 0), "e": ints(-9, 3), "t": ints(2, 1), "u": ints(-2, 2)}),
    "concat": (op("Concat", "a a b", "r", axis=1), {"b": given(np.full((2, 1, 4), 50), np.int64)}), "tile": (op("Tile", "a i", "r"), {"i": ints(1, 2, 3)}),
    "expand": (op("Expand", "b i", "r"), {"b": given([[1], [2]], np.int64), "i": ints(3, 1, 2)}), "reshape": (op("Reshape", "a i", "r"), {"i": ints(-1, 8)}),
    "unsqueeze": (op("Unsqueeze", "a i", "r"), {"i": ints(0, 4)}), "flatten": (op("Flatten", "a", "r", axis=2), {}),
}
for name, (move, arrays) in MOVES.items():
    shape = {"gather": (2, 2, 4), "gather_scalar": (3, 4), "transpose": (4, 2, 3), "slice": (2, 2, 2), "concat": (2, 7, 4), "tile": (2, 6, 12), "expand": (3, 2, 2), "reshape": (3, 8),
             "unsqueeze": (1, 2, 3, 4, 1), "flatten": (6, 4)}[name]
    add(f"moved_{name}", number([move]), x=x(*shape), **({"a": INTEGERS} if "a" in move.input else {}), **arrays)
for index, attributes in enumerate(({"axis": 1}, {"axis": -1})):
    width = (3, 4)[index]
    parts = [1, width - 2, 1]
    add(f"moved_split_{index}", [op("Split", "a p", "r0 r1 r2", **attributes), op("Cast", "r1", "f", to=TensorProto.FLOAT), op("Cast", "r2", "g", to=TensorProto.FLOAT),
                                 op("ReduceSum", "f", "h", keepdims=0), op("ReduceSum", "g", "k", keepdims=0), op("Sub", "h k", "m"), op("Add", "x m")], x=x(2, 3), a=INTEGERS, p=ints(*parts))
