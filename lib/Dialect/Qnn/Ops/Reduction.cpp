//===- Reduction.cpp - Fewer elements along axes --------------------------===//
#include "Scales.h"
#include "Shapes.h"

using namespace mlir;
using namespace tare::qnn;

LogicalResult ReduceMeanOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                             SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> input = tensorType(op.getInput()).getShape();
  Dims shape;
  for (int64_t axis : op.getAxes())
    if (axis < 0 || axis >= int64_t(input.size()))
      return emitOptionalError(loc, "axes must be in [0, ", input.size(), "), found ", axis);
  for (int64_t i = 0; i < int64_t(input.size()); ++i) {
    if (!llvm::is_contained(op.getAxes(), i))
      shape.push_back(input[i]);
    else if (op.getKeepDims())
      shape.push_back(1);
  }
  return giveLike(op.getInput(), shape, inferred);
}

LogicalResult ReduceMeanOp::verify() {
  if (getAxes().empty())
    return emitOpError("needs at least one axis");
  SmallVector<int64_t> axes(getAxes());
  llvm::sort(axes);
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end())
    return emitOpError("axes must be distinct");
  return success();
}

/// M = Sx / (Sy * n)
Scales ReduceMeanOp::getEffectiveScales() { return {ratio(getInput(), getResult()) / getLargestCount()}; }

Reaches ReduceMeanOp::getReaches() { return {getLargestCount() * distanceOf(getInput())}; }

bool ReduceMeanOp::dividesByCount() { return true; }

int64_t ReduceMeanOp::getLargestCount() {
  return tensorType(getInput()).getNumElements() / tensorType(getResult()).getNumElements();
}
