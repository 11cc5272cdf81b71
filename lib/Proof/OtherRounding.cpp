//===- OtherRounding.cpp - If the board rounded otherwise -----------------===//
#include "tare/Proof/OtherRounding.h"

#include "tare/Kernels/Registry.h"
#include "tare/Kernels/Rounding.h"
#include "tare/Proof/Steps.h"

using namespace tare;
using namespace tare::proof;

namespace {

/// Over all pairs of 8-bit operands.
void compareSums(RoundingDifference &difference, const program::AddT &add, program::Rounding rounding) {
  auto [low, high] = integersOf(ElementType::i8);
  program::RequantT one = kernels::requantOfSum(add), other = one;
  other.rounding = rounding;
  for (int64_t a = low; a <= high; ++a)
    for (int64_t b = low; b <= high; ++b, ++difference.total) {
      int64_t sum = (a - add.lhs_zero_point) * add.lhs_multiplier + (b - add.rhs_zero_point) * add.rhs_multiplier;
      difference.differing += kernels::requantize(sum, one, 0) != kernels::requantize(sum, other, 0);
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

bool proof::rounds(const program::OpUnion &op) { return op.AsAdd() || kernels::requantOf(op); }

std::shared_ptr<const program::Model> proof::withRounding(const program::Model &model, program::Rounding rounding) {
  program::ProgramT program = model.program();
  for (const auto &layer : program.layers) {
    if (program::RequantT *requant = kernels::requantOf(layer->op))
      requant->rounding = rounding;
    if (auto *add = layer->op.AsAdd())
      add->rounding = rounding;
  }
  return model.withProgram(std::move(program));
}
