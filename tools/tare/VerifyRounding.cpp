//===- VerifyRounding.cpp - tare verify: if the board rounded otherwise ---===//
#include "Driver/Execute/LayerNames.h"
#include "JsonOutput.h"
#include "Table.h"
#include "Verification.h"

#include "tare/Proof/OtherRounding.h"

#include <fmt/format.h>

using namespace tare;
using proof::RoundingDifference;

namespace {

/// How the table calls a layer, and what would change of it.
struct Row {
  std::string label;
  RoundingDifference difference;
};

void print(const std::vector<Row> &rows) {
  Table table(
      {{"layer", Table::Align::left}, {"kind", Table::Align::left}, {"accumulators"}, {"would differ"}, {"share"}});
  for (const auto &[label, layer] : rows)
    table.add({label, layer.kind, std::to_string(layer.total), std::to_string(layer.differing),
               fmt::format("{:.3f} %", 100.0 * double(layer.differing) / double(layer.total))});
  table.print();
}

void write(llvm::json::OStream &out, const std::vector<Row> &rows, program::Rounding rounding) {
  out.object([&] {
    out.attribute("rounding", program::EnumNameRounding(rounding));
    out.attributeArray("layers", [&] {
      for (const auto &[label, layer] : rows)
        out.object([&] {
          out.attribute("name", jsonText(layer.name));
          out.attribute("label", jsonText(label));
          out.attribute("kind", jsonText(layer.kind));
          out.attribute("accumulators", int64_t(layer.total));
          out.attribute("differing", int64_t(layer.differing));
        });
    });
  });
}

} // namespace

Status tare::verifyRounding(const Verification &task, program::Rounding rounding) {
  std::vector<Row> rows;
  const auto &layers = task.model->program().layers;
  std::vector<std::string> labels = layerLabels(task.model->program());
  for (size_t i = 0; i != layers.size(); ++i)
    if (std::optional<RoundingDifference> difference = proof::compareRounding(*task.model, *layers[i], rounding))
      rows.push_back({labels[i], *difference});
  if (task.json)
    printJson([&](llvm::json::OStream &out) { write(out, rows, rounding); });
  else
    print(rows);
  return success();
}
