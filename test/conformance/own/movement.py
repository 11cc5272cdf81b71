"""What moves, chooses, joins or repeats elements, and resizes images."""
import itertools

from making import F32, HOST, Family, c, given, integers, ints, np, op, x

family = Family()
add, refuse = family.add, family.refuse

for kind, opset in (("attribute", 11), ("operand", 13)):
    def axes(*values):
        return ({"axes": list(values)}, {}, "x") if opset < 13 else ({}, {"a": ints(*values)}, "x a")
    for name, values, shape in (("first", [0], (1, 3, 1)), ("last", [-1], (1, 3, 1)), ("both", [2, 0], (1, 3, 1))):
        attributes, arrays, operands = axes(*values)
        add(f"squeeze_{kind}_{name}", op("Squeeze", operands, **attributes), opset=opset, x=x(*shape), **arrays)
    add(f"squeeze_{kind}_all", op("Squeeze", "x"), opset=opset, x=x(1, 3, 1, 2))
    attributes, arrays, operands = axes(1)
    refuse(f"squeeze_{kind}_of_3", "axis 1 of 1x3x1 is not 1", op("Squeeze", operands, **attributes), opset=opset, x=x(1, 3, 1), **arrays)
    for name, values in (("first", [0]), ("last", [-1]), ("several", [3, 0, 1])):
        attributes, arrays, operands = axes(*values)
        add(f"unsqueeze_{kind}_{name}", op("Unsqueeze", operands, **attributes), opset=opset, x=x(2, 3), **arrays)
    attributes, arrays, operands = axes(3)
    refuse(f"unsqueeze_{kind}_axis", "axis 3 does not exist in a tensor of rank 3", op("Unsqueeze", operands, **attributes), opset=opset, x=x(2, 3), **arrays)
refuse("unsqueeze_no_axes", "attribute 'axes' is missing", op("Unsqueeze", "x"), opset=11, x=x(2, 3))

for name, shape, attributes in (("copied", [0, -1], {}), ("copied_last", [-1, 3, 0], {}), ("plain", [4, 6], {}), ("open_first", [-1, 8], {}), ("more_axes", [2, 1, 3, 4], {})):
    add(f"reshape_{name}", op("Reshape", "x s", **attributes), opset=14, x=x(2, 3, 4), s=ints(*shape))
add("reshape_allowzero", op("Reshape", "x s", allowzero=1), opset=14, x=x(2, 3), s=ints(3, 2))
for name, shape, attributes in (("two_open", [-1, -1], {}), ("rest", [5, -1], {}), ("too_many", [2, 3, 5], {}), ("too_few", [2, 3], {}), ("below", [2, -2, 3], {}),
                                ("copied_axis", [2, 3, 4, 0], {}), ("zero", [0, -1], {"allowzero": 1})):
    refuse(f"reshape_{name}", f"cannot reshape 2x3x4 to {shape}", op("Reshape", "x s", **attributes), opset=14, x=x(2, 3, 4), s=ints(*shape))
refuse("reshape_computed", "the shape 's' must be", op("Reshape", "x s"), x=x(2, 3), s=integers(np.int64, 2, low=1, high=2))
for axis in (None, 0, 1, 2, 3, -1, -2, -3):
    add(f"flatten_{axis}", op("Flatten", "x", **({} if axis is None else {"axis": axis})), x=x(2, 3, 4))
for axis in (4, -4):
    refuse(f"flatten_axis_{axis}", f"axis {axis} does not exist in a tensor of rank 3", op("Flatten", "x", axis=axis), x=x(2, 3, 4))

add("transpose_default", op("Transpose", "x"), x=x(2, 3, 4))
for order in itertools.permutations(range(3)):
    add("transpose_" + "".join(map(str, order)), op("Transpose", "x", perm=list(order)), x=x(2, 3, 4))
refuse("transpose_twice", "attribute 'perm' is [0, 0, 2], expected each axis of rank 3 once", op("Transpose", "x", perm=[0, 0, 2]), x=x(2, 3, 4))
refuse("transpose_short", "attribute 'perm' is [1, 0], expected each axis of rank 3 once", op("Transpose", "x", perm=[1, 0]), x=x(2, 3, 4))

FAR = 2**62
SLICES = {
    "inner": ((1, 0), (3, 2), (0, 1), (1, 1)), "end": ((2, 1), (FAR, 9), (0, 1), (1, 1)), "from_the_end": ((-3, -2), (-1, 5), (0, 1), (1, 1)),
    "before_the_first": ((-9, 0), (2, -1), (0, 1), (1, 1)), "steps": ((0, 1), (5, 4), (0, 1), (2, 3)), "one_step": ((1, 0), (5, 4), (0, 1), (4, 4)),
    "backwards": ((4, 3), (0, -5), (0, 1), (-1, -1)), "backwards_by_two": ((-1, 2), (-FAR, -9), (0, 1), (-2, -3)), "backwards_from_beyond": ((9, 3), (0, 1), (0, 1), (-3, -1)),
    "long_step": ((0, 3), (5, -9), (0, 1), (FAR, -FAR)), "other_order": ((1, 0), (3, 5), (1, 0), (1, 2)), "axis_from_the_end": ((1,), (3,), (-1,), (2,)),
}
for name, (starts, ends, axes_, steps) in SLICES.items():
    add(f"slice_{name}", op("Slice", "x s e a t"), x=x(5, 4), s=ints(*starts), e=ints(*ends), a=ints(*axes_), t=ints(*steps))
    if all(step == 1 for step in steps):
        add(f"slice_9_{name}", op("Slice", "x", starts=list(starts), ends=list(ends), axes=list(axes_)), opset=9, x=x(5, 4))
add("slice_first_axes", op("Slice", "x s e"), x=x(5, 4), s=ints(1), e=ints(3))
add("slice_all_axes", op("Slice", "x s e"), x=x(5, 4), s=ints(1, 2), e=ints(3, 4))
add("slice_9_first_axes", op("Slice", "x", starts=[1], ends=[3]), opset=9, x=x(5, 4))
add("slice_no_axes_but_steps", op("Slice", "x s e - t"), x=x(5, 4), s=ints(0, 3), e=ints(5, 0), t=ints(2, -2))
LENGTHS = "starts, ends, axes and steps must be of one length, at most the rank, and no step may be 0"
refuse("slice_step_0", LENGTHS, op("Slice", "x s e a t"), x=x(5, 4), s=ints(1), e=ints(3), a=ints(0), t=ints(0))
refuse("slice_ends", LENGTHS, op("Slice", "x s e"), x=x(5, 4), s=ints(1), e=ints(3, 4))
refuse("slice_axes", LENGTHS, op("Slice", "x s e a"), x=x(5, 4), s=ints(1), e=ints(3), a=ints(0, 1))
refuse("slice_steps", LENGTHS, op("Slice", "x s e a t"), x=x(5, 4), s=ints(1), e=ints(3), a=ints(0), t=ints(1, 1))
refuse("slice_rank", LENGTHS, op("Slice", "x s e"), x=x(5), s=ints(1, 2), e=ints(3, 4))
refuse("slice_missing", "starts and ends are missing", op("Slice", "x", starts=[0]), opset=9, x=x(5))
refuse("slice_axis_twice", "axis -2 is named twice", op("Slice", "x s e a"), x=x(5, 4), s=ints(1, 1), e=ints(3, 3), a=ints(0, -2))

add("split_11", op("Split", "x", "y z", axis=1, split=[1, 3]), results="y z", opset=11, x=x(2, 4))
add("split_11_even", op("Split", "x", "y z"), results="y z", opset=11, x=x(4, 2))
add("split_13", op("Split", "x s", "y z w", axis=-1), results="y z w", opset=13, x=x(2, 6), s=ints(1, 3, 2))
add("split_13_even", op("Split", "x", "y z", axis=1), results="y z", opset=13, x=x(2, 6))
add("split_18_even", op("Split", "x", "y z w", axis=1, num_outputs=3), results="y z w", opset=18, x=x(2, 6))
add("split_18_uneven", op("Split", "x", "y z w", axis=1, num_outputs=3), results="y z w", opset=18, x=x(2, 7))
add("split_used_in_part", op("Split", "x", "y z w", axis=1), results="w y", opset=13, x=x(2, 6))
add("split_one", op("Split", "x", "y", axis=1, num_outputs=1), opset=18, x=x(2, 5))
refuse("split_13_uneven", "cannot split 7 elements into 3 parts", op("Split", "x", "y z w", axis=1), results="y z w", opset=13, x=x(2, 7))
refuse("split_many", "cannot split 2 elements into 3 parts", op("Split", "x", "y z w", num_outputs=3), opset=18, x=x(2, 7))
refuse("split_num_outputs", "cannot split 6 elements into 3 parts", op("Split", "x", "y z", axis=1, num_outputs=3), results="y z", opset=18, x=x(2, 6))
refuse("split_rest", "the parts leave 1 of 6 elements over", op("Split", "x s", "y z", axis=1), results="y z", x=x(2, 6), s=ints(2, 3))
refuse("split_long", "found a part of 5 elements with 4 of 6 left", op("Split", "x s", "y z", axis=1), results="y z", x=x(2, 6), s=ints(2, 5))
refuse("split_negative", "found a part of -1 elements with 6 of 6 left", op("Split", "x s", "y z", axis=1), results="y z", x=x(2, 6), s=ints(-1, 7))
refuse("split_results", "found 3 parts for 2 results", op("Split", "x s", "y z", axis=1), results="y z", x=x(2, 6), s=ints(2, 3, 1))

add("concat", op("Concat", "x z w", axis=1), x=x(2, 3), z=x(2, 1), w=c(2, 2))
add("concat_from_the_end", op("Concat", "x z", axis=-2), x=x(2, 3), z=x(1, 3))
add("concat_one", op("Concat", "x", axis=0), x=x(2, 3))
add("concat_nothing_else", op("Concat", "e x", axis=1), x=x(2, 3), e=given(np.zeros((2, 0))))
refuse("concat_axis", "attribute 'axis' is missing", op("Concat", "x z"), x=x(2, 3), z=x(2, 3))
refuse("concat_far_axis", "axis 2 does not exist in a tensor of rank 2", op("Concat", "x z", axis=2), x=x(2, 3), z=x(2, 3))

for name, indices, axis in (("one", 2, 1), ("scalar_of_first", 0, 0), ("range", [1, 2, 3], 1), ("stride", [0, 2, 4], 1), ("backwards", [3, 2, 1], 1), ("repeated", [1, 1, 1], 1),
                            ("runs", [0, 1, 4, 3, 2, 2], 1), ("from_the_end", [-1, -5, 2], 1), ("matrix", [[0, 3], [2, 1]], 1), ("last_axis", [0, 2], -1), ("default_axis", [1, 0], None)):
    add(f"gather_{name}", op("Gather", "x i", **({} if axis is None else {"axis": axis})), x=x(2, 5, 3), i=given(indices, np.int64))
for index in (5, -6):
    refuse(f"gather_{index}", f"index {index} is outside of an axis of 5", op("Gather", "x i", axis=1), x=x(2, 5), i=ints(0, index))
add("gather_many_parts", op("Gather", "x i"), x=x(3, 2), i=given([0] * 257, np.int64))
for kind in (np.int32, np.int64):
    add(f"gather_computed_{kind.__name__}", op("Gather", "x i", axis=1), x=x(2, 5, 3), i=integers(kind, 2, 4, low=-5, high=4))
add("gather_of_a_table", op("Gather", "t i"), t=c(7, 3), i=integers(np.int64, 1, 4, low=-7, high=6))
add("gather_one_computed", op("Gather", "x i", axis=-1), x=x(2, 5), i=np.array(-2, np.int64))
refuse("gather_of_integers", HOST, op("Gather", "x i"), x=integers(np.int64, 3, 2, low=0, high=9), i=integers(np.int64, 1, low=0, high=2))

add("tile", op("Tile", "x t"), x=x(2, 3), t=ints(3, 2))
add("tile_last", op("Tile", "x t"), x=x(2, 3), t=ints(1, 4))
add("tile_nothing", op("Tile", "x t"), x=x(2, 3), t=ints(1, 1))
add("tile_256", op("Tile", "x t"), x=x(1, 2), t=ints(256, 1))
refuse("tile_short", "has 1 repeats, expected one for each of the 2 dimensions", op("Tile", "x t"), x=x(2, 3), t=ints(2))
add("tile_512", op("Tile", "x t"), x=np.float32([[1, 2]]), t=ints(1, 512))
refuse("tile_257", "repeats axis 1 257 times, expected 1 to 65536, and no prime factor above 256", op("Tile", "x t"), x=x(1, 2), t=ints(1, 257))
add("expand", op("Expand", "x s"), x=x(1, 3), s=ints(2, 3))
add("expand_more_axes", op("Expand", "x s"), x=x(3, 1), s=ints(2, 1, 4))
add("expand_keeps", op("Expand", "x s"), x=x(2, 3), s=ints(1, 1))
add("expand_scalar", op("Expand", "x s"), x=np.array(1.5, F32), s=ints(2, 2))
refuse("expand_shape", "cannot expand 2x3 to 2x2", op("Expand", "x s"), x=x(2, 3), s=ints(2, 2))

for upper in (0, 1, None):
    for k in (None, 0, 1, -1, 3, -2):
        attributes = {} if upper is None else {"upper": upper}
        add(f"trilu_{upper}_{k}", op("Trilu", "x" if k is None else "x k", **attributes), x=x(2, 3, 4), **({} if k is None else {"k": given(k, np.int64)}))
refuse("trilu_vector", "expected a matrix, found 3", op("Trilu", "x"), x=x(3))
for exclusive, reverse in itertools.product((0, 1), repeat=2):
    for axis in (0, 1, -1):
        add(f"cumsum_{exclusive}{reverse}_{axis}", op("CumSum", "x a", exclusive=exclusive, reverse=reverse), x=x(2, 3, 4), a=given(axis, np.int32))
add("cumsum_defaults", op("CumSum", "x a"), x=x(4), a=ints(0))
refuse("cumsum_axes", "has 2 axes, expected one", op("CumSum", "x a"), x=x(2, 3), a=ints(0, 1))
refuse("cumsum_axis", "axis 2 does not exist in a tensor of rank 2", op("CumSum", "x a"), x=x(2, 3), a=ints(2))
refuse("cumsum_long", "sums along 4097 elements, expected 4096 at most", op("CumSum", "x a"), x=x(4097), a=ints(0))

for mode in ("DCR", "CRD", None):
    add(f"depth_to_space_{mode}", op("DepthToSpace", "x", blocksize=2, **({"mode": mode} if mode else {})), x=x(2, 8, 2, 3))
add("depth_to_space_of_3", op("DepthToSpace", "x", blocksize=3), x=x(1, 9, 1, 2))
add("space_to_depth", op("SpaceToDepth", "x", blocksize=2), x=x(2, 3, 4, 6))
add("space_to_depth_of_3", op("SpaceToDepth", "x", blocksize=3), x=x(1, 2, 3, 6))
for channels in (6, 10):
    refuse(f"depth_to_space_of_{channels}", f"has {channels} channels, expected a multiple of 2 * 2", op("DepthToSpace", "x", blocksize=2), x=x(1, channels, 2, 2))
for size in ((3, 4), (4, 3)):
    refuse(f"space_to_depth_of_{size[0]}x{size[1]}", f"has {size[0]} by {size[1]} pixels, expected multiples of 2", op("SpaceToDepth", "x", blocksize=2), x=x(1, 1, *size))
for kind in ("DepthToSpace", "SpaceToDepth"):
    refuse(f"{kind.lower()}_vector", "expected an image [N, C, H, W], found 2x4x2", op(kind, "x", blocksize=2), x=x(2, 4, 2))
    refuse(f"{kind.lower()}_block_0", "attribute 'blocksize' is 0, expected 1 or more", op(kind, "x", blocksize=0), x=x(1, 4, 2, 2))
refuse("depth_to_space_mode", "attribute 'mode' is 'RDC', expected DCR or CRD", op("DepthToSpace", "x", blocksize=2, mode="RDC"), x=x(1, 4, 2, 2))
add("gather_256_parts", op("Gather", "x i"), x=x(3, 2), i=given([0] * 256, np.int64))

for mode in ("constant", "edge", "reflect"):
    add(f"pad_{mode}", op("Pad", "x p", mode=mode), x=x(3, 4), p=ints(1, 0, 2, 3))
    add(f"pad_{mode}_crops", op("Pad", "x p", mode=mode), x=x(4, 5), p=ints(1, -1, 0, 2))
    add(f"pad_{mode}_10", op("Pad", "x", mode=mode, pads=[0, 2, 1, 1]), opset=10, x=x(3, 4))
add("pad_default", op("Pad", "x p"), x=x(3, 4), p=ints(0, 1, 1, 0))
add("pad_value", op("Pad", "x p v"), x=x(3, 4), p=ints(0, 1, 1, 0), v=given(-1.5))
add("pad_value_10", op("Pad", "x", pads=[0, 1, 1, 0], value=2.5), opset=10, x=x(3, 4))
add("pad_crops_alone", op("Pad", "x p"), x=x(4, 5), p=ints(-1, 0, -2, -1))
add("pad_nothing", op("Pad", "x p"), x=x(4, 5), p=ints(0, 0, 0, 0))
add("pad_axes", op("Pad", "x p v a"), opset=18, x=x(2, 3, 4), p=ints(1, 2, 3, 0), v=given(.5), a=ints(2, 0))
add("pad_axes_from_the_end", op("Pad", "x p - a"), opset=18, x=x(2, 3), p=ints(1, 2), a=ints(-1))
refuse("pad_wrap", "attribute 'mode' is 'wrap', expected constant, edge or reflect", op("Pad", "x p", mode="wrap"), opset=19, x=x(3, 4), p=ints(0, 1, 1, 0))
refuse("pad_short", "found 2 pads, expected two for each of 2 axes", op("Pad", "x p"), x=x(3, 4), p=ints(0, 1))
refuse("pad_axes_count", "found 4 pads, expected two for each of 1 axes", op("Pad", "x p - a"), opset=18, x=x(3, 4), p=ints(0, 1, 1, 0), a=ints(1))
refuse("pad_far", "a pad of 1073741825 is out of range", op("Pad", "x p"), x=x(3, 4), p=ints(0, 2**30 + 1, 0, 0))
refuse("pad_nan", "the constant value must be a number, found nan", op("Pad", "x p v"), x=x(3, 4), p=ints(0, 1, 0, 0), v=given(np.nan))
refuse("pad_missing", "attribute 'pads' is missing", op("Pad", "x"), opset=10, x=x(3, 4))

for name, shape, axes_ in (("crops", [2, 3], None), ("pads", [6, 9], None), ("both", [3, 8], None), ("some", [6], [-1]), ("nothing", [4, 5], [0, 1])):
    add(f"center_{name}", op("CenterCropPad", "x s", **({"axes": axes_} if axes_ else {})), opset=18, reference="onnx", x=x(4, 5), s=ints(*shape))
refuse("center_axes", "found 1 sizes for 2 axes", op("CenterCropPad", "x s"), opset=18, x=x(4, 5), s=ints(3))
refuse("center_axis", "axis 2 does not exist in a tensor of rank 2", op("CenterCropPad", "x s", axes=[2]), opset=18, x=x(4, 5), s=ints(3))
refuse("center_negative", "gives axis 0 -1 elements", op("CenterCropPad", "x s", axes=[0]), opset=18, x=x(4, 5), s=ints(-1))

for corners in (0, 1):
    add(f"affine_grid_{corners}", op("AffineGrid", "x s", align_corners=corners), opset=20, reference="onnx", x=x(2, 2, 3), s=ints(2, 3, 4, 5))
    add(f"affine_grid_3d_{corners}", op("AffineGrid", "x s", align_corners=corners), opset=20, reference="onnx", x=x(2, 3, 4), s=ints(2, 3, 2, 3, 4))
refuse("affine_grid_large", "its grid has the size 40000x50000, expected 1 to 16777216 places", op("AffineGrid", "x s"), opset=20, x=np.zeros((2, 2, 3), np.float32), s=ints(2, 3, 40000, 50000))
refuse("affine_grid_theta", "found a size of 4 dimensions and a theta of shape 2x3x3, expected two or three spatial axes, and theta to be [N, axes, axes + 1]",
       op("AffineGrid", "x s"), opset=20, x=x(2, 3, 3), s=ints(2, 3, 4, 5))

IMAGE = (1, 2, 4, 5)


def ramp(*shape):
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape) / 8 - 2


VOLUME = (1, 2, 3, 4, 5)
for mode in ("linear", "nearest"):
    add(f"resize_10_{mode}_smaller", op("Resize", "x s", mode=mode), opset=10, x=ramp(1, 1, 7, 9), s=given([1, 1, .6, .4]))
    add(f"resize_10_{mode}_larger", op("Resize", "x s", mode=mode), opset=10, x=ramp(1, 2, 4, 5), s=given([1, 1, 1.7, 2.3]))
    add(f"resize_3d_{mode}", op("Resize", "x - - s", mode=mode), x=x(*VOLUME), s=ints(1, 2, 5, 7, 3))
    add(f"resize_3d_{mode}_depth", op("Resize", "x - - s", mode=mode), x=x(*VOLUME), s=ints(1, 2, 6, 4, 5))
    add(f"resize_3d_{mode}_plane", op("Resize", "x - s", mode=mode), x=x(*VOLUME), s=given([1, 1, 1, 2, 1.5]))
    add(f"resize_3d_{mode}_corners", op("Resize", "x - - s", mode=mode, coordinate_transformation_mode="align_corners"), x=x(*VOLUME), s=ints(1, 2, 5, 7, 8))
    add(f"resize_3d_{mode}_asymmetric", op("Resize", "x - s", mode=mode, coordinate_transformation_mode="asymmetric", nearest_mode="floor"), x=x(2, 2, 3, 4, 5), s=given([1, 1, 2, 2, 2]))
for coordinates in ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"):
    for mode, rounding in (("linear", None), ("nearest", "round_prefer_floor"), ("nearest", "round_prefer_ceil"), ("nearest", "floor"), ("nearest", "ceil")):
        attributes = {"mode": mode, "coordinate_transformation_mode": coordinates} | ({"nearest_mode": rounding} if rounding else {})
        add(f"resize_{coordinates}_{rounding or mode}", op("Resize", "x - - s", **attributes), x=x(*IMAGE), s=ints(1, 2, 7, 3))
add("resize_defaults", op("Resize", "x - s"), x=x(*IMAGE), s=given([1, 1, 1.5, 2]))
add("resize_scales", op("Resize", "x - s", mode="linear"), x=x(*IMAGE), s=given([1, 1, 1.6, .7]))
add("resize_11", op("Resize", "x r s", mode="linear"), opset=11, x=x(*IMAGE), r=given(np.zeros(0)), s=given([1, 1, 2, 3]))
add("resize_10", op("Resize", "x s", mode="nearest"), opset=10, x=x(*IMAGE), s=given([1, 1, 1.5, 2]))
add("resize_10_linear", op("Resize", "x s", mode="linear"), opset=10, x=x(*IMAGE), s=given([1, 1, 1.5, 2]))
add("resize_axes", op("Resize", "x - - s", mode="linear", axes=[3, 2]), opset=18, x=x(*IMAGE), s=ints(8, 6))
add("resize_axes_scales", op("Resize", "x - s", mode="linear", axes=[2]), opset=18, x=x(*IMAGE), s=given([2.0]))
add("resize_one_axis", op("Resize", "x - - s", mode="linear"), x=x(1, 2, 5), s=ints(1, 2, 8))
add("resize_of_no_image", op("Resize", "x - - s"), x=x(2, 3), s=ints(2, 3))
add("upsample_9", op("Upsample", "x s", mode="nearest"), opset=9, x=x(*IMAGE), s=given([1, 1, 2, 3]))
add("upsample_9_linear", op("Upsample", "x s", mode="linear"), opset=9, x=x(*IMAGE), s=given([1, 1, 2, 3]))
add("upsample_7", op("Upsample", "x", mode="nearest", scales=[1.0, 1.0, 3.0, 2.0]), opset=7, x=x(*IMAGE))
for name, message, attributes in (
        ("cubic", "attribute 'mode' is 'cubic', expected nearest or linear", {"mode": "cubic"}),
        ("antialias", "antialias is not supported", {"mode": "linear", "antialias": 1}),
        ("outside", "exclude_outside is not supported", {"mode": "linear", "exclude_outside": 1}),
        ("policy", "keep_aspect_ratio_policy must be stretch", {"mode": "linear", "keep_aspect_ratio_policy": "not_larger"}),
        ("coordinates", "attribute 'coordinate_transformation_mode' is 'tf_crop_and_resize', which is not supported",
         {"mode": "linear", "coordinate_transformation_mode": "tf_crop_and_resize"}),
        ("rounding", "attribute 'nearest_mode' is 'up', which is not supported", {"nearest_mode": "up"})):
    refuse(f"resize_{name}", message, op("Resize", "x - - s", **attributes), opset=18, x=x(*IMAGE), s=ints(1, 2, 7, 3))
refuse("resize_channels", "resizes axis 1, expected only spatial axes (2 and up) to change", op("Resize", "x - - s"), x=x(*IMAGE), s=ints(1, 4, 4, 5))
refuse("resize_batch", "resizes axis 0, expected only spatial axes (2 and up) to change", op("Resize", "x - - s"), x=x(*IMAGE), s=ints(2, 2, 4, 5))
refuse("resize_far", "resizes axis 2 to 4000000000 elements", op("Resize", "x - s"), x=x(*IMAGE), s=given([1, 1, 1e9, 1]))
refuse("resize_count", "found scales or sizes for 3 axes, expected 4", op("Resize", "x - s"), x=x(*IMAGE), s=given([1, 1, 2]))
refuse("resize_missing", "scales and sizes are missing", op("Resize", "x"), opset=13, x=x(*IMAGE))
refuse("resize_corners", "aligns the corners of an image whose new size, by the scales, is no whole number",
       op("Resize", "x - s", mode="linear", coordinate_transformation_mode="align_corners"), x=x(*IMAGE), s=given([1, 1, 1.6, 1]))
