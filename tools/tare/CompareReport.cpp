//===- CompareReport.cpp - What a comparison shows ------------------------===//
#include "CompareReport.h"

#include "Console.h"
#include "Driver/Compare/DifferenceText.h"
#include "Table.h"

#include <cmath>
#include <fmt/format.h>

using namespace tare;

namespace {

std::string sqnrText(const Difference &d) {
  if (d.differing == 0 && d.isFinite())
    return "equal";
  return d.sqnr() == -HUGE_VAL ? "none" : fmt::format("{:.2f}", d.sqnr());
}

/// Nothing where all is finite, as it should be: the columns are not shown then.
std::string countText(const Difference &d, int64_t count) { return d.isFinite() ? "" : fmt::format("{}", count); }

/// Indices and bools have no angle and no signal: the share of them that is equal tells how far they are apart.
void addRow(Table &table, const ComparedValue &value) {
  const Difference &d = value.difference;
  table.add({value.name, value.value == value.name ? "" : value.value, value.kind, toString(value.shape),
             value.isDiscrete ? "" : fmt::format("{:.6f}", d.cosine()), value.isDiscrete ? "" : sqnrText(d),
             value.isDiscrete ? percentEqual(d) : "", fmt::format("{:.4g}", d.largest), fmt::format("{}", d.differing),
             fmt::format("{}", d.total), countText(d, d.nonFiniteReference), countText(d, d.nonFiniteOther)});
}

/// "3 of 40 elements differ", with what they are judged by.
std::string textOf(const Difference &d, bool areDiscrete) {
  if (d.differing == 0 && d.isFinite())
    return fmt::format("all {} elements are equal", d.total);
  std::string text = fmt::format("{} of {} elements differ", d.differing, d.total);
  return areDiscrete ? text + fmt::format(", {} are equal", percentEqual(d))
                     : text + fmt::format(", cosine {:.6f}, SQNR {}", d.cosine(), decibels(d.sqnr(), 2));
}

void summarize(const Comparison &comparison, int64_t sampleCount) {
  Difference numbers, discrete;
  for (const ComparedValue &output : comparison.outputs())
    (output.isDiscrete ? discrete : numbers).add(output.difference);
  std::string text = numbers.total || !discrete.total ? textOf(numbers, false) : "";
  if (discrete.total)
    text += (text.empty() ? "" : "; of indices and bools ") + textOf(discrete, true);
  writeOut("\n{} samples, {} layers; the outputs: {}\n", sampleCount, comparison.layers().size(), text);
}

} // namespace

void tare::printComparison(const Comparison &comparison, int64_t sampleCount) {
  using Align = Table::Align;
  Table table({{"layer", Align::left},
               {"value", Align::left},
               {"kind", Align::left},
               {"shape"},
               {"cosine"},
               {"SQNR dB"},
               {"equal"},
               {"largest difference"},
               {"differing"},
               {"elements"},
               {"NaN, inf in A"},
               {"in B"}});
  for (const ComparedValue &layer : comparison.layers())
    addRow(table, layer);
  for (const ComparedValue &output : comparison.outputs())
    addRow(table, output);
  table.print();
  summarize(comparison, sampleCount);
}
