//===- WithoutOneDnn.cpp - The float kernels as loops alone ---------------===//
//
// In the place of Convolution, Matrix, OneDnn and Pooling where Tare is built
// without oneDNN (TARE_WITH_ONEDNN).
//
//===----------------------------------------------------------------------===//
#include "Convolution/PointProducts.h"
#include "InLoops.h"
#include "Matrix/RowProducts.h"

namespace tare::kernels::floating {

void conv(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias, const Geometry &geometry,
          const TensorView &y, PackedConstants *constants, ChannelOrders orders, std::optional<Clamp> clamp) {
  if (y.count() == 0)
    return;
  if (!(constants && convByRows(x, w, bias, geometry, y, *constants, orders, clamp)))
    convInLoops(x, w, bias, geometry, y, orders, clamp);
}

void convTranspose(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias,
                   const Geometry &geometry, const TensorView &y, PackedConstants *, WeightOrder order) {
  if (y.count() != 0)
    reference::convTranspose(x, w, bias, geometry, y, order);
}

void linear(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias, const TensorView &y,
            PackedConstants *constants) {
  if (y.count() != 0 && !(constants && multiplyRows(x, w, bias, y, *constants)))
    reference::linear(x, w, bias, y);
}

void matMul(const ConstTensorView &a, const ConstTensorView &b, const TensorView &y) {
  if (y.count() != 0)
    reference::matMul(a, b, y);
}

void maxPool(const ConstTensorView &x, const Geometry &geometry, const TensorView &y, ChannelOrder order) {
  if (y.count() != 0)
    maxPoolInLoops(x, geometry, y, order);
}

void averagePool(const ConstTensorView &x, const Geometry &geometry, bool countIncludePad, const TensorView &y,
                 ChannelOrder order) {
  if (y.count() != 0)
    averagePoolInLoops(x, geometry, countIncludePad, y, order);
}

} // namespace tare::kernels::floating
