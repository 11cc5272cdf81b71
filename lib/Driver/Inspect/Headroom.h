//===- Headroom.h - Bits that an accumulator has to spare -------*- C++ -*-===//
#ifndef TARE_DRIVER_INSPECT_HEADROOM_H
#define TARE_DRIVER_INSPECT_HEADROOM_H

#include "tare/Program/Model.h"

#include <optional>

namespace tare {

/// How many of the accumulator's magnitude bits even the worst input leaves unused: from the layer's weights, biases
/// and zero points, and the width that the program's target has. Nothing for layers that do not accumulate.
std::optional<int> headroomOf(const program::Model &model, const program::LayerT &layer);

} // namespace tare

#endif // TARE_DRIVER_INSPECT_HEADROOM_H
