//===- Headroom.cpp - Bits that an accumulator has to spare ---------------===//
//
// The bound is that of docs/arithmetic.md: sum |w| * max |x - Zx| + |b|, which no
// partial sum exceeds, with the bias before the zero point was folded into it.
// Where three stages add all that later, the accumulator is the bare sum.
//
//===----------------------------------------------------------------------===//
#include "Driver/Inspect/Headroom.h"

#include "tare/Kernels/Registry.h"
#include "tare/Proof/Requantizer.h"
#include "tare/Target/Target.h"

#include <bit>

using namespace tare;

namespace {

/// What the program's target says; what its sums need at least, where it says nothing.
int accumulatorBits(const program::Model &model, ElementType activation) {
  if (const auto &description = model.program().target) {
    auto target = parseTarget(description->description, model.name());
    const ActivationFormat *format = target ? target->activation(activation) : nullptr;
    if (format)
      return format->accumulatorBits;
  }
  return activation == ElementType::i16 ? 64 : 32;
}

} // namespace

std::optional<int> tare::headroomOf(const program::Model &model, const program::LayerT &layer) {
  const auto &scaling = kernels::lookup(layer.op.type)->scaling;
  std::optional<int64_t> bound;
  if (scaling && scaling->bound)
    bound = scaling->bound(layer.op, proof::operandsOf(model, layer));
  if (!bound)
    return std::nullopt;
  // One bit is the sign.
  return accumulatorBits(model, model.type(layer.operands[0]).element) - 1 - int(std::bit_width(uint64_t(*bound)));
}
