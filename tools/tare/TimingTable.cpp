//===- TimingTable.cpp - What each step takes, for people -----------------===//
#include "TimingTable.h"

#include "Table.h"

#include <fmt/format.h>

using namespace tare;

static void addRow(Table &table, const std::string &indent, const TimedStep &step, double total) {
  table.add({indent + step.name, fmt::format("{:.3f}", step.seconds),
             fmt::format("{:.1f} %", 100 * shareOf(step, total)), fmt::format("{:.0f} MB", step.peakMegabytes)});
}

void tare::printTimedSteps(const std::vector<TimedStep> &steps) {
  double total = totalSeconds(steps);
  Table table({{"step", Table::Align::left}, {"seconds"}, {"share"}, {"peak memory"}});
  for (const TimedStep &step : steps) {
    addRow(table, "", step, total);
    for (const TimedStep &pass : step.passes)
      addRow(table, "  ", pass, total);
  }
  addRow(table, "", {"total", total, peakMegabytes(), {}, 0}, total);
  table.print();
}
