//===- Border.cpp - Where real numbers enter and leave --------------------===//
#include "Grids.h"
#include "Provers.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::proof;

namespace {

constexpr char anotherGrid[] = "it has another grid than its tensor";

} // namespace

void proof::proveQuantize(LayerProof &proof, const program::Model &model, const program::LayerT &layer) {
  const program::QuantizeT &quantize = *layer.op.AsQuantize();
  std::optional<TensorGrid> grid = gridOf(model, layer.result);
  if (grid && !(*grid == TensorGrid{quantize.scale, quantize.zero_point}))
    return setUnknown(proof, anotherGrid);
  auto [low, high] = integersOf(quantize.output);
  // Half a step, and half a unit in the last place of the largest quotient that is not clamped.
  double largest = double(std::max(std::abs(low - quantize.zero_point), std::abs(high - quantize.zero_point))) + 1;
  proof.method = Method::border;
  proof.channels = 1;
  proof.worst.error = 0.5 + largest * 0x1p-24;
}

void proof::proveDequantize(LayerProof &proof, const program::Model &model, const program::LayerT &layer) {
  const program::DequantizeT &dequantize = *layer.op.AsDequantize();
  const program::TensorT &input = *model.program().tensors[layer.operands[0]];
  if (!input.scales.empty() && (input.scales != dequantize.scales || input.zero_point != dequantize.zero_point))
    return setUnknown(proof, anotherGrid);
  proof.method = Method::border;
}
