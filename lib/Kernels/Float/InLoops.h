//===- InLoops.h - What oneDNN does not compute -----------------*- C++ -*-===//
//
// The loops of the namespace `reference` as the kernels' callers want them: for
// what oneDNN has no primitive of, and for all where Tare is built without it.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_FLOAT_INLOOPS_H
#define TARE_LIB_KERNELS_FLOAT_INLOOPS_H

#include "tare/Kernels/Float.h"

namespace tare::kernels::floating {

void convInLoops(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias, const Geometry &geometry,
                 const TensorView &y, ChannelOrders orders, std::optional<Clamp> clamp);
/// Whether the only window of each plane is all of it, in rows of memory.
bool isWholePlane(const ConstTensorView &x, const Geometry &geometry, const TensorView &y, ChannelOrder order);
void maxPoolInLoops(const ConstTensorView &x, const Geometry &geometry, const TensorView &y, ChannelOrder order);
void averagePoolInLoops(const ConstTensorView &x, const Geometry &geometry, bool countIncludePad, const TensorView &y,
                        ChannelOrder order);

} // namespace tare::kernels::floating

#endif // TARE_LIB_KERNELS_FLOAT_INLOOPS_H
