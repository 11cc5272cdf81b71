//===- VerifyProof.cpp - tare verify: the worst errors --------------------===//
#include "Json.h"
#include "Table.h"
#include "Verification.h"

#include "tare/Diagnostics/OneLine.h"
#include "tare/Proof/Proof.h"

#include <fmt/format.h>

#include <map>

using namespace tare;
using proof::LayerProof;

namespace {

std::vector<std::string> cellsOf(const LayerProof &layer) {
  std::vector<std::string> cells = {layer.name, layer.kind, proof::nameOf(layer.method)};
  cells.resize(10);
  if (layer.channels)
    cells[3] = std::to_string(layer.channels);
  if (layer.isMeasured())
    cells[5] = fmt::format("{}{:.6f} LSB", layer.isAttained() || !layer.channels ? "" : "<= ", layer.worst.error);
  if (!layer.isAttained())
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
  if (worst && worst->isAttained())
    writeOut("\nworst error: {:.6f} LSB, in layer '{}', channel {}\n", worst->worst.error, oneLine(worst->name),
             worst->channel);
  else if (worst && worst->channels)
    writeOut("\nworst error: at most {:.6f} LSB (a bound), in layer '{}'\n", worst->worst.error, oneLine(worst->name));
}

void writeProof(llvm::json::OStream &out, const LayerProof &layer) {
  out.attribute("name", jsonText(layer.name));
  out.attribute("kind", jsonText(layer.kind));
  out.attribute("proof", proof::nameOf(layer.method));
  out.attribute("channels", layer.channels);
  if (layer.method == proof::Method::unknown)
    out.attribute("reason", jsonText(layer.reason));
  if (!layer.isMeasured())
    return;
  out.attribute("worst_error", layer.worst.error);
  out.attribute("is_bound", !layer.isAttained() && layer.channels > 0);
  if (!layer.isAttained())
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

/// "a: 'x', 'y'; b: 'z'": the layers that cannot be proven, by what is missing.
std::string unprovenOf(const std::vector<LayerProof> &proofs) {
  std::map<std::string, std::string> layersByReason;
  for (const LayerProof &layer : proofs)
    if (layer.method == proof::Method::unknown) {
      std::string &layers = layersByReason[layer.reason];
      layers += fmt::format("{}'{}'", layers.empty() ? "" : ", ", layer.name);
    }
  std::string text;
  for (const auto &[reason, layers] : layersByReason)
    text += fmt::format("{}layer {}: {}", text.empty() ? "" : "; ", layers, reason);
  return text;
}

/// The tables have been printed; what is above the limit, and what cannot be proven, is the error.
Status check(const Verification &task, const std::vector<LayerProof> &proofs, std::optional<double> maxError) {
  std::string failing, unproven = unprovenOf(proofs);
  for (const LayerProof &layer : proofs)
    if (maxError && layer.worst.error > *maxError)
      failing += fmt::format("{}'{}' ({:.4f} LSB)", failing.empty() ? "" : ", ", layer.name, layer.worst.error);
  if (failing.empty() && unproven.empty())
    return success();
  if (!failing.empty())
    failing = fmt::format("above --max-error {}: {}", *maxError, failing);
  return Error{
      fmt::format("{}: {}{}{}", task.path, failing, failing.empty() || unproven.empty() ? "" : "; ", unproven)};
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
