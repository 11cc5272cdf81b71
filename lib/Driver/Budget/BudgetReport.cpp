//===- BudgetReport.cpp - What a choice of widths tells -------------------===//
#include "Driver/Budget/BudgetReport.h"

#include "Driver/Budget/Rules.h"
#include "Driver/Compare/DifferenceText.h"
#include "Driver/Json.h"
#include "tare/Diagnostics/OneLine.h"

#include <algorithm>
#include <fmt/format.h>

using namespace tare;

std::string tare::shareText(double share) { return fmt::format("{:.1f} %", 100 * share); }

static std::string countText(const BudgetOutcome &outcome) {
  return fmt::format("{} of {} grids of activations {} 16 bits", outcome.wide.size(), outcome.candidates,
                     outcome.wide.size() == 1 ? "has" : "have");
}

static std::string accuracyText(const BudgetOutcome &outcome) {
  return fmt::format("SQNR {} at output '{}' on {} samples of the calibration (all at 8 bits {}, all at 16 bits {})",
                     decibels(outcome.reached.sqnr), outcome.reached.output, outcome.samples,
                     decibels(outcome.narrow.sqnr), decibels(outcome.widest.sqnr));
}

static std::string costText(const BudgetOutcome &outcome) {
  const ProgramCost &cost = outcome.reached.cost, &least = outcome.narrow.cost;
  return fmt::format("constants {:.1f} kB, arena {:.1f} kB, {:.1f} kB read and written (all at 8 bits {:.1f}, {:.1f} "
                     "and {:.1f} kB)",
                     double(cost.constantBytes) / 1e3, double(cost.arenaBytes) / 1e3, double(cost.movedBytes) / 1e3,
                     double(least.constantBytes) / 1e3, double(least.arenaBytes) / 1e3, double(least.movedBytes) / 1e3);
}

std::string tare::configOf(const BudgetOutcome &outcome, const std::vector<Candidate> &candidates,
                           const std::vector<size_t> &wide) {
  const std::string head = "# " +
                           oneLine(fmt::format("--budget {} for {} on target {}: {}", outcome.goal.text, outcome.model,
                                               outcome.target, countText(outcome))) +
                           "\n# " + oneLine(accuracyText(outcome)) +
                           "\n# To be given with the options that it was found with, behind the --config among them.\n";
  std::vector<std::string> comments;
  for (const WideValues &each : outcome.wide)
    comments.push_back(fmt::format("{} '{}': {} of the error at 8 bits", each.op, each.layer, shareText(each.share)));
  return rulesOf(candidates, wide, comments, head);
}

std::vector<std::string> tare::summaryOf(const BudgetOutcome &outcome) {
  return {fmt::format("--budget {}: {}; {}", outcome.goal.text, countText(outcome), accuracyText(outcome)),
          "  " + costText(outcome)};
}

std::vector<std::string> tare::linesOf(const BudgetOutcome &outcome, size_t most) {
  std::vector<std::string> lines = summaryOf(outcome);
  for (size_t i = 0; i != std::min(most, outcome.wide.size()); ++i) {
    const WideValues &each = outcome.wide[i];
    lines.push_back(fmt::format("  {} '{}': {} of the error at 8 bits, alone {:.1f} kB more to read and write, {} "
                                "multiply-accumulates of 16 bits",
                                each.op, oneLine(each.layer), shareText(each.share), double(each.bytes) / 1e3,
                                each.macs));
  }
  if (outcome.wide.size() > most)
    lines.push_back(fmt::format("  .. and {} more (-v shows all)", outcome.wide.size() - most));
  return lines;
}

static void writeFigures(llvm::json::OStream &out, llvm::StringRef key, const BudgetFigures &figures) {
  out.attributeObject(key, [&] {
    out.attribute("sqnr_db", jsonNumber(figures.sqnr));
    out.attribute("output", jsonText(figures.output));
    out.attribute("constant_bytes", figures.cost.constantBytes);
    out.attribute("arena_bytes", figures.cost.arenaBytes);
    out.attribute("moved_bytes", figures.cost.movedBytes);
  });
}

void tare::writeBudget(llvm::json::OStream &out, const BudgetOutcome &outcome) {
  out.attributeObject("budget", [&] {
    out.attribute("goal", jsonText(outcome.goal.text));
    out.attribute("samples", outcome.samples);
    out.attribute("candidates", int64_t(outcome.candidates));
    out.attribute("predicted_sqnr_db", jsonNumber(outcome.predicted));
    out.attribute("config", jsonText(outcome.config));
    writeFigures(out, "reached", outcome.reached);
    writeFigures(out, "all_8_bits", outcome.narrow);
    writeFigures(out, "all_16_bits", outcome.widest);
    out.attributeArray("wide", [&] {
      for (const WideValues &each : outcome.wide)
        out.object([&] {
          out.attribute("layer", jsonText(each.layer));
          out.attribute("operator", each.op);
          out.attributeArray("values", [&] {
            for (const std::string &name : each.values)
              out.value(jsonText(name));
          });
          out.attribute("share_of_error", jsonNumber(each.share));
          out.attribute("bytes", each.bytes);
          out.attribute("macs", each.macs);
        });
    });
  });
}
