//===- VerifyProof.cpp - tare verify: the worst errors --------------------===//
#include "Driver/Execute/LayerNames.h"
#include "JsonOutput.h"
#include "Table.h"
#include "Verification.h"

#include "tare/Diagnostics/OneLine.h"
#include "tare/Proof/Proof.h"

#include <fmt/format.h>

#include <map>

using namespace tare;
using proof::LayerProof;

namespace {

/// What a layer is off by where calibration came to, or else by anything that its operands can be.
const proof::Deviation &shownOf(const LayerProof &layer) { return layer.reached ? *layer.reached : layer.worst; }

/// The layers' proofs, and how tables and messages call the layers.
struct Proofs {
  std::vector<LayerProof> layers;
  std::vector<std::string> labels;
  /// Of the worst layer as it is shown; none where there is no layer.
  std::optional<size_t> worst = {};
  /// The same over all that the operands can be.
  std::optional<size_t> worstOfAll = {};

  explicit Proofs(const Verification &task)
      : layers(proof::prove(*task.model, task.threads)), labels(layerLabels(task.model->program())) {
    for (size_t i = 0; i != layers.size(); ++i)
      if (!worst || shownOf(layers[i]).error > shownOf(layers[*worst]).error)
        worst = i;
    for (size_t i = 0; i != layers.size(); ++i)
      if (!worstOfAll || layers[i].worst.error > layers[*worstOfAll].worst.error)
        worstOfAll = i;
  }
};

/// Whether inputs that no data had are worse.
bool isWorseBeyond(const LayerProof &layer) { return layer.reached && layer.worst.error > layer.reached->error; }

std::vector<std::string> cellsOf(const LayerProof &layer, const std::string &label) {
  std::vector<std::string> cells = {label, layer.kind, proof::nameOf(layer.method)};
  cells.resize(11);
  if (layer.channels)
    cells[3] = std::to_string(layer.channels);
  const proof::Deviation &worst = shownOf(layer);
  if (layer.isMeasured())
    cells[5] = fmt::format("{}{:.6f} LSB", layer.isAttained() || !layer.channels ? "" : "<= ", worst.error);
  if (!layer.isAttained())
    return cells;
  cells[4] = std::to_string(layer.steps);
  cells[6] = std::to_string(layer.reached ? layer.reachedChannel : layer.channel);
  cells[7] = std::to_string(worst.accumulator);
  cells[8] = std::to_string(worst.output);
  cells[9] = fmt::format("{:.4f}", worst.real);
  if (isWorseBeyond(layer))
    cells[10] = fmt::format("{:.6f} LSB at {}", layer.worst.error, layer.worst.accumulator);
  return cells;
}

void printProofs(const Proofs &proofs) {
  Table table({{"layer", Table::Align::left},
               {"kind", Table::Align::left},
               {"proof", Table::Align::left},
               {"channels"},
               {"steps"},
               {"worst error"},
               {"channel"},
               {"accumulator"},
               {"output"},
               {"real"},
               {"beyond what calibration reached"}});
  for (size_t i = 0; i != proofs.layers.size(); ++i)
    table.add(cellsOf(proofs.layers[i], proofs.labels[i]));
  table.print();
  if (!proofs.worst)
    return;
  const LayerProof &worst = proofs.layers[*proofs.worst];
  const std::string &label = proofs.labels[*proofs.worst];
  // What is proven of each layer alone is easily taken for a bound of the outputs.
  constexpr const char *ofOneLayer =
      "of that layer alone, from its operands' integers on: what the operands are off by "
      "comes on top; 'tare compare' measures the outputs";
  if (worst.isAttained())
    writeOut("\nworst error: {:.6f} LSB, in layer '{}', channel {} ({})\n", shownOf(worst).error, oneLine(label),
             worst.reached ? worst.reachedChannel : worst.channel, ofOneLayer);
  else if (worst.channels)
    writeOut("\nworst error: at most {:.6f} LSB (a bound), in layer '{}' ({})\n", worst.worst.error, oneLine(label),
             ofOneLayer);
}

void writeProof(llvm::json::OStream &out, const LayerProof &layer, const std::string &label) {
  out.attribute("name", jsonText(layer.name));
  out.attribute("label", jsonText(label));
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
  if (layer.reached)
    out.attributeObject("reached", [&] {
      out.attribute("worst_error", layer.reached->error);
      out.attribute("channel", layer.reachedChannel);
      out.attribute("accumulator", layer.reached->accumulator);
      out.attribute("output", layer.reached->output);
      out.attribute("real", layer.reached->real);
    });
}

void writeProofs(llvm::json::OStream &out, const Proofs &proofs) {
  const LayerProof *worst = proofs.worstOfAll ? &proofs.layers[*proofs.worstOfAll] : nullptr;
  out.object([&] {
    out.attribute("worst_error", worst ? worst->worst.error : 0.0);
    out.attribute("worst_layer", worst && worst->channels ? jsonText(worst->name) : "");
    out.attributeArray("layers", [&] {
      for (size_t i = 0; i != proofs.layers.size(); ++i)
        out.object([&] { writeProof(out, proofs.layers[i], proofs.labels[i]); });
    });
  });
}

/// "a: 'x', 'y'; b: 'z'": the layers that cannot be proven, by what is missing.
std::string unprovenOf(const Proofs &proofs) {
  std::map<std::string, std::string> layersByReason;
  for (size_t i = 0; i != proofs.layers.size(); ++i)
    if (proofs.layers[i].method == proof::Method::unknown) {
      std::string &layers = layersByReason[proofs.layers[i].reason];
      layers += fmt::format("{}'{}'", layers.empty() ? "" : ", ", proofs.labels[i]);
    }
  std::string text;
  for (const auto &[reason, layers] : layersByReason)
    text += fmt::format("{}layer {}: {}", text.empty() ? "" : "; ", layers, reason);
  return text;
}

/// An error with as many digits as show that it is above the limit.
std::string aboveText(double error, double limit) {
  constexpr int most = 17;
  for (int digits = 4; digits < most; ++digits)
    if (std::string text = fmt::format("{:.{}f}", error, digits); std::stod(text) > limit)
      return text;
  return fmt::format("{:.{}g}", error, most);
}

/// The tables have been printed; what is above the limit, and what cannot be proven, is the error.
Status check(const Verification &task, const Proofs &proofs, std::optional<double> maxError) {
  std::string failing, unproven = unprovenOf(proofs);
  for (size_t i = 0; i != proofs.layers.size(); ++i)
    if (double error = proofs.layers[i].worst.error; maxError && error > *maxError)
      failing +=
          fmt::format("{}'{}' ({} LSB)", failing.empty() ? "" : ", ", proofs.labels[i], aboveText(error, *maxError));
  if (failing.empty() && unproven.empty())
    return success();
  if (!failing.empty())
    failing = fmt::format("above --max-error {}: {}", *maxError, failing);
  return Error{
      fmt::format("{}: {}{}{}", task.path, failing, failing.empty() || unproven.empty() ? "" : "; ", unproven)};
}

} // namespace

Status tare::verifyProof(const Verification &task, std::optional<double> maxError) {
  Proofs proofs(task);
  if (task.json)
    printJson([&](llvm::json::OStream &out) { writeProofs(out, proofs); });
  else
    printProofs(proofs);
  return check(task, proofs, maxError);
}
