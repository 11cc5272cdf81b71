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
#include <bit>

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

/// How LiteRT's kernels bring a sum to its result's grid: sums of 64 bits, which products of 16-bit activations have,
/// with fewer bits and one rounding.
struct Arithmetic {
  unsigned multiplierBits;
  program::Rounding rounding;

  /// Channels whose numbers are all but 0 have short multipliers anywhere: the largest one says how many bits there
  /// are.
  bool isThatOf(const program::RequantT &requant) const {
    const auto largest = std::ranges::max_element(requant.multipliers);
    return requant.rounding == rounding && largest != requant.multipliers.end() &&
           unsigned(std::bit_width(unsigned(*largest))) == multiplierBits;
  }
};

Arithmetic arithmeticOf(const LayerWriter &layer) {
  constexpr Arithmetic narrow{31, program::Rounding::gemmlowp_double}, wide{15, program::Rounding::half_up};
  switch (layer.op().type) {
  case program::Op::Conv:
  case program::Op::ConvTranspose:
  case program::Op::Linear:
  case program::Op::MatMul:
  case program::Op::AveragePool:
    return layer.type(0).element == ElementType::i16 ? wide : narrow;
  default:
    return narrow;
  }
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
    if (isPool(layer))
      return true;
    break;
  case program::Op::Resize:
    return layer.op().AsResize()->mode != program::ResizeMode::nearest;
  default:
    break;
  }
  const program::RequantT *requant = kernels::requantOf(layer.op());
  return requant && !arithmeticOf(layer).isThatOf(*requant);
}
