"""Resize and Upsample."""
from .graph import add_case, case

IMAGE = (1, 4, 6, 5)


def resized(scales=None, sizes=None, shape=IMAGE, **attributes):
    def fill(g):
        target = [g.constant(scales)] if scales else ["", g.integers(*sizes)]
        g.output(g.node("Resize", g.input(*shape), "", *target, **attributes))
    return fill


TWICE, UNEVEN, HALF = [1, 1, 2, 2], [1, 1, 1.5, 2.4], [1, 1, 0.5, 0.6]

add_case("resize_nearest_default", resized(TWICE))
add_case("resize_nearest_asymmetric", resized(TWICE, mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"))
add_case("resize_nearest_sizes", resized(sizes=(1, 4, 9, 7), mode="nearest"))
for rounding in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
    add_case(f"resize_nearest_half_pixel_{rounding}", resized(UNEVEN, mode="nearest", nearest_mode=rounding))
add_case("resize_nearest_align_corners", resized(sizes=(1, 4, 11, 9), mode="nearest", coordinate_transformation_mode="align_corners"))
add_case("resize_nearest_down", resized(HALF, mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"))
for coordinates in ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"):
    add_case(f"resize_linear_{coordinates}", resized(TWICE, mode="linear", coordinate_transformation_mode=coordinates))
    add_case(f"resize_linear_{coordinates}_uneven", resized(UNEVEN, mode="linear", coordinate_transformation_mode=coordinates))
add_case("resize_linear_down", resized(HALF, mode="linear"))
add_case("resize_linear_sizes", resized(sizes=(1, 4, 13, 8), mode="linear", coordinate_transformation_mode="pytorch_half_pixel"))
add_case("resize_linear_1d", resized([1, 1, 3], shape=(1, 4, 9), mode="linear"))
add_case("resize_nearest_1d", resized([1, 1, 2], shape=(1, 4, 9), mode="nearest"))


@case(opset=9)
def upsample_nearest(g):
    g.output(g.node("Upsample", g.input(*IMAGE), g.constant([1, 1, 2, 3]), mode="nearest"))


@case(opset=9)
def upsample_linear(g):
    g.output(g.node("Upsample", g.input(*IMAGE), g.constant([1, 1, 2, 2]), mode="linear"))


@case(opset=7)
def upsample_attribute(g):
    g.output(g.node("Upsample", g.input(*IMAGE), scales=[1.0, 1.0, 2.0, 2.0], mode="nearest"))


@case(opset=11)
def resize_opset_11(g):
    """There the region of interest may be an empty tensor instead of a missing one."""
    x = g.conv(g.input(*IMAGE), 4, 4, 1, 1)
    g.output(g.node("Resize", x, g.constant([]), g.constant([1, 1, 2, 2]), mode="nearest",
                    coordinate_transformation_mode="asymmetric", nearest_mode="floor"))


@case
def resize_to_computed_size(g):
    """Upsampling to the size of another value, as feature pyramids do."""
    x = g.conv(g.input(*IMAGE), 4, 4, 3, 3, pads=[1, 1, 1, 1], strides=[2, 2])
    spatial = g.node("Slice", g.node("Shape", "x"), g.integers(2), g.integers(4))
    channels = g.node("Slice", g.node("Shape", x), g.integers(0), g.integers(2))
    y = g.node("Resize", x, "", "", g.node("Concat", channels, spatial, axis=0), mode="nearest",
               coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    g.output(g.node("Add", y, "x"))
