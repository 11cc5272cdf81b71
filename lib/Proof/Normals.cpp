//===- Normals.cpp - A bound of a normalization's error -------------------===//
//
// (A75) Two errors add up: the rounding of the normalized elements, and the requantization's.
//
//===----------------------------------------------------------------------===//
#include "Grids.h"
#include "Provers.h"
#include "tare/Kernels/Normalization.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

using namespace tare;
using namespace tare::proof;

void proof::proveNormalize(LayerProof &proof, const program::Model &model, const program::LayerT &layer) {
  proveScaled(proof, model, layer);
  auto gamma = gridOf(model, layer.operands[1]), y = gridOf(model, layer.result);
  if (proof.method == Method::unknown || !gamma || !y)
    return setUnknown(proof, unknownGrids);
  const auto *factors = static_cast<const int16_t *>(model.constant(layer.operands[1]));
  if (!factors)
    return setUnknown(proof, "its gamma is no constant");
  int64_t largest = 0, n = 1;
  for (int64_t c = 0; c != model.type(layer.operands[1]).count(); ++c)
    largest = std::max(largest, std::abs(int64_t(factors[c])));
  const TensorType &x = model.type(layer.operands[0]);
  for (int32_t axis : layer.op.AsNormalize()->axes)
    n *= x.shape[axis];
  const double normal = std::ldexp(kernels::normalError(x.element), -kernels::normalBits(x.element, n));
  proof.worst = {proof.worst.error + normal * double(largest) * gamma->scale / y->scale, 0, 0, 0};
  proof.method = Method::bound;
}
