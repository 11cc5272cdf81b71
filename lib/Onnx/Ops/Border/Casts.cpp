//===- Casts.cpp - Cast, CastLike -----------------------------------------===//
#include "Composite.h"
#include "ConstantData.h"
#include "Quantization.h"

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// To integers: towards zero. What is outside of their range, ONNX leaves open; here it is limited to it.
LogicalResult castToIntegers(Node &node, int64_t to) {
  std::optional<ElementType> element = integerType(to), from;
  if (std::optional<qnn::Grid> grid = node.integerGrid(0))
    from = elementOf(*grid);
  if (from && from == element)
    return node.forward();
  if (from || !element || *element == ElementType::boolean || sizeOf(*element) > 2)
    return node.error("casts a computed value to " + dataTypeName(to) + "; expected a cast to floating point" +
                      (from ? "" : ", int8, uint8, int16 or uint16"));
  mlir::Value input = node.operand(0);
  return input ? node.give(asIntegers(node, node.create<qnn::TruncateOp>(input), *element)) : failure();
}

/// All floating-point types are float32 here; what a narrower one does not hold is rounded. Integers become numbers of
/// scale 1.
LogicalResult importCast(Node &node) {
  int64_t to = node.intAttribute("to", 0);
  if (!isFloat(to))
    return castToIntegers(node, to);
  std::shared_ptr<const DynamicValue> sums = node.dynamic(0);
  if (sums && sums->kind == DynamicValue::Kind::Sums && !(sums->isProduct() && roundingFormat(to)))
    return node.forward();
  std::optional<qnn::Grid> integers = node.integerGrid(0);
  std::optional<qnn::FloatFormat> format = roundingFormat(to);
  mlir::Value input = integers ? dequantizedOn(node, node.rawOperand(0), identityGrid(*integers)) : node.operand(0);
  if (!input || (!format && !integers))
    return input ? node.forward() : failure();
  return node.give(format ? node.create<qnn::RoundOp>(input, *format) : input);
}

/// A Cast to the type of operand 1: the model's, or that of the value in the IR.
LogicalResult importCastLike(Node &node) {
  std::optional<int32_t> to = node.declaredType(1);
  if (const Tensor *known = to ? nullptr : node.known(1))
    to = dataTypeOf(known->element());
  if (!to && node.operand(1))
    to = proto::TensorProto::FLOAT;
  if (!to)
    return failure();
  // As a constant it would be taken for a mask, whose -inf is the lowest number.
  if (const Tensor *known = node.known(0); known && withoutMinusInfinity(*known))
    return node.error("operand '" + node.operandName(0) + "' holds -inf");
  Composite composite(node);
  return composite.finish("Cast", {composite.input(0)}, {attribute("to", int64_t(*to))});
}

} // namespace

void tare::onnx::registerCasts(OpTable &table) {
  table.addImport("Cast", importCast);
  table.addImport("CastLike", importCastLike);
}
