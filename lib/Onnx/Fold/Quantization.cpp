//===- Quantization.cpp - QuantizeLinear of known elements ----------------===//
//
// A float weight that the model quantizes becomes the integers that it says; the
// DequantizeLinear after it keeps them.
//
//===----------------------------------------------------------------------===//
#include "Ops/Border/Quantization.h"
#include "ConstantData.h"
#include "tare/Dialect/Qnn/Steps.h"

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

/// ONNX: saturate(round_half_even(x / scale) + zero_point), in float32.
static LogicalResult foldQuantize(Node &node) {
  const Tensor *input = node.requireKnown(0, "operand 0");
  std::optional<ElementType> element = quantizedElement(node);
  if (!input || !element)
    return failure();
  if (input->element() != ElementType::f32)
    return node.error("operand 0 must be floating point");
  if (std::optional<std::string> problem = findNonFinite(*input))
    return node.error("operand '" + node.operandName(0) + "' " + *problem);
  std::optional<qnn::Grid> grid = readGrid(node, input->shape(), *element);
  if (!grid)
    return failure();
  int64_t stride = 1, channels = 1;
  if (grid->axis) {
    stride = stridesOf(input->shape())[*grid->axis];
    channels = input->shape()[*grid->axis];
  }
  Tensor result(*element, input->shape());
  visit(*element, [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0, count = result.count(); i < count; ++i) {
      int64_t channel = i / stride % channels;
      double step = qnn::nearestStepAtRunTime(input->as<float>()[i], grid->scale(channel));
      result.mutableAs<T>()[i] = static_cast<T>(qnn::integerAt(step, *grid, channel));
    }
  });
  return node.give(result);
}

void tare::onnx::registerQuantizationFolds(OpTable &table) { table.addFold("QuantizeLinear", foldQuantize); }
