//===- EvaluationTable.cpp - What an evaluation shows, for people ---------===//
#include "EvaluationTable.h"

#include "Console.h"
#include "Driver/Evaluate/Metrics/Loss.h"
#include "Table.h"
#include "tare/Diagnostics/OneLine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;

void tare::printEvaluation(const EvaluationReport &report) {
  using Align = Table::Align;
  const MetricKind::Names names = report.kind.names();
  std::vector<Table::Column> columns = {{"rank"}, {"configuration", Align::left}, {"form", Align::left}, {names.score}};
  for (const std::string &further : names.further)
    columns.push_back({further});
  columns.push_back({"loss %"});
  columns.push_back({"failed", Align::left});
  Table table(columns);
  size_t rank = 0;
  auto add = [&](const Configuration &each, bool isReference) {
    std::string number = isReference || !each.score ? "" : fmt::format("{}", ++rank);
    std::vector<std::string> row = {number, each.file, each.form,
                                    each.score ? report.kind.textOf(each.score->value) : ""};
    for (size_t i = 0; i != names.further.size(); ++i)
      row.push_back(each.score ? report.kind.textOf(each.score->further[i]) : "");
    std::optional<double> loss = each.score ? lossInPercent(each.score->value, report.real()) : std::nullopt;
    row.push_back(loss && !isReference ? fmt::format("{:.3f}", *loss) : "");
    row.push_back(each.failure.value_or(""));
    table.add(row);
  };
  add(report.evaluation.reference(), true);
  for (const Configuration *each : report.ranked())
    add(*each, false);
  table.print();
  // A failure beside it silences warnings, not this.
  std::string leaked = report.calibrated && !report.calibrated->found().empty()
                           ? fmt::format(", {} of which were calibrated on", report.calibrated->found().size())
                           : "";
  const std::string against = !report.data.labels.empty() ? fmt::format("'{}'", oneLine(report.data.labels))
                              : report.metric.starts_with(commandPrefix) ? "what the program knows"
                                                                         : "the float model";
  writeOut("\n{} samples{}; {} of '{}' against {}\n", report.data.samples->sampleCount(), leaked,
           oneLine(report.metric), oneLine(fmt::format("{}", fmt::join(report.outputs, "', '"))), against);
}
