//===- Pooling.cpp - Windows over an image --------------------------------===//
#include "Intervals.h"
#include "Scales.h"
#include "Windows.h"

using namespace mlir;
using namespace tare::qnn;

namespace {

template <typename Adaptor>
LogicalResult inferPool(std::optional<Location> loc, Adaptor op, std::optional<ArrayRef<int64_t>> dilations,
                        SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> input = tensorType(op.getInput()).getShape();
  if (failed(checkImage(loc, input)))
    return failure();
  Window window = windowOf(op.getKernel(), op.getStrides(), op.getPads(), dilations, input.size() - 2);
  FailureOr<Dims> out = slide(loc, input.drop_front(2), window, op.getCeilMode());
  if (failed(out))
    return failure();
  Dims shape{input[0], input[1]};
  llvm::append_range(shape, *out);
  return giveLike(op.getInput(), shape, inferred);
}

/// ONNX: a pooling window must see at least one element of the input.
LogicalResult verifyPool(Operation *op, ArrayRef<int64_t> kernel, std::optional<ArrayRef<int64_t>> pads) {
  if (!pads)
    return success();
  for (size_t i = 0; i < kernel.size(); ++i)
    if ((*pads)[i] >= kernel[i] || (*pads)[i + kernel.size()] >= kernel[i])
      return op->emitOpError("pads must be smaller than the kernel, found a kernel of ")
             << kernel[i] << " with pads " << (*pads)[i] << " and " << (*pads)[i + kernel.size()];
  return success();
}

/// A dilated window reaches further than its kernel's size, and may leap over the image.
LogicalResult verifyDilatedPool(MaxPoolOp op) {
  ArrayRef<int64_t> in = cast<ShapedType>(op.getInput().getType()).getShape().drop_front(2);
  ArrayRef<int64_t> out = cast<ShapedType>(op.getType()).getShape().drop_front(2);
  for (size_t i = 0; i < in.size(); ++i) {
    int64_t stride = op.getStrides() ? (*op.getStrides())[i] : 1, pad = op.getPads() ? (*op.getPads())[i] : 0;
    int64_t dilation = (*op.getDilations())[i], kernel = op.getKernel()[i];
    for (int64_t o = 0; o < out[i]; ++o) {
      int64_t first = o * stride - pad;
      // The first tap that is not before the image.
      int64_t tap = first < 0 ? (-first + dilation - 1) / dilation : 0;
      if (tap >= kernel || first + tap * dilation >= in[i])
        return op->emitOpError("every window must see an element, found one of axis ")
               << i + 2 << " that sees padding only: a kernel of " << kernel << " with dilation " << dilation
               << " and pads " << pad << " and " << (op.getPads() ? (*op.getPads())[i + in.size()] : 0) << " over "
               << in[i] << " elements";
    }
  }
  return success();
}

/// The counts of elements that windows average: one where all count the same, otherwise all up to the kernel's size.
SmallVector<int64_t> averagedCounts(AveragePoolOp op) {
  int64_t size = ShapedType::getNumElements(op.getKernel());
  bool sameCount = !op.getCeilMode() && (op.getCountIncludePad() || !op.getPads() ||
                                         llvm::all_of(*op.getPads(), [](int64_t pad) { return pad == 0; }));
  return sameCount ? SmallVector<int64_t>{size} : llvm::to_vector(llvm::seq_inclusive<int64_t>(1, size));
}

} // namespace

LogicalResult MaxPoolOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                          SmallVectorImpl<Type> &inferred) {
  return inferPool(loc, op, op.getDilations(), inferred);
}

LogicalResult MaxPoolOp::verify() {
  return getDilations() ? verifyDilatedPool(*this) : verifyPool(*this, getKernel(), getPads());
}

/// No result is less than the least one.
Interval MaxPoolOp::getOperandLimits(unsigned, Interval result, const ElementBounds &bounds) {
  return {std::max(result.first, bounds.least(getResult())), result.second};
}

LogicalResult AveragePoolOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                              SmallVectorImpl<Type> &inferred) {
  return inferPool(loc, op, /*dilations=*/{}, inferred);
}

LogicalResult AveragePoolOp::verify() { return verifyPool(*this, getKernel(), getPads()); }

/// M[n - 1] = Sx / (Sy * n) for n counted elements; one M where all windows count the same.
Scales AveragePoolOp::getEffectiveScales() {
  double base = ratio(getInput(), getResult());
  return llvm::map_to_vector(averagedCounts(*this), [&](int64_t count) { return base / count; });
}

Reaches AveragePoolOp::getReaches() {
  int64_t distance = distanceOf(getInput());
  return llvm::map_to_vector(averagedCounts(*this), [&](int64_t count) { return count * distance; });
}

bool AveragePoolOp::dividesByCount() { return true; }

int64_t AveragePoolOp::getLargestCount() { return averagedCounts(*this).back(); }
