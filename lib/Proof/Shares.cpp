//===- Shares.cpp - A bound of a softmax's error --------------------------===//
//
// (A45) Three errors add up: the table's, the rounding of the quotient, and the
// requantization's.
//
//===----------------------------------------------------------------------===//
#include "Grids.h"
#include "Provers.h"
#include "tare/Kernels/Tables.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::proof;

namespace {

/// How far the shares e / sum(e) of a row can be from the real ones, over all rows of so many elements, as far as both
/// are below `largest`. With T(d) = A * exp(-S * d) + delta(d) and A = T(0), a share is off by what its own delta is of
/// the sum, at most max |delta| / A, and by its part of what the others' delta are of theirs, which is largest where
/// all have the same d.
template <typename Exponential>
double shareError(Exponential e, int64_t distances, double scale, int64_t elements, double largest) {
  const double whole = double(e(0)), count = double(elements - 1);
  double own = 0, others = 0;
  for (int64_t d = 0; d != distances; ++d) {
    double entry = double(e(d)), real = whole * std::exp(-scale * double(d));
    double delta = std::abs(entry - real);
    own = std::max(own, delta / whole);
    others = std::max(others, count * delta / (whole + count * std::min(entry, real)));
  }
  return own + std::clamp(largest, 0.0, 1.0) * std::max(0.0, others - own);
}

} // namespace

void proof::proveSoftmax(LayerProof &proof, const program::Model &model, const program::LayerT &layer) {
  proveScaled(proof, model, layer);
  auto x = gridOf(model, layer.operands[0]), y = gridOf(model, layer.result);
  const auto *table = static_cast<const int32_t *>(model.constant(layer.operands[1]));
  if (!x || !y)
    return setUnknown(proof, unknownGrids);
  const TensorType &input = model.type(layer.operands[0]);
  const int64_t entries = model.type(layer.operands[1]).count(), distances = int64_t(1) << (8 * sizeOf(input.element));
  auto withTable = [&](auto f) {
    if (input.element == ElementType::i8)
      kernels::withExponentials<int8_t>(table, entries, f);
    else
      kernels::withExponentials<int16_t>(table, entries, f);
  };
  bool isZero = true;
  if (table)
    withTable([&](auto e) { isZero = e(0) == 0; });
  if (isZero)
    return setUnknown(proof, "its table is no constant, or is 0 for the largest element");
  int64_t elements = input.shape[layer.op.AsSoftmax()->axis];
  double largest = double(layer.op.AsSoftmax()->requant->clamp_max - y->zeroPoint) * y->scale;
  double share = 0;
  withTable([&](auto e) { share = shareError(e, distances, x->scale, elements, largest); });
  double quotient = std::ldexp(0.5, -kernels::probabilityBits);
  proof.worst = {proof.worst.error + (share + quotient) / y->scale, 0, 0, 0};
  proof.method = Method::bound;
}
