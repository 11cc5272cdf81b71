//===- Versions.cpp - Which version of each operator is needed ------------===//
#include "Network.h"

#include <algorithm>

using namespace tare;
using namespace tare::tflite;
using schema::TensorType;

namespace {

/// Versions of operators that count types alone: of 8 and of 16 bits, and of real numbers.
struct ByType {
  int32_t i8, i16, others = 1;

  int32_t of(TensorType type) const { return type == TensorType::INT8 ? i8 : type == TensorType::INT16 ? i16 : others; }
};

ByType byType(BuiltinOperator code) {
  switch (code) {
  case BuiltinOperator::CONV_2D:
    return {3, 4};
  case BuiltinOperator::DEPTHWISE_CONV_2D:
    return {3, 5};
  case BuiltinOperator::FULLY_CONNECTED:
    return {4, 7};
  case BuiltinOperator::MUL:
  case BuiltinOperator::GATHER:
  case BuiltinOperator::SLICE:
  case BuiltinOperator::MAXIMUM:
  case BuiltinOperator::MINIMUM:
  case BuiltinOperator::RESIZE_BILINEAR:
  case BuiltinOperator::RESIZE_NEAREST_NEIGHBOR:
    return {2, 4};
  case BuiltinOperator::SUB:
  case BuiltinOperator::TRANSPOSE:
    return {2, 5};
  case BuiltinOperator::STRIDED_SLICE:
  case BuiltinOperator::SPACE_TO_DEPTH:
  case BuiltinOperator::DEPTH_TO_SPACE:
  case BuiltinOperator::GELU:
    return {2, 1};
  case BuiltinOperator::EXP:
  case BuiltinOperator::LOG:
    return {2, 2};
  case BuiltinOperator::LEAKY_RELU:
    return {1, 2};
  case BuiltinOperator::ADD:
  case BuiltinOperator::BATCH_MATMUL:
  case BuiltinOperator::MAX_POOL_2D:
  case BuiltinOperator::AVERAGE_POOL_2D:
  case BuiltinOperator::DEQUANTIZE:
  case BuiltinOperator::ABS:
  case BuiltinOperator::RELU:
  case BuiltinOperator::RELU6:
  case BuiltinOperator::TANH:
  case BuiltinOperator::LOGISTIC:
  case BuiltinOperator::PAD:
  case BuiltinOperator::PADV2:
  case BuiltinOperator::CONCATENATION:
  case BuiltinOperator::SOFTMAX:
  case BuiltinOperator::MEAN:
  case BuiltinOperator::MIRROR_PAD:
    return {2, 3};
  default:
    return {1, 1};
  }
}

bool isGrouped(std::span<const TensorFacts> inputs) { return inputs[0].shape.back() != inputs[1].shape.back(); }

/// Products whose multiplier may be 1 or more.
bool isEnlarged(std::span<const TensorFacts> inputs, const TensorFacts &output) {
  return output.grid.isKnown() && inputs[0].grid.scale() * inputs[1].grid.scale() >= output.grid.scale();
}

/// What ranks ask for.
int32_t byRank(BuiltinOperator code, size_t rank) {
  switch (code) {
  case BuiltinOperator::TRANSPOSE:
    return rank > 5 ? 6 : rank > 4 ? 4 : 1;
  case BuiltinOperator::SLICE:
    return rank > 4 ? 5 : 1;
  case BuiltinOperator::STRIDED_SLICE:
  case BuiltinOperator::PAD:
  case BuiltinOperator::PADV2:
    return rank > 4 ? 4 : 1;
  case BuiltinOperator::MAXIMUM:
  case BuiltinOperator::MINIMUM:
  case BuiltinOperator::SUB:
    return rank > 4 ? 3 : 1;
  case BuiltinOperator::DIV:
    return rank > 4 ? 2 : 1;
  default:
    return 1;
  }
}

/// What options ask for.
int32_t byOptions(BuiltinOperator code, const schema::BuiltinOptionsUnion &options, std::span<const TensorFacts> inputs,
                  const TensorFacts &output) {
  if (code == BuiltinOperator::CONV_2D)
    return isGrouped(inputs) ? 6 : 1;
  if (code == BuiltinOperator::MUL && inputs[0].grid.isKnown())
    return isEnlarged(inputs, output) ? 3 : 1;
  if (code == BuiltinOperator::QUANTIZE)
    return output.type == TensorType::INT16 ? 2 : 1;
  if (const auto *transposed = options.AsTransposeConvOptions())
    return transposed->fused_activation_function == ActivationFunctionType::NONE ? 3 : 4;
  if (const auto *nearest = options.AsResizeNearestNeighborOptions())
    return nearest->half_pixel_centers || nearest->align_corners ? 3 : 1;
  if (const auto *linear = options.AsResizeBilinearOptions())
    return linear->half_pixel_centers ? 3 : 1;
  return 1;
}

} // namespace

int32_t tflite::versionOf(BuiltinOperator code, const schema::BuiltinOptionsUnion &options,
                          std::span<const TensorFacts> inputs, const TensorFacts &output) {
  size_t rank = 0;
  for (const TensorFacts &input : inputs)
    rank = std::max(rank, input.shape.size());
  return std::max({byType(code).of(inputs[0].type), byRank(code, rank), byOptions(code, options, inputs, output)});
}
