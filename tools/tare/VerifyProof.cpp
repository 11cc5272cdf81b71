//===- VerifyProof.cpp - tare verify: the worst errors --------------------===//
#include "Json.h"
#include "Table.h"
#include "Verification.h"

#include "tare/Proof/Proof.h"

#include <fmt/format.h>

using namespace tare;
using proof::LayerProof;

namespace {

std::vector<std::string> cellsOf(const LayerProof &layer) {
  std::vector<std::string> cells = {layer.name, layer.kind, proof::nameOf(layer.method)};
  cells.resize(10);
  if (!layer.channels)
    return cells;
  cells[3] = std::to_string(layer.channels);
  cells[5] = fmt::format("{:.6f} LSB", layer.worst.error);
  if (layer.method == proof::Method::bound)
    return cells;
  cells[4] = std::to_string(layer.steps);
  cells[6] = std::to_string(layer.channel);
  cells[7] = std::to_string(layer.worst.accumulator);
  cells[8] = std::to_string(layer.worst.output);
  cells[9] = fmt::format("{:.4f}", layer.worst.real);
  return cells;
}

void printProofs(const std::vector<LayerProof> &proofs, const LayerProof *worst) {
  Table table({{"layer", Table::Align::left},
               {"kind", Table::Align::left},
               {"proof", Table::Align::left},
               {"channels"},
               {"steps"},
               {"worst error"},
               {"channel"},
               {"accumulator"},
               {"output"},
               {"real"}});
  for (const LayerProof &layer : proofs)
    table.add(cellsOf(layer));
  table.print();
  if (worst && worst->channels)
    fmt::print("\nworst error: {:.6f} LSB, in layer '{}', channel {}\n", worst->worst.error, worst->name,
               worst->channel);
}

void writeProof(llvm::json::OStream &out, const LayerProof &layer) {
  out.attribute("name", jsonText(layer.name));
  out.attribute("kind", jsonText(layer.kind));
  out.attribute("proof", proof::nameOf(layer.method));
  out.attribute("channels", layer.channels);
  if (!layer.channels)
    return;
  out.attribute("worst_error", layer.worst.error);
  if (layer.method == proof::Method::bound)
    return;
  out.attribute("steps", layer.steps);
  out.attribute("channel", layer.channel);
  out.attribute("accumulator", layer.worst.accumulator);
  out.attribute("output", layer.worst.output);
  out.attribute("real", layer.worst.real);
}

void writeProofs(llvm::json::OStream &out, const std::vector<LayerProof> &proofs, const LayerProof *worst) {
  out.object([&] {
    out.attribute("worst_error", worst ? worst->worst.error : 0.0);
    out.attribute("worst_layer", worst && worst->channels ? jsonText(worst->name) : "");
    out.attributeArray("layers", [&] {
      for (const LayerProof &layer : proofs)
        out.object([&] { writeProof(out, layer); });
    });
  });
}

/// The tables have been printed; what is above the limit, and what cannot be proven, is the error.
Status check(const Verification &task, const std::vector<LayerProof> &proofs, std::optional<double> maxError) {
  std::string failing;
  for (const LayerProof &layer : proofs) {
    if (layer.method == proof::Method::unknown)
      return Error{task.path + ": layer '" + layer.name +
                   "': the program does not say which real numbers its integers stand for; convert the model again "
                   "with this version of tare"};
    if (maxError && layer.worst.error > *maxError)
      failing += fmt::format("{}'{}' ({:.4f} LSB)", failing.empty() ? "" : ", ", layer.name, layer.worst.error);
  }
  if (failing.empty())
    return success();
  return Error{fmt::format("{}: above --max-error {}: {}", task.path, *maxError, failing)};
}

} // namespace

Status tare::verifyProof(const Verification &task, std::optional<double> maxError) {
  std::vector<LayerProof> proofs = proof::prove(*task.model, task.threads);
  const LayerProof *worst = nullptr;
  for (const LayerProof &layer : proofs)
    if (!worst || layer.worst.error > worst->worst.error)
      worst = &layer;
  if (task.json)
    printJson([&](llvm::json::OStream &out) { writeProofs(out, proofs, worst); });
  else
    printProofs(proofs, worst);
  return check(task, proofs, maxError);
}
