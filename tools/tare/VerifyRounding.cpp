//===- VerifyRounding.cpp - tare verify: if the board rounded otherwise ---===//
#include "Json.h"
#include "Table.h"
#include "Verification.h"

#include "tare/Proof/OtherRounding.h"

#include <fmt/format.h>

using namespace tare;
using proof::RoundingDifference;

namespace {

void print(const std::vector<RoundingDifference> &differences) {
  Table table(
      {{"layer", Table::Align::left}, {"kind", Table::Align::left}, {"accumulators"}, {"would differ"}, {"share"}});
  for (const RoundingDifference &layer : differences)
    table.add({layer.name, layer.kind, std::to_string(layer.total), std::to_string(layer.differing),
               fmt::format("{:.3f} %", 100.0 * double(layer.differing) / double(layer.total))});
  table.print();
}

void write(llvm::json::OStream &out, const std::vector<RoundingDifference> &differences, program::Rounding rounding) {
  out.object([&] {
    out.attribute("rounding", program::EnumNameRounding(rounding));
    out.attributeArray("layers", [&] {
      for (const RoundingDifference &layer : differences)
        out.object([&] {
          out.attribute("name", jsonText(layer.name));
          out.attribute("kind", jsonText(layer.kind));
          out.attribute("accumulators", int64_t(layer.total));
          out.attribute("differing", int64_t(layer.differing));
        });
    });
  });
}

} // namespace

Status tare::verifyRounding(const Verification &task, program::Rounding rounding) {
  std::vector<RoundingDifference> differences;
  for (const auto &layer : task.model->program().layers)
    if (std::optional<RoundingDifference> difference = proof::compareRounding(*task.model, *layer, rounding))
      differences.push_back(*difference);
  if (task.json)
    printJson([&](llvm::json::OStream &out) { write(out, differences, rounding); });
  else
    print(differences);
  return success();
}
