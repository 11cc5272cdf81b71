//===- MovedChannels.cpp - Channels behind reshapes and transposes --------===//
#include "Graph/MovedChannels.h"

#include "tare/Dialect/Qnn/QnnOps.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace tare;

namespace {

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

/// The numbers of all elements, in the order of these.
using Elements = std::vector<double>;

/// How many elements one index along `axis` stands before the next.
int64_t strideOf(ArrayRef<int64_t> shape, int64_t axis) { return llvm::product_of(shape.drop_front(axis + 1)); }

Elements spread(ArrayRef<double> numbers, ArrayRef<int64_t> shape, int64_t axis) {
  Elements elements(ShapedType::getNumElements(shape));
  const int64_t stride = strideOf(shape, axis);
  for (size_t i = 0; i != elements.size(); ++i)
    elements[i] = numbers[i / stride % shape[axis]];
  return elements;
}

/// Result axis i is operand axis permutation[i].
Elements transposed(const Elements &elements, ArrayRef<int64_t> shape, ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> sizes, strides;
  for (int64_t axis : permutation) {
    sizes.push_back(shape[axis]);
    strides.push_back(strideOf(shape, axis));
  }
  Elements result(elements.size());
  for (size_t i = 0; i != result.size(); ++i) {
    int64_t rest = i, source = 0;
    for (size_t axis = sizes.size(); axis-- != 0; rest /= sizes[axis])
      source += rest % sizes[axis] * strides[axis];
    result[i] = elements[source];
  }
  return result;
}

Elements moved(const Elements &elements, qnn::TransposeOp op, Direction direction) {
  ArrayRef<int64_t> permutation = op.getPermutation();
  if (direction == Direction::forward)
    return transposed(elements, shapeOf(op.getInput()), permutation);
  SmallVector<int64_t> inverse(permutation.size());
  for (auto [i, axis] : llvm::enumerate(permutation))
    inverse[axis] = i;
  return transposed(elements, shapeOf(op), inverse);
}

/// The one number of each index along `axis`.
std::optional<SmallVector<double>> perChannel(const Elements &elements, ArrayRef<int64_t> shape, int64_t axis) {
  SmallVector<double> numbers(shape[axis]);
  const int64_t stride = strideOf(shape, axis);
  for (int64_t channel = 0; channel != shape[axis]; ++channel)
    numbers[channel] = elements[channel * stride];
  for (size_t i = 0; i != elements.size(); ++i)
    if (elements[i] != numbers[i / stride % shape[axis]])
      return std::nullopt;
  return numbers;
}

} // namespace

SmallVector<Operation *> tare::ownMovementsBefore(Value value) {
  SmallVector<Operation *> movements;
  while (true) {
    Operation *op = value.getDefiningOp();
    if (!isa_and_present<qnn::ReshapeOp, qnn::TransposeOp>(op) || !op->hasOneUse())
      return movements;
    movements.push_back(op);
    value = op->getOperand(0);
  }
}

std::optional<SmallVector<double>> tare::movedChannels(ArrayRef<double> numbers, ArrayRef<int64_t> shape, int64_t axis,
                                                       ArrayRef<Operation *> movements, Direction direction,
                                                       ArrayRef<int64_t> movedShape, int64_t channelAxis) {
  if (llvm::all_equal(numbers))
    return SmallVector<double>(movedShape[channelAxis], numbers.front());
  if (movements.empty())
    return axis == channelAxis ? std::optional(SmallVector<double>(numbers)) : std::nullopt;
  // More is no parameter of channels, and would take time.
  constexpr int64_t most = 1 << 22;
  if (ShapedType::getNumElements(shape) > most)
    return std::nullopt;
  Elements elements = spread(numbers, shape, axis);
  auto follow = [&](Operation *op) {
    if (auto transpose = dyn_cast<qnn::TransposeOp>(op))
      elements = moved(elements, transpose, direction);
  };
  if (direction == Direction::forward)
    llvm::for_each(llvm::reverse(movements), follow);
  else
    llvm::for_each(movements, follow);
  return perChannel(elements, movedShape, channelAxis);
}
