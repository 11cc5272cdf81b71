//===- VerifyProof.cpp - tare verify: the worst errors --------------------===//
#include "Driver/Verify/Proofs.h"
#include "JsonOutput.h"
#include "Table.h"
#include "Verification.h"

#include "tare/Diagnostics/OneLine.h"

#include <fmt/format.h>

using namespace tare;
using proof::LayerProof;

namespace {

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

} // namespace

Status tare::verifyProof(const Verification &task, std::optional<double> maxError) {
  Proofs proofs(*task.model, task.threads);
  if (task.json)
    printJson([&](llvm::json::OStream &out) { proofs.write(out); });
  else
    printProofs(proofs);
  return proofs.check(task.path, maxError);
}
