//===- PointProducts.h - Convolutions of single pixels ----------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_FLOAT_CONVOLUTION_POINTPRODUCTS_H
#define TARE_LIB_KERNELS_FLOAT_CONVOLUTION_POINTPRODUCTS_H

#include "tare/Kernels/Float.h"

namespace tare::kernels::floating {

/// conv() of windows of one pixel, where the channels of an image are last: its pixels are the rows of a matrix. False,
/// and nothing is done, of other convolutions, and where the processor has no loops for rows (Matrix/RowProducts.h).
bool convByRows(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias, const Geometry &geometry,
                const TensorView &y, PackedConstants &constants, ChannelOrders orders, std::optional<Clamp> clamp);

} // namespace tare::kernels::floating

#endif // TARE_LIB_KERNELS_FLOAT_CONVOLUTION_POINTPRODUCTS_H
