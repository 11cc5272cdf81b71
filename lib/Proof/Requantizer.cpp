//===- Requantizer.cpp - What a layer scales, and by what -----------------===//
#include "tare/Proof/Requantizer.h"

#include "Grids.h"
#include "tare/Kernels/Registry.h"
#include "tare/Kernels/Rounding.h"

using namespace tare;
using namespace tare::proof;
using kernels::Reach;
using program::LayerT;
using program::Model;

namespace {

/// The scale of a channel; nothing where the list says nothing of it.
std::optional<double> scaleAt(const Model &model, uint32_t tensor, int64_t channel) {
  const std::vector<double> &scales = model.program().tensors[tensor]->scales;
  size_t index = scales.size() == 1 ? 0 : size_t(channel);
  return index < scales.size() ? std::optional(scales[index]) : std::nullopt;
}

/// M, where the grids of the result and of the operands that are scaled say it.
std::optional<double> effectiveScale(const Model &model, const LayerT &layer, const Reach &reach,
                                     const kernels::Scaling &scaling) {
  std::optional<double> result = scaleAt(model, layer.result, reach.index);
  if (!result)
    return std::nullopt;
  double scale = 1;
  for (size_t i = 0; i != scaling.scaledOperands; ++i) {
    std::optional<double> operand = scaleAt(model, layer.operands[scaling.firstScaled + i], reach.index);
    if (!operand)
      return std::nullopt;
    scale *= *operand;
  }
  return scale / *result / reach.divisor;
}

} // namespace

std::pair<int64_t, int64_t> proof::integersOf(ElementType type) {
  int64_t limit = int64_t(1) << (8 * sizeOf(type) - 1);
  return {-limit, limit - 1};
}

std::vector<kernels::Operand> proof::operandsOf(const Model &model, const LayerT &layer) {
  std::vector<kernels::Operand> operands;
  for (uint32_t operand : layer.operands)
    operands.push_back({model.type(operand), model.constant(operand), model.program().tensors[operand]->zero_point});
  return operands;
}

Result<std::optional<Requantizer>> proof::requantizerOf(const Model &model, const LayerT &layer) {
  const program::RequantT *requant = kernels::requantOf(layer.op);
  if (!requant)
    return std::optional<Requantizer>();
  const kernels::Scaling &scaling = *kernels::lookup(layer.op.type)->scaling;
  std::vector<Reach> reaches = scaling.reaches(layer.op, operandsOf(model, layer), model.type(layer.result));
  // What every channel can reach alike, for a list with an element per channel.
  if (reaches.size() == 1)
    for (size_t c = 1; c < kernels::entryCount(*requant); ++c) {
      reaches.push_back(reaches.front());
      reaches.back().index = int64_t(c);
    }
  Requantizer requantizer{requant, {}};
  for (const Reach &reach : reaches) {
    std::optional<double> scale = effectiveScale(model, layer, reach, scaling);
    if (!scale)
      return Error{"layer '" + layer.name + "': " + unknownGrids};
    requantizer.entries.push_back({reach.index, reach.low, reach.high, *scale});
  }
  return std::optional(std::move(requantizer));
}
