//===- ProgramNumbers.h - What a layer's integers stand for -----*- C++ -*-===//
#ifndef TARE_DRIVER_EXPLAIN_PROGRAMNUMBERS_H
#define TARE_DRIVER_EXPLAIN_PROGRAMNUMBERS_H

#include "Driver/Explain/Sites.h"

namespace tare::explain {

/// The grid of a layer's result, between the ends that the layer itself limits it to; nothing where it is one of
/// accumulators, or of channels.
std::optional<ActivationGrid> gridOf(const program::Model &model, const program::LayerT &layer);

/// The model's constant on the grid of the program's, channels along its first axis: the nearest integers, or those on
/// one side or the other. Nothing where the program's integers are other ones, in whatever order.
std::optional<Tensor> roundedAs(const program::Model &model, uint32_t constant, const Tensor &reals);

/// The bias of a layer with weights as real numbers; null where there are not so many, or where it is part of a
/// requantization in stages.
Tensor biasOf(const program::Model &model, const program::LayerT &layer, int64_t channels);

/// The multipliers of a layer over the real numbers that they stand for: Site::multipliers, of an op with so many
/// operands.
std::vector<double> multipliersOf(const program::Model &model, const program::LayerT &layer, size_t operands);

} // namespace tare::explain

#endif // TARE_DRIVER_EXPLAIN_PROGRAMNUMBERS_H
