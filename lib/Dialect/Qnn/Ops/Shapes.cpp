//===- Shapes.cpp - Shapes of results -------------------------------------===//
//
// Shapes follow ONNX's operator definitions.
//
//===----------------------------------------------------------------------===//
#include "Shapes.h"

using namespace mlir;
using namespace tare::qnn;

bool tare::qnn::isCompatible(TypeRange inferred, TypeRange actual) {
  if (inferred.size() != 1 || actual.size() != 1)
    return false;
  auto wanted = cast<RankedTensorType>(inferred[0]);
  auto found = dyn_cast<RankedTensorType>(actual[0]);
  if (!found || found.getShape() != wanted.getShape())
    return false;
  return found.getElementType() == wanted.getElementType() || isa<quant::QuantizedType>(found.getElementType());
}

LogicalResult tare::qnn::giveLike(Value operand, ArrayRef<int64_t> shape, SmallVectorImpl<Type> &inferred) {
  inferred.push_back(RankedTensorType::get(shape, tensorType(operand).getElementType()));
  return success();
}

Dims tare::qnn::listOr(std::optional<ArrayRef<int64_t>> list, size_t count, int64_t fallback) {
  return list ? Dims(*list) : Dims(count, fallback);
}

FailureOr<Dims> tare::qnn::broadcast(std::optional<Location> loc, ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  Dims out(std::max(a.size(), b.size()));
  for (size_t i = 0; i < out.size(); ++i) {
    int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1, y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1)
      return emitOptionalError(loc, "shapes do not broadcast: ", x, " against ", y, " in axis ", out.size() - 1 - i);
    out[out.size() - 1 - i] = x == 1 ? y : x;
  }
  return out;
}

LogicalResult tare::qnn::inferShapeOfFirst(ValueRange operands, SmallVectorImpl<Type> &inferred) {
  return giveLike(operands.front(), tensorType(operands.front()).getShape(), inferred);
}

LogicalResult tare::qnn::inferBroadcastShape(std::optional<Location> location, ValueRange operands,
                                             SmallVectorImpl<Type> &inferred) {
  FailureOr<Dims> shape = broadcast(location, tensorType(operands[0]).getShape(), tensorType(operands[1]).getShape());
  return failed(shape) ? failure() : giveLike(operands[0], *shape, inferred);
}
