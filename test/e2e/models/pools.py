"""Pooling, global pooling and means."""
from .graph import add_case, case

IMAGE = (1, 6, 11, 9)


def pool(name, kind, shape=IMAGE, opset=17, **attributes):
    def fill(g):
        g.output(g.node(kind, g.input(*shape), **attributes))
    add_case(name, fill, opset=opset)


pool("max_pool", "MaxPool", kernel_shape=[2, 2], strides=[2, 2])
pool("max_pool_overlapping", "MaxPool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
pool("max_pool_ceil", "MaxPool", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1, shape=(1, 6, 10, 12))
pool("max_pool_ceil_padded", "MaxPool", kernel_shape=[3, 2], strides=[3, 3], pads=[1, 0, 1, 1], ceil_mode=1)
pool("max_pool_dilated", "MaxPool", kernel_shape=[3, 2], dilations=[2, 3])
pool("max_pool_same_upper", "MaxPool", kernel_shape=[3, 2], strides=[2, 2], auto_pad="SAME_UPPER")
pool("max_pool_same_lower", "MaxPool", kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_LOWER")
pool("max_pool_valid", "MaxPool", kernel_shape=[2, 2], strides=[2, 2], auto_pad="VALID")
pool("max_pool_stride_one", "MaxPool", kernel_shape=[3, 3])
pool("max_pool_1d", "MaxPool", shape=(1, 6, 25), kernel_shape=[3], strides=[2], pads=[1, 0])
pool("max_pool_opset_7", "MaxPool", opset=7, kernel_shape=[2, 2], strides=[2, 2])

pool("average_pool", "AveragePool", kernel_shape=[2, 2], strides=[2, 2])
pool("average_pool_padded", "AveragePool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
pool("average_pool_counting_pad", "AveragePool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)
pool("average_pool_uneven_pads", "AveragePool", kernel_shape=[3, 4], strides=[2, 1], pads=[0, 2, 1, 0])
pool("average_pool_uneven_counting_pad", "AveragePool", kernel_shape=[3, 4], pads=[0, 2, 1, 0], count_include_pad=1)
pool("average_pool_ceil", "AveragePool", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1, shape=(1, 6, 10, 12), opset=19)
pool("average_pool_ceil_counting_pad", "AveragePool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1,
     count_include_pad=1, shape=(1, 6, 10, 12), opset=19)
pool("average_pool_same_upper", "AveragePool", kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_UPPER")
pool("average_pool_same_lower", "AveragePool", kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_LOWER")
pool("average_pool_1d", "AveragePool", shape=(1, 6, 25), kernel_shape=[4], strides=[2], pads=[1, 1])
pool("average_pool_large", "AveragePool", shape=(1, 6, 24, 24), kernel_shape=[24, 24])

pool("global_average_pool", "GlobalAveragePool")
pool("global_average_pool_1d", "GlobalAveragePool", shape=(1, 6, 25))
pool("global_max_pool", "GlobalMaxPool")
pool("global_max_pool_1d", "GlobalMaxPool", shape=(1, 6, 25))

pool("reduce_mean_spatial", "ReduceMean", axes=[2, 3])
pool("reduce_mean_spatial_flat", "ReduceMean", axes=[2, 3], keepdims=0)
pool("reduce_mean_negative_axes", "ReduceMean", axes=[-1, -2], keepdims=0)
pool("reduce_mean_channels", "ReduceMean", axes=[1])
pool("reduce_mean_channels_flat", "ReduceMean", axes=[1], keepdims=0)
pool("reduce_mean_one_axis", "ReduceMean", axes=[3], keepdims=0)
pool("reduce_mean_sequence", "ReduceMean", shape=(1, 20, 6), axes=[1], keepdims=0)
pool("reduce_mean_all", "ReduceMean", shape=(1, 4, 5), axes=[1, 2])


@case(opset=18)
def reduce_mean_axes_input(g):
    g.output(g.node("ReduceMean", g.input(*IMAGE), g.integers(2, 3), keepdims=0))


@case
def pool_behind_conv(g):
    x = g.node("Relu", g.conv(g.input(*IMAGE), 8, 6, 3, 3, pads=[1, 1, 1, 1]))
    x = g.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    g.output(g.node("AveragePool", x, kernel_shape=[3, 3], pads=[1, 1, 1, 1]))


@case
def global_pool_classifier(g):
    x = g.node("Relu", g.conv(g.input(*IMAGE), 16, 6, 3, 3))
    x = g.node("Flatten", g.node("GlobalAveragePool", x))
    g.output(g.node("Gemm", x, g.normal(10, 16, deviation=0.3), g.normal(10, deviation=0.3), transB=1))
