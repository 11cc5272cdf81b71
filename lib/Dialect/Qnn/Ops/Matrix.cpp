//===- Matrix.cpp - Products of matrices ----------------------------------===//
#include "Accumulators.h"
#include "Intervals.h"
#include "Shapes.h"

using namespace mlir;
using namespace tare::qnn;

LogicalResult LinearOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                         SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> input = tensorType(op.getInput()).getShape(), weight = tensorType(op.getWeight()).getShape();
  if (weight.size() != 2 || input.empty())
    return emitOptionalError(loc, "weight must have rank 2 and input at least 1, found ", weight.size(), " and ",
                             input.size());
  if (weight[1] != input.back())
    return emitOptionalError(loc, "weight's axis 1 must be the input's last axis ", input.back(), ", found ",
                             weight[1]);
  Dims shape(input);
  shape.back() = weight[0];
  return giveLike(op.getInput(), shape, inferred);
}

LogicalResult LinearOp::verify() { return verifyAccumulator(*this); }

bool LinearOp::sumsAllWeights() { return true; }

bool LinearOp::foldsZeroPoint() { return true; }

int64_t LinearOp::getResultChannelAxis() { return cast<ShapedType>(getType()).getRank() - 1; }

Scales LinearOp::getEffectiveScales() { return accumulatorScales(*this); }

LogicalResult MatMulOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                         SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> a = tensorType(op.getLhs()).getShape(), b = tensorType(op.getRhs()).getShape();
  if (a.size() < 2 || b.size() < 2)
    return emitOptionalError(loc, "operands must have rank 2 or more, found ", a.size(), " and ", b.size());
  if (a.back() != b[b.size() - 2])
    return emitOptionalError(loc, "inner dimensions must agree, found ", a.back(), " and ", b[b.size() - 2]);
  FailureOr<Dims> shape = broadcast(loc, a.drop_back(2), b.drop_back(2));
  if (failed(shape))
    return failure();
  shape->push_back(a[a.size() - 2]);
  shape->push_back(b.back());
  return giveLike(op.getLhs(), *shape, inferred);
}

std::optional<Interval> MatMulOp::getImpliedRange(llvm::ArrayRef<Interval> operands) {
  auto [least, greatest] = product(operands[0], operands[1]);
  double terms = double(getLhs().getType().getShape().back());
  return limited(getClamp(), {terms * least, terms * greatest});
}

Scales MatMulOp::getEffectiveScales() { return {productScale(getLhs(), getRhs(), getResult())}; }

Reaches MatMulOp::getReaches() {
  return {cast<ShapedType>(getLhs().getType()).getShape().back() * distanceOf(getLhs()) * distanceOf(getRhs())};
}

bool MatMulOp::mayHaveFunction() { return true; }
