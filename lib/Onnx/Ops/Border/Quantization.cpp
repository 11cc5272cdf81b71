//===- Quantization.cpp - QuantizeLinear, DequantizeLinear ----------------===//
//
// Scales are exactly the file's float32 values. Between the two ops values have
// quantized types; dequantized constants keep their integers (GraphValue).
//
//===----------------------------------------------------------------------===//
#include "Quantization.h"
#include "ConstantData.h"
#include "HostNode.h"
#include "Ops/Axes.h"
#include "tare/Tensor/Convert.h"

#include <cmath>
#include <fmt/format.h>
#include <limits>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// A scale per index of one axis.
bool isPerAxis(const Tensor &scale) { return scale.shape().size() == 1; }

/// Which axis a list of scales runs along; nothing where one scale is for all, stored as a list or not.
std::optional<int64_t> scaleAxis(Node &node, const Tensor &scale, const Shape &input) {
  if (scale.count() == 1)
    return std::nullopt;
  if (!isPerAxis(scale)) {
    (void)node.error("found scales of shape " + toString(scale.shape()) +
                     ", expected one scale or a list along one axis");
    return std::nullopt;
  }
  std::optional<int64_t> valid = readAxis(node, node.intAttribute("axis", 1), input.size());
  if (valid && input[*valid] != scale.count())
    (void)node.error(fmt::format("found {} scales for axis {} of {}", scale.count(), *valid, toString(input)));
  return valid;
}

LogicalResult readZeroPoints(Node &node, const Tensor &zeroPoint, qnn::Grid &grid) {
  Integers zeros = toIntegers(zeroPoint);
  if (zeros.size() != grid.scales.size())
    return node.error(fmt::format("found {} zero points for {} scales", zeros.size(), grid.scales.size()));
  grid.zeroPoints = zeros;
  return mlir::success();
}

/// A grid of this type can be expressed: 8, 16 or 32 bits.
bool isStorage(ElementType element) {
  return element != ElementType::boolean && element != ElementType::f32 && sizeOf(element) <= 4;
}

/// (A1) A list of equal scales and zero points is one for the tensor.
void mergeEqual(qnn::Grid &grid) {
  if (!llvm::all_equal(grid.scales) || !llvm::all_equal(grid.zeroPoints))
    return;
  grid.scales.truncate(1);
  grid.zeroPoints.truncate(1);
  grid.axis.reset();
}

bool sameGrid(const qnn::Grid &a, const qnn::Grid &b) {
  return a.scales == b.scales && a.zeroPoints == b.zeroPoints && a.bits == b.bits && a.isSigned == b.isSigned &&
         a.axis == b.axis;
}

LogicalResult importQuantize(Node &node) {
  mlir::Value input = node.operand(0);
  std::optional<ElementType> element = quantizedElement(node);
  if (!input || !element)
    return failure();
  std::optional<qnn::Grid> grid = readGrid(node, *node.shapeOf(0), *element);
  if (!grid)
    return failure();
  auto type = mlir::cast<mlir::RankedTensorType>(input.getType()).clone(grid->type(node.builder().getContext()));
  return node.give(node.createTyped<mlir::quant::QuantizeCastOp>(type, input));
}

/// Tools give dead channels scales next to 0, and 0 itself. Their integers on the least normal scale instead: what that
/// rounds is less than any float32 number but the subnormal ones.
void raiseTinyScales(Tensor &integers, qnn::Grid &grid) {
  constexpr double least = std::numeric_limits<float>::min();
  if (llvm::all_of(grid.scales, isScale))
    return;
  Integers values = toIntegers(integers);
  const Shape &shape = integers.shape();
  int64_t inner = 1;
  for (size_t d = grid.axis.value_or(0) + 1; grid.axis && d < shape.size(); ++d)
    inner *= shape[d];
  const int64_t channels = grid.scales.size();
  for (int64_t i = 0; i < int64_t(values.size()); ++i) {
    const int64_t c = channels == 1 ? 0 : i / inner % channels, zero = grid.zeroPoint(c);
    if (!isScale(grid.scales[c]))
      values[i] = zero + int64_t(std::nearbyint(double(values[i] - zero) * grid.scales[c] / least));
  }
  for (double &scale : grid.scales)
    scale = std::max(scale, least);
  Tensor raised(integers.element(), shape);
  (void)convert(fromIntegers(values).view(), raised.mutableView());
  integers = std::move(raised);
}

/// A constant of integers stays one, with its grid.
/// No hardware has a scale per block of a channel: of such constants the numbers are kept.
LogicalResult foldBlocks(Node &node) {
  if (failed(foldOnHost(node)))
    return failure();
  node.warning("ScalePerBlock",
               fmt::format("'{}' has a scale per block of {} elements, which no hardware has: its numbers are rounded "
                           "anew, on one scale per output channel of the layer that reads them",
                           node.operandName(0).str(), node.intAttribute("block_size", 0)),
               "quantize the weights per channel");
  return mlir::success();
}

LogicalResult foldDequantize(Node &node) {
  const Tensor *integers = node.requireKnown(0, "operand 0");
  if (!integers)
    return failure();
  if (node.intAttribute("block_size", 0) != 0)
    return foldBlocks(node);
  if (!isStorage(integers->element()))
    return node.error("operand '" + node.operandName(0) + "' holds " + std::string(nameOf(integers->element())) +
                      ", expected integers of 8, 16 or 32 bits");
  std::optional<qnn::Grid> grid = readGrid(node, integers->shape(), integers->element(), /*isConstant=*/true);
  if (!grid)
    return failure();
  Tensor raised = *integers;
  raiseTinyScales(raised, *grid);
  mergeEqual(*grid);
  return node.give(GraphValue{raised, *grid, nullptr});
}

LogicalResult importDequantize(Node &node) {
  if (node.known(0))
    return foldDequantize(node); // Says that its scale or zero point is no constant.
  mlir::Value input = node.rawOperand(0);
  if (!input)
    return failure();
  std::optional<qnn::Grid> own = qnn::Grid::of(input.getType());
  if (!own)
    return node.error("operand '" + node.operandName(0) +
                      "' is floating point or an input of other integers, expected "
                      "integers of 8 or 16 bits");
  std::optional<qnn::Grid> grid = readGrid(node, *node.shapeOf(0), elementOf(*own));
  if (!grid)
    return failure();
  if (!sameGrid(*own, *grid) && !own->isPerTensor())
    return node.error("dequantizes '" + node.operandName(0) +
                      "' by another scale or zero point than it was quantized "
                      "by");
  return node.give(dequantizedOn(node, input, *grid));
}

} // namespace

ElementType tare::onnx::elementOf(const qnn::Grid &grid) {
  if (grid.bits == 32)
    return grid.isSigned ? ElementType::i32 : ElementType::u32;
  if (grid.bits == 16)
    return grid.isSigned ? ElementType::i16 : ElementType::u16;
  return grid.isSigned ? ElementType::i8 : ElementType::u8;
}

qnn::Grid tare::onnx::identityGrid(const qnn::Grid &integers) { return wholeRange(elementOf(integers), {1.0}); }

mlir::Value tare::onnx::onGrid(Node &node, mlir::Value integers, const qnn::Grid &grid, llvm::StringRef step) {
  if (!integers || sameGrid(*qnn::Grid::of(integers.getType()), grid))
    return integers;
  auto type = mlir::cast<mlir::RankedTensorType>(integers.getType()).clone(grid.type(node.builder().getContext()));
  return node.createTyped<qnn::ReinterpretOp>(type, integers, step);
}

mlir::Value tare::onnx::dequantizedOn(Node &node, mlir::Value integers, const qnn::Grid &grid, llvm::StringRef step) {
  mlir::Value meant = onGrid(node, integers, grid, step);
  return meant ? node.createTyped<mlir::quant::DequantizeCastOp>(qnn::expressedType(meant.getType()), meant, step)
               : nullptr;
}

mlir::Value tare::onnx::asIntegers(Node &node, mlir::Value whole, ElementType element) {
  if (!whole)
    return nullptr;
  auto type = mlir::cast<mlir::RankedTensorType>(whole.getType())
                  .clone(wholeRange(element, {1.0}).type(node.builder().getContext()));
  return node.createTyped<mlir::quant::QuantizeCastOp>(type, whole);
}

LogicalResult tare::onnx::computeOnIntegers(Node &node, llvm::function_ref<mlir::Value(mlir::Value)> function) {
  qnn::Grid grid = *node.integerGrid(0);
  if (!grid.isPerTensor())
    return node.error("operand '" + node.operandName(0) +
                      "' holds integers with a scale per channel, expected one scale");
  mlir::Value reals = dequantizedOn(node, node.rawOperand(0), identityGrid(grid));
  return reals ? node.give(asIntegers(node, function(reals), elementOf(grid))) : failure();
}

/// Each limit is a number of the grid: rounding behind it gives the same as limiting behind rounding.
mlir::Value tare::onnx::limitBeforeRounding(Node &node, double lower, double upper) {
  mlir::Value integers = node.rawOperand(0);
  auto rounded = integers ? integers.getDefiningOp<mlir::quant::QuantizeCastOp>() : mlir::quant::QuantizeCastOp();
  mlir::Operation *maker = rounded ? rounded.getInput().getDefiningOp() : nullptr;
  qnn::Grid grid = *node.integerGrid(0);
  if (!maker || mlir::isa<mlir::quant::DequantizeCastOp>(maker) || !grid.isPerTensor())
    return nullptr;
  auto real = [&](double limit) { return (limit - double(grid.zeroPoint())) * grid.scale(); };
  auto interval = qnn::ClampAttr::get(node.builder().getContext(), real(lower), real(upper));
  mlir::Value limited = node.createNamed<qnn::ClipOp>(qnn::valueName(rounded.getInput()), rounded.getInput(), interval);
  return limited ? node.createTyped<mlir::quant::QuantizeCastOp>(rounded.getType(), limited) : nullptr;
}

/// Written so that NaN is none, too.
bool tare::onnx::isScale(double number) {
  return number >= std::numeric_limits<float>::min() && number <= std::numeric_limits<float>::max();
}

LogicalResult tare::onnx::checkScales(Node &node, llvm::ArrayRef<double> scales, bool isConstant) {
  for (auto [index, scale] : llvm::enumerate(scales))
    if (bool isTiny = scale >= 0 && scale < std::numeric_limits<float>::min();
        !isScale(scale) && !(isConstant && isTiny))
      return node.error(fmt::format("scale {} at index {} is not a positive "
                                    "normal number",
                                    scale, index));
  return mlir::success();
}

std::optional<qnn::Grid> tare::onnx::readGrid(Node &node, const Shape &input, ElementType element, bool isConstant) {
  if (node.intAttribute("block_size", 0) != 0)
    (void)node.error("scales per block are not supported");
  const Tensor *scale = node.requireKnown(1, "the scale");
  const Tensor *zero = node.hasOperand(2) ? node.requireKnown(2, "the zero point") : nullptr;
  if (node.failed())
    return std::nullopt;
  if (scale->element() != ElementType::f32 || (zero && zero->element() != element)) {
    (void)node.error("the scale must be floating point and the zero point of the "
                     "integers' type " +
                     std::string(nameOf(element)));
    return std::nullopt;
  }
  std::vector<double> scales = toDoubles(*scale);
  std::optional<int64_t> axis = scaleAxis(node, *scale, input);
  qnn::Grid grid = wholeRange(element, scales);
  if (axis)
    grid.axis = *axis;
  if (node.failed() || failed(checkScales(node, scales, isConstant)) ||
      (zero && failed(readZeroPoints(node, *zero, grid))))
    return std::nullopt;
  if (llvm::any_of(grid.zeroPoints, [&](int64_t zero) { return zero < grid.min || zero > grid.max; })) {
    (void)node.error("a zero point lies outside of its type");
    return std::nullopt;
  }
  mergeEqual(grid);
  return grid;
}

std::optional<ElementType> tare::onnx::quantizedElement(Node &node) {
  std::optional<ElementType> element = ElementType::u8;
  if (int64_t dataType = node.intAttribute("output_dtype", 0))
    element = integerType(dataType);
  if (const Tensor *zero = node.known(2))
    element = zero->element();
  // Held as int8, whose ends they do not have.
  if (isNarrowInteger(node.declaredType(2).value_or(0)))
    element = std::nullopt;
  if (element && isStorage(*element))
    return element;
  (void)node.error("quantizes to a type that is not supported; expected "
                   "integers of 8, 16 or 32 bits");
  return std::nullopt;
}

void tare::onnx::registerQuantization(OpTable &table) {
  table.addImport("QuantizeLinear", importQuantize);
  table.addImport("DequantizeLinear", importDequantize);
  table.addFold("DequantizeLinear", foldDequantize);
}
