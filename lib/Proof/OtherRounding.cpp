//===- OtherRounding.cpp - If the board rounded otherwise -----------------===//
#include "tare/Proof/OtherRounding.h"

#include "tare/Kernels/Registry.h"
#include "tare/Kernels/Rounding.h"
#include "tare/Proof/Steps.h"

#include <algorithm>

using namespace tare;
using namespace tare::proof;

namespace {

/// Over all pairs of 8-bit operands.
void compareSums(RoundingDifference &difference, const program::AddT &add, program::Rounding other) {
  auto [low, high] = integersOf(ElementType::i8);
  auto output = [&](int64_t sum, program::Rounding rounding) {
    return std::clamp<int64_t>(add.zero_point + kernels::roundShift(sum, add.shift, rounding), add.clamp_min,
                               add.clamp_max);
  };
  for (int64_t a = low; a <= high; ++a)
    for (int64_t b = low; b <= high; ++b, ++difference.total) {
      int64_t sum = (a - add.lhs_zero_point) * add.lhs_multiplier + (b - add.rhs_zero_point) * add.rhs_multiplier;
      difference.differing += output(sum, add.rounding) != output(sum, other);
    }
}

} // namespace

std::optional<program::Rounding> proof::roundingOf(const std::string &name) {
  for (program::Rounding rounding : program::EnumValuesRounding())
    if (name == program::EnumNameRounding(rounding))
      return rounding;
  return std::nullopt;
}

std::string proof::roundingNames() {
  std::string names;
  for (program::Rounding rounding : program::EnumValuesRounding())
    names += (names.empty() ? "" : ", ") + std::string(program::EnumNameRounding(rounding));
  return names;
}

std::optional<RoundingDifference> proof::compareRounding(const program::Model &model, const program::LayerT &layer,
                                                         program::Rounding rounding) {
  RoundingDifference difference{layer.name, std::string(kernels::lookup(layer.op.type)->name)};
  if (const auto *add = layer.op.AsAdd()) {
    if (model.type(layer.result).element != ElementType::i8)
      return std::nullopt;
    compareSums(difference, *add, rounding);
    return difference;
  }
  Result<std::optional<Requantizer>> requantizer = requantizerOf(model, layer);
  if (!requantizer || !*requantizer)
    return std::nullopt;
  program::RequantT other = *(*requantizer)->parameters;
  other.rounding = rounding;
  for (const Entry &entry : (*requantizer)->entries) {
    difference.differing += countDifferences(*(*requantizer)->parameters, other, entry);
    difference.total += uint64_t(entry.high - entry.low) + 1;
  }
  return difference;
}
