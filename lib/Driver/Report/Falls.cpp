//===- Falls.cpp - Where accuracy is lost on the way ----------------------===//
//
// The share of a signal's power that is error, 10^(-SQNR / 10), is what layers
// add to: of what a layer reads the worst counts, and the rest is its own. What
// nothing that reads the layer has as much of has ended there.
//
//===----------------------------------------------------------------------===//
#include "Driver/Report/Report.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cmath>
#include <set>

using namespace tare;

namespace {

/// Below a thousandth of the signal's power, 30 dB, nobody looks for it.
constexpr double worthAWord = 1e-3;

/// Of a value of the model several layers may have the name: a sum and what rounds or dequantizes it. The last is
/// compared, and what leads to it alone is as good.
void shareAccuracy(Report &report) {
  for (size_t i = report.layers.size(); i-- != 0;) {
    const ReportedLayer &layer = report.layers[i];
    if (!layer.accuracy || !layer.moves || layer.operands.size() != 1 || layer.operands.front() < 0)
      continue;
    const size_t before = size_t(layer.operands.front());
    if (report.layers[before].accuracy || report.inspection.layers[before].value != report.inspection.layers[i].value)
      continue;
    report.layers[before].accuracy = layer.accuracy;
    report.layers[before].seen = layer.seen;
  }
}

/// Nothing of what is not compared, of bools and indices, of a signal of zeros, of which nothing is a share, and of
/// numbers that are not finite, which are told elsewhere.
std::optional<double> errorOf(const ReportedLayer &layer) {
  if (!layer.accuracy || layer.accuracy->isDiscrete)
    return std::nullopt;
  const double sqnr = layer.accuracy->difference.sqnr();
  return std::isnan(sqnr) || sqnr == -HUGE_VAL ? std::nullopt : std::optional(std::pow(10, -sqnr / 10));
}

/// Whether it joins results, of which a large one hides what a small one has lost.
bool joins(const ReportedLayer &layer) { return layer.moves && layer.operands.size() > 1; }

/// Of each layer the most error that what reads it has; without bound where that leaves the program. What is not
/// compared, and what joins, stands for what reads that.
std::vector<double> errorsOfReaders(const Report &report) {
  std::vector<double> errors(report.layers.size());
  for (const ReportedOutput &output : report.outputs)
    if (output.layer >= 0)
      errors[output.layer] = HUGE_VAL;
  // Readers come behind what they read.
  for (size_t i = report.layers.size(); i-- != 0;) {
    const ReportedLayer &layer = report.layers[i];
    const double noticed = joins(layer) ? errors[i] : errorOf(layer).value_or(errors[i]);
    for (int64_t operand : layer.operands)
      if (operand >= 0)
        errors[operand] = std::max(errors[operand], noticed);
  }
  return errors;
}

/// What is joined in a result, directly or on the way to it, in the order of the operands: of each way the first layer
/// that is compared.
std::vector<size_t> partsOf(const std::vector<ReportedLayer> &layers, int64_t result) {
  std::vector<size_t> parts;
  std::vector<int64_t> waiting = {result};
  std::set<int64_t> met;
  while (!waiting.empty()) {
    int64_t layer = waiting.back();
    waiting.pop_back();
    std::optional<size_t> part;
    // To the next join, or to what is computed.
    for (; layer >= 0; layer = layers[layer].operands.front()) {
      if (!part && layers[layer].accuracy)
        part = size_t(layer);
      if (!layers[layer].moves || layers[layer].operands.size() != 1)
        break;
    }
    if (layer >= 0 && joins(layers[layer])) {
      if (met.insert(layer).second)
        waiting.insert(waiting.end(), layers[layer].operands.rbegin(), layers[layer].operands.rend());
    } else if (part && !llvm::is_contained(parts, *part)) {
      parts.push_back(*part);
    }
  }
  return parts;
}

} // namespace

void tare::findParts(Report &report) {
  for (ReportedAccuracy &output : report.accuracy)
    for (const ReportedOutput &given : report.outputs) {
      if (given.name != output.name)
        continue;
      output.parts = partsOf(report.layers, given.layer);
      if (output.parts.size() < 2)
        output.parts.clear();
    }
}

void tare::findFalls(Report &report) {
  shareAccuracy(report);
  const std::vector<double> ofReaders = errorsOfReaders(report);
  // What is not compared is as good as what it is made of; inputs are what they are.
  std::vector<double> noticed;
  for (size_t i = 0; i != report.layers.size(); ++i) {
    ReportedLayer &layer = report.layers[i];
    double before = 0;
    for (int64_t operand : layer.operands)
      before = operand >= 0 ? std::max(before, noticed[operand]) : before;
    const std::optional<double> own = errorOf(layer);
    noticed.push_back(own ? std::min(*own, ofReaders[i]) : before);
    if (!own)
      continue;
    layer.accuracy->noticed = noticed.back();
    layer.accuracy->added = std::max(noticed.back() - before, 0.0);
    if (before > 0 && noticed.back() > 0)
      layer.accuracy->fall = 10 * std::log10(noticed.back() / before);
  }
}

std::vector<size_t> tare::worstLayers(const Report &report, size_t most) {
  std::vector<size_t> worst;
  for (size_t i = 0; i != report.layers.size(); ++i)
    if (report.layers[i].accuracy && report.layers[i].accuracy->added >= worthAWord)
      worst.push_back(i);
  llvm::stable_sort(
      worst, [&](size_t a, size_t b) { return report.layers[a].accuracy->added > report.layers[b].accuracy->added; });
  worst.resize(std::min(worst.size(), most));
  return worst;
}
