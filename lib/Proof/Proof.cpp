//===- Proof.cpp - What a program's integers may be off -------------------===//
#include "tare/Proof/Proof.h"

#include "Sums.h"
#include "tare/Kernels/Registry.h"
#include "tare/Tensor/Parallel.h"

using namespace tare;
using namespace tare::proof;

namespace {

/// Of a layer that scales nothing.
Method methodWithoutScaling(program::Op kind) {
  switch (kind) {
  case program::Op::Lookup:
  case program::Op::Resize:
    return Method::table;
  case program::Op::Quantize:
  case program::Op::Dequantize:
    return Method::border;
  default:
    return Method::exact;
  }
}

void walkEntries(LayerProof &proof, const Requantizer &requantizer) {
  proof.method = Method::steps;
  proof.channels = requantizer.entries.size();
  for (const Entry &entry : requantizer.entries) {
    Walk walk = walkSteps(*requantizer.parameters, entry);
    proof.steps += walk.steps;
    if (walk.worst.error > proof.worst.error) {
      proof.worst = walk.worst;
      proof.channel = entry.index;
    }
  }
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
  case Method::unknown:
    return "unknown";
  }
  return "";
}

LayerProof proof::proveLayer(const program::Model &model, const program::LayerT &layer) {
  LayerProof proof;
  proof.name = layer.name;
  proof.kind = kernels::lookup(layer.op.type)->name;
  if (layer.op.AsAdd()) {
    proveSum(proof, model, layer);
    return proof;
  }
  Result<std::optional<Requantizer>> requantizer = requantizerOf(model, layer);
  if (!requantizer)
    proof.method = Method::unknown;
  else if (*requantizer)
    walkEntries(proof, **requantizer);
  else
    proof.method = methodWithoutScaling(layer.op.type);
  return proof;
}

std::vector<LayerProof> proof::prove(const program::Model &model, size_t threads) {
  const auto &layers = model.program().layers;
  std::vector<LayerProof> proofs(layers.size());
  parallelFor(layers.size(), threads, [&](size_t i, size_t) { proofs[i] = proveLayer(model, *layers[i]); });
  return proofs;
}
