//===- ExplanationTable.cpp - What an explanation shows, for people -------===//
#include "ExplanationTable.h"

#include "Console.h"
#include "Driver/Compare/DifferenceText.h"
#include "Table.h"
#include "tare/Diagnostics/OneLine.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace tare;
using namespace tare::explain;
using Align = Table::Align;

namespace {

/// "12.3"; nothing where it would be 0.0.
std::string percent(double share) {
  constexpr double least = 0.0005;
  return share >= least ? fmt::format("{:.1f}", 100 * share) : "";
}

std::string decibelsOf(double sqnr) { return std::isfinite(sqnr) ? fmt::format("{:.2f}", sqnr) : "none"; }

void printLayers(const Explanation &explanation, size_t top) {
  std::vector<Table::Column> columns = {
      {"layer", Align::left}, {"value", Align::left}, {"kind", Align::left}, {"alone dB"}, {"share %"}};
  for (Source source : sources)
    columns.push_back({std::string(nameOf(source))});
  columns.push_back({"best gain dB"});
  Table table(std::move(columns));
  for (size_t i = 0; i != std::min(top, explanation.layers.size()); ++i) {
    const LayerLine &layer = explanation.layers[i];
    std::vector<std::string> row = {layer.name, layer.value == layer.name ? "" : layer.value, layer.kind,
                                    decibelsOf(layer.sqnr[explanation.output]), percent(layer.share)};
    for (double share : layer.shares)
      row.push_back(percent(share));
    row.push_back(layer.gain ? fmt::format("{:+.2f}", *layer.gain) : "");
    table.add(row);
  }
  table.print();
}

void printRemedies(const Explanation &explanation, size_t top) {
  constexpr double noticeable = 0.05;
  Table table({{"remedy", Align::left}, {"against", Align::left}, {"SQNR dB"}, {"gain dB"}});
  size_t shown = 0;
  for (const RemedyLine &remedy : explanation.remedies)
    if (remedy.gain >= noticeable && shown++ < top)
      table.add({remedy.isRule ? "- " + remedy.text : remedy.text, std::string(nameOf(remedy.source)),
                 decibelsOf(remedy.sqnr[explanation.output]), fmt::format("{:+.2f}", remedy.gain)});
  if (shown == 0)
    return writeOut("no remedy was found that brings {} dB\n", noticeable);
  table.print();
}

} // namespace

void tare::printExplanation(const Explanation &explanation, size_t top) {
  printLayers(explanation, top);
  const OutputLine &output = explanation.outputs[explanation.output];
  writeOut("\n{} samples, {} layers; output '{}': the program {}, all of these together {}\n\n", explanation.samples,
           explanation.layers.size(), oneLine(output.name), decibels(output.sqnr, 2), decibels(output.fixed, 2));
  printRemedies(explanation, top);
}

static void printHypotheses(const AgainstResult &result, size_t top) {
  const AgainstLayer &layer = result.layers[*result.first];
  if (result.hypotheses.empty())
    return writeOut("nothing that was tried makes more of its elements equal\n");
  Table table({{"what makes more of them equal", Align::left}, {"equal"}, {"elements"}});
  for (size_t i = 0; i != std::min(top, result.hypotheses.size()); ++i)
    table.add(
        {result.hypotheses[i].text, fmt::format("{}", result.hypotheses[i].equal), fmt::format("{}", layer.elements)});
  table.print();
}

void tare::printDifference(const AgainstResult &result, size_t top) {
  Table table({{"layer", Align::left},
               {"value", Align::left},
               {"kind", Align::left},
               {"elements"},
               {"differing"},
               {"largest, steps"}});
  size_t shown = 0;
  for (const AgainstLayer &layer : result.layers)
    if (layer.differing > 0 && shown++ < top)
      table.add({layer.name, layer.value == layer.name ? "" : layer.value, layer.kind,
                 fmt::format("{}", layer.elements), fmt::format("{}", layer.differing),
                 fmt::format("{}", layer.largest)});
  if (!result.first)
    return writeOut("{} samples: all elements of {} layers are equal\n", result.samples, result.layers.size());
  table.print();
  const AgainstLayer &first = result.layers[*result.first];
  writeOut("\n{} samples; the first of {} layers that differs: '{}', {} of {} elements by up to {} steps\n\n",
           result.samples, result.layers.size(), oneLine(first.name), first.differing, first.elements, first.largest);
  printHypotheses(result, top);
}
