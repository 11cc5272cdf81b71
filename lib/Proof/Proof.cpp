//===- Proof.cpp - What a program's integers may be off -------------------===//
#include "tare/Proof/Proof.h"

#include "Grids.h"
#include "Provers.h"
#include "ZeroPoints.h"
#include "tare/Kernels/Registry.h"
#include "tare/Program/HostLayer.h"
#include "tare/Tensor/Parallel.h"

#include <algorithm>
#include <cmath>
#include <iterator>

using namespace tare;
using namespace tare::proof;
using kernels::Meaning;

namespace {

/// In the order of Meaning.
constexpr Prover *provers[] = {proveMovement, proveScaled,   proveSum,        proveTable, proveSoftmax, proveNormalize,
                               proveResize,   proveQuantize, proveDequantize, proveHost,  proveLoopEnd};
static_assert(std::size(provers) == kernels::meanings, "a meaning of operators has no proof");

/// The same integers on two grids: worst at an end, as the difference is a straight line.
void compareGrids(LayerProof &proof, const TensorGrid &from, const TensorGrid &to, ElementType type) {
  auto [low, high] = integersOf(type);
  for (int64_t q : {low, high}) {
    double real = double(to.zeroPoint) + from.scale / to.scale * double(q - from.zeroPoint);
    if (double error = std::abs(double(q) - real); error > proof.worst.error)
      proof.worst = {error, q, q, real};
  }
  proof.method = Method::bound;
  proof.channels = 1;
}

/// A reshape to the shape that there is already moves nothing: it says what its integers mean from there on, as a model
/// does that multiplies an image of integers by 1 / 255, or dequantizes integers in two ways.
bool saysMeaning(const program::Model &model, const program::LayerT &layer) {
  return layer.op.AsReshape() && model.type(layer.operands[0]).shape == model.type(layer.result).shape;
}

} // namespace

const char *proof::nameOf(Method method) {
  switch (method) {
  case Method::steps:
    return "steps";
  case Method::pairs:
    return "pairs";
  case Method::bound:
    return "bound";
  case Method::exact:
    return "exact";
  case Method::table:
    return "table";
  case Method::border:
    return "border";
  case Method::host:
    return "host";
  case Method::unknown:
    return "unknown";
  }
  return "";
}

bool LayerProof::isMeasured() const { return method == Method::exact || channels > 0; }

bool LayerProof::isAttained() const { return channels > 0 && method != Method::bound && method != Method::border; }

void proof::proveHost(LayerProof &proof, const program::Model &, const program::LayerT &) {
  proof.method = Method::host;
}

void proof::setUnknown(LayerProof &proof, std::string reason) {
  proof.method = Method::unknown;
  proof.channels = proof.steps = 0;
  proof.worst = {};
  proof.reason = std::move(reason);
}

void proof::proveMovement(LayerProof &proof, const program::Model &model, const program::LayerT &layer) {
  proof.method = Method::exact;
  if (saysMeaning(model, layer))
    return;
  std::optional<TensorGrid> result = gridOf(model, layer.result);
  for (uint32_t operand : layer.operands) {
    std::optional<TensorGrid> grid = gridOf(model, operand);
    if (result && grid && !(*grid == *result))
      compareGrids(proof, *grid, *result, model.type(operand).element);
  }
}

/// Each element that enters a step or leaves it, and a state that is carried on, as the one that the step begins with.
void proof::proveLoopEnd(LayerProof &proof, const program::Model &model, const program::LayerT &layer) {
  proof.method = Method::exact;
  auto compare = [&](uint32_t from, uint32_t to) {
    std::optional<TensorGrid> one = gridOf(model, from), other = gridOf(model, to);
    if (one && other && !(*one == *other))
      compareGrids(proof, *one, *other, model.type(from).element);
  };
  const bool begins = layer.op.type == program::Op::LoopBegin;
  const std::vector<uint32_t> results = program::resultsOf(layer);
  for (size_t i = begins ? 0 : 1; i != layer.operands.size(); ++i)
    compare(layer.operands[i], results[begins ? i + 1 : i - 1]);
  if (begins)
    return;
  const auto &layers = model.program().layers;
  auto begin = std::ranges::find(layers, layer.operands[0], [](const auto &each) { return each->result; });
  const size_t carries = layer.op.AsLoopEnd()->carries;
  for (size_t i = 0; i != carries; ++i)
    compare(layer.operands[1 + i], (*begin)->further_results[(*begin)->further_results.size() - carries + i]);
}

void proof::proveScaled(LayerProof &proof, const program::Model &model, const program::LayerT &layer) {
  Result<std::optional<Requantizer>> requantizer = requantizerOf(model, layer);
  if (!requantizer)
    return setUnknown(proof, unknownGrids);
  if (!*requantizer) { // The accumulator itself.
    proof.method = Method::exact;
    return;
  }
  if ((*requantizer)->parameters->function)
    return proveLayerFunction(proof, model, layer, **requantizer);
  proof.method = Method::steps;
  proof.channels = (*requantizer)->entries.size();
  for (const Entry &entry : (*requantizer)->entries) {
    Walk walk = walkSteps(*(*requantizer)->parameters, entry);
    proof.steps += walk.steps;
    if (walk.worst.error > proof.worst.error) {
      proof.worst = walk.worst;
      proof.channel = entry.index;
    }
  }
}

LayerProof proof::proveLayer(const program::Model &model, const program::LayerT &layer) {
  const kernels::OpKernel &kernel = *kernels::lookup(layer.op.type);
  LayerProof proof;
  proof.name = layer.name;
  proof.kind = kernel.name;
  provers[size_t(kernel.facts.meaning)](proof, model, layer);
  return proof;
}

std::vector<LayerProof> proof::prove(const program::Model &model, size_t threads) {
  const auto &layers = model.program().layers;
  std::vector<LayerProof> proofs(layers.size());
  parallelFor(layers.size(), threads, [&](size_t i, size_t) {
    proofs[i] = proveLayer(model, *layers[i]);
    if (proofs[i].method != Method::unknown && !hasZeroPointsOfGrids(model, *layers[i]))
      setUnknown(proofs[i], "it computes with other zero points than its tensors have");
  });
  return proofs;
}
