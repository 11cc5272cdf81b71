//===- Rounding.cpp - Where LiteRT rounds otherwise -----------------------===//
//
// LiteRT's kernels round a product with a multiplier of 31 bits twice, as gemmlowp does (A11), and sums of products of
// 16-bit activations once, with a multiplier of 15 bits. What they compute in more steps than a program does has more
// roundings: docs/tflite.md lists them.
//
//===----------------------------------------------------------------------===//
#include "Rounding.h"
#include "tare/Kernels/Registry.h"

#include <algorithm>

using namespace tare;
using namespace tare::tflite;

namespace {

/// Whether a pool is TFLite's own, which rounds a mean and, on another grid, what comes of it.
bool isPool(const LayerWriter &layer) {
  return layer.op().AsAveragePool()->requant->multipliers.size() > 1 || layer.grid(0) == layer.resultGrid();
}

/// Where a linear layer has more than one scale, the reference kernel multiplies by a real number.
bool hasOneScale(const LayerWriter &layer) {
  const Grid grid = layer.grid(1);
  return std::ranges::count(grid.scales, grid.scale()) == std::ssize(grid.scales);
}

/// Whether sums are of 64 bits, which LiteRT multiplies by 15.
bool isWideSum(const LayerWriter &layer) {
  const program::Op type = layer.op().type;
  const bool hasWeights =
      type == program::Op::Conv || type == program::Op::ConvTranspose || type == program::Op::Linear;
  return hasWeights && layer.type(0).element == ElementType::i16;
}

} // namespace

bool tflite::roundsOtherwise(const LayerWriter &layer) {
  switch (layer.op().type) {
  case program::Op::Add:
  case program::Op::Lookup:
  case program::Op::Softmax:
  case program::Op::ReduceMean:
    return true;
  case program::Op::Linear:
    if (!hasOneScale(layer))
      return true;
    break;
  case program::Op::AveragePool:
    return isPool(layer);
  case program::Op::Resize:
    return layer.op().AsResize()->mode != program::ResizeMode::nearest;
  default:
    break;
  }
  const program::RequantT *requant = kernels::requantOf(layer.op());
  return requant &&
         requant->rounding != (isWideSum(layer) ? program::Rounding::half_up : program::Rounding::gemmlowp_double);
}
