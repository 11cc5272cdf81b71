"""Functions of one element, sums and products, types."""
import pathlib
import sys

from making import F32, HOST, Family, TensorProto, c, given, integers, np, op, positive, x

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "e2e"))
from models.functions import CASES as ALL_FUNCTIONS  # noqa: E402

family = Family()
add, refuse = family.add, family.refuse

FUNCTIONS = {
    "LeakyRelu": [{}, {"alpha": .3}], "Elu": [{}, {"alpha": .4}], "Selu": [{}, {"alpha": 1.2, "gamma": .7}], "HardSigmoid": [{}, {"alpha": .4}, {"beta": .1}],
    "Celu": [{}, {"alpha": .5}], "ThresholdedRelu": [{}, {"alpha": .2}], "HardSwish": [{}], "Relu": [{}], "Sigmoid": [{}], "Tanh": [{}], "Softplus": [{}],
    "Softsign": [{}], "Erf": [{}], "Exp": [{}], "Abs": [{}], "Neg": [{}], "Sin": [{}], "Cos": [{}], "Mish": [{}], "Shrink": [{"lambd": .3}],
}
for kind, variants in FUNCTIONS.items():
    for number, attributes in enumerate(variants):
        add(f"{kind.lower()}_{number}", op(kind, "x", **attributes), opset=18, x=x(3, 7, scale=2))
for kind in ("Log", "Sqrt", "Reciprocal"):
    add(kind.lower(), op(kind, "x"), x=positive(3, 7))
# Every function that there is a record of, with the numbers of the other tests.
for name, (attributes, (low, high), opset) in ALL_FUNCTIONS.items():
    add(f"function_{name.lower().replace(' ', '_')}", op(name.split()[0], "x", **attributes), opset=opset, x=np.clip(x(3, 7, scale=2), F32(low), F32(high)))
for attributes in ({}, {"approximate": "none"}, {"approximate": "tanh"}):
    add("gelu_" + attributes.get("approximate", "default"), op("Gelu", "x", **attributes), opset=20, x=x(3, 7, scale=2))
refuse("gelu_other", "attribute 'approximate' is 'erf', expected none or tanh", op("Gelu", "x", approximate="erf"), opset=20, x=x(3))
add("swish", op("Swish", "x"), opset=24, reference="onnx", x=x(3, 7))
add("swish_alpha", op("Swish", "x", alpha=.6), opset=24, reference="onnx", x=x(3, 7))
for name, attributes in (("", {}), ("_alpha", {"alpha": .6})):
    add(f"swiglu{name}", op("SwiGLU", "x z", **attributes), opset=28, x=x(3, 7), z=x(3, 7),
        reference=lambda x, z, alpha=attributes.get("alpha", 1): (x / (1 + np.exp(-alpha * x.astype(np.float64))) * z).astype(F32))
for kind in ("Affine", "ParametricSoftplus", "ScaledTanh"):
    add(f"{kind.lower()}", op(kind, "x", alpha=.7, beta=1.3), opset=9, x=x(3, 7))
add("affine_defaults", op("Affine", "x"), opset=9, x=x(3, 7))
add("quick_gelu", op("ms.QuickGelu", "x"), x=x(3, 7))
add("quick_gelu_alpha", op("ms.QuickGelu", "x", alpha=.7), x=x(3, 7))
add("quick_gelu_alpha_1", op("ms.QuickGelu", "x", alpha=1.0), x=x(3, 7))
add("microsoft_gelu", op("ms.Gelu", "x"), x=x(3, 7))
add("bias_gelu", op("ms.BiasGelu", "x b"), x=x(3, 7), b=c(7))
add("fast_gelu", op("ms.FastGelu", "x"), x=x(3, 7))
add("fast_gelu_bias", op("ms.FastGelu", "x b"), x=x(3, 7), b=c(7))

for opset, limits in ((7, [{"min": -.5}, {"max": .5}, {"min": -.3, "max": .6}, {}]),):
    for number, attributes in enumerate(limits):
        add(f"clip_{opset}_{number}", op("Clip", "x", **attributes), opset=opset, x=x(3, 7))
add("clip_13", op("Clip", "x l u"), x=x(3, 7), l=given(-.3), u=given(.6))
add("clip_13_upper", op("Clip", "x - u"), x=x(3, 7), u=given(.6))
add("clip_13_lower", op("Clip", "x l"), x=x(3, 7), l=given(-.3))
add("clip_13_equal", op("Clip", "x l u"), x=x(3, 7), l=given(.25), u=given(.25))
refuse("clip_order", "found limits 0.5 and 0.25, expected the lower one first", op("Clip", "x l u"), x=x(3), l=given(.5), u=given(.25))
refuse("clip_computed", "the lower limit 'l' must be", op("Clip", "x l"), x=x(3), l=np.array(.1, F32))
refuse("clip_several", "the upper limit", op("Clip", "x - u"), x=x(3), u=given([.1, .2]))

for exponent in (2.0, 3.0, .5, -1.0):
    add(f"pow_{exponent}", op("Pow", "x e"), x=positive(3, 4), e=given(exponent))
add("pow_list", op("Pow", "x e"), x=positive(3, 4), e=given([2.0] * 4))
refuse("pow_exponents", "the exponent has the shape 4, expected one number", op("Pow", "x e"), x=positive(3, 4), e=given([1.0, 2, 3, 4]))
refuse("pow_wider", "the exponent has the shape 2x3x4, expected one number", op("Pow", "x e"), x=positive(3, 4), e=given(np.full((2, 3, 4), 2.0)))
refuse("pow_computed", "the exponent 'e' must be", op("Pow", "x e"), x=positive(3, 4), e=positive(1))

for kind in ("Max", "Min"):
    name = kind.lower()
    add(f"{name}_of_two", op(kind, "x z"), x=x(3, 4), z=x(3, 4))
    add(f"{name}_of_four", op(kind, "x z w v"), x=x(3, 4), z=x(4), w=x(3, 1), v=c(3, 4))
    add(f"{name}_of_one", op(kind, "x"), x=x(3, 4))
    add(f"{name}_limit", op(kind, "x l"), x=x(3, 4), l=given(.2))
    add(f"{name}_limit_first", op(kind, "l x"), x=x(3, 4), l=given(.2))
    add(f"{name}_limits", op(kind, "x l m"), x=x(3, 4), l=given(.2), m=given(-.1))
    add(f"{name}_limit_per_column", op(kind, "x l"), x=x(3, 4), l=given([.2, .1, -.1, 0]))
    add(f"{name}_wider_limit", op(kind, "x l"), x=x(3, 4), l=given(np.full((2, 1, 1), .2)))

add("prelu_one", op("PRelu", "x s"), x=x(2, 3, 4), s=given([.2]))
add("prelu_channels", op("PRelu", "x s"), x=x(2, 3, 4), s=given([[.1], [.2], [-.3]]))
add("prelu_channels_of_matrix", op("PRelu", "x s"), x=x(2, 3), s=given([.1, .2, .3]))
add("prelu_equal", op("PRelu", "x s"), x=x(2, 3, 4), s=given(np.full(4, .2)))
add("prelu_full_rank", op("PRelu", "x s"), x=x(2, 3, 4), s=given([[[.1], [.2], [.3]]]))
refuse("prelu_columns", "found a slope of shape 4, expected one number, or one per channel of axis 1", op("PRelu", "x s"), x=x(2, 3, 4), s=given([.1, .2, .3, .4]))
refuse("prelu_nan", "the slope holds nan", op("PRelu", "x s"), x=x(2, 3), s=given([np.nan]))

for kind in ("Add", "Sub", "Mul", "Div"):
    name, other = kind.lower(), positive if kind == "Div" else x
    add(f"{name}_computed", op(kind, "x z"), x=x(2, 3, 4), z=other(2, 3, 4))
    add(f"{name}_broadcast", op(kind, "x z"), x=x(2, 1, 4), z=other(3, 1))
    add(f"{name}_constant", op(kind, "x z"), x=x(2, 3, 4), z=given(other(4)))
    add(f"{name}_constant_first", op(kind, "z x"), x=other(2, 3, 4), z=c(3, 1))
add("mean_one", op("Mean", "x"), x=x(2, 3))
add("mean_two", op("Mean", "x z"), x=x(2, 3), z=x(3))
add("mean_constants", op("Mean", "x c d z"), x=x(2, 3), c=c(3), d=c(2, 1), z=x(2, 3))
add("sum_one", op("Sum", "x"), x=x(2, 3))
add("sum_two", op("Sum", "x z"), x=x(2, 3), z=x(3))
add("sum_constants", op("Sum", "x c d z"), x=x(2, 3), c=c(3), d=c(2, 1), z=x(2, 3))
add("sum_constant", op("Sum", "c x"), x=x(2, 3), c=c(3))
add("sum_masks", [op("Sum", "x c d", "m"), op("Softmax", "m")], x=x(2, 3), c=given([0, -np.inf, 0]), d=c(3))

QUANTIZED = dict(q=integers(np.uint8, 3, 4), s=given(.1), z=given(7, np.uint8))
for name, kind in (("float", TensorProto.FLOAT), ("half", TensorProto.FLOAT16), ("bfloat", TensorProto.BFLOAT16), ("double", TensorProto.DOUBLE)):
    add(f"cast_{name}", [op("Cast", "x", "h", to=kind), op("Cast", "h", to=TensorProto.FLOAT)], x=x(3, 7))
add("cast_integers", op("Cast", "q", to=TensorProto.FLOAT), q=integers(np.int8, 3, 4))
add("cast_half_integers", [op("Cast", "q", "h", to=TensorProto.FLOAT16), op("Cast", "h", to=TensorProto.FLOAT)], q=integers(np.uint16, 3, 4))
for kind in ("int8", "uint8", "int16", "uint16"):
    add(f"cast_to_{kind}", [op("Cast", "x", "i", to=getattr(TensorProto, kind.upper())), op("Cast", "i", to=TensorProto.FLOAT)],
        x=np.abs(x(3, 7, scale=10)) if kind[0] == "u" else x(3, 7, scale=20))
    add(f"cast_{kind}_to_itself", op("Cast", "q", to=getattr(TensorProto, kind.upper())), q=integers(np.dtype(kind), 3, 4))
refuse("cast_to_int32", "casts a computed value to int32; expected a cast to floating point, int8, uint8, int16 or uint16", op("Cast", "x", to=TensorProto.INT32), x=x(3))
refuse("cast_to_bool", "casts a computed value to bool; expected a cast to floating point", op("Cast", "x", to=TensorProto.BOOL), x=x(3))
refuse("cast_between_integers", HOST, op("Cast", "q", to=TensorProto.UINT8), q=integers(np.int8, 3))
add("cast_like_float", op("CastLike", "q l"), q=integers(np.int8, 3, 4), l=c(1))
add("cast_like_integers", [op("CastLike", "x l", "i"), op("Cast", "i", to=TensorProto.FLOAT)], x=x(3, 7, scale=20), l=given([1], np.int8))
add("cast_like_half", [op("CastLike", "x l", "h"), op("Cast", "h", to=TensorProto.FLOAT)], x=x(3, 7), l=given([1], np.float16))
add("cast_like_computed", op("CastLike", "q l"), q=integers(np.int8, 3, 4), l=x(2))
add("dropout", op("Dropout", "x", ratio=.3), opset=11, x=x(3, 4))
add("dropout_13", op("Dropout", "x r t"), x=x(3, 4), r=given(.3), t=given(False, bool))
add("dropout_13_defaults", op("Dropout", "x", "y m"), x=x(3, 4))
refuse("dropout_training", "training_mode must be false; export the model for inference", op("Dropout", "x - t"), x=x(3), t=given(True, bool))
refuse("dropout_mask", "its mask 'm' is used; export the model for inference", op("Dropout", "x", "y m"), results="y m", x=x(3))
refuse("dropout_11_mask", "its mask 'm' is used", op("Dropout", "x", "y m"), opset=11, results="y m", x=x(3))
add("identity", op("Identity", "x"), x=x(3, 4))

add("relu_integers", [op("Relu", "q", "r"), op("DequantizeLinear", "r s z")], opset=14, q=integers(np.int8, 3, 4), s=given(.1), z=given(7, np.int8))
add("clip_integers", [op("Clip", "q l u", "r"), op("DequantizeLinear", "r s z")], q=integers(np.int8, 3, 4), l=given(-20, np.int8), u=given(50, np.int8), s=given(.1),
    z=given(7, np.int8))
