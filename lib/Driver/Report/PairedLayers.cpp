//===- PairedLayers.cpp - The layers of two programs ----------------------===//
#include "Driver/Report/PairedLayers.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>

using namespace tare;

namespace {

/// By the name of a value the layers that give it, the last first.
std::map<std::string, std::vector<size_t>> layersByValue(const Report &report) {
  std::map<std::string, std::vector<size_t>> layers;
  for (size_t i = report.layers.size(); i-- != 0;)
    layers[report.inspection.layers[i].value].push_back(i);
  return layers;
}

/// Of each layer of the first that of the second which it stands beside.
std::vector<std::optional<size_t>> partnersOf(const Report &first, const Report &second) {
  std::vector<std::optional<size_t>> partners(first.layers.size());
  const std::map<std::string, std::vector<size_t>> others = layersByValue(second);
  for (const auto &[value, layers] : layersByValue(first))
    if (auto found = others.find(value); found != others.end())
      for (size_t i = 0; i != std::min(layers.size(), found->second.size()); ++i)
        partners[layers[i]] = found->second[i];
  return partners;
}

/// "8.0 kB"
std::string kilobytes(int64_t bytes) { return fmt::format("{:.1f} kB", double(bytes) * 1e-3); }

int64_t memoryOf(const Report &report) { return report.inspection.memory->arena + report.inspection.memory->constants; }

std::optional<double> leastSqnr(const Report &report) {
  std::optional<double> least;
  for (const ReportedAccuracy &output : report.accuracy)
    if (const double sqnr = output.accuracy.difference.sqnr(); !output.accuracy.isDiscrete && !std::isnan(sqnr))
      least = std::min(least.value_or(HUGE_VAL), sqnr);
  return least;
}

std::string accuracyText(double first, double second) {
  if (first == second)
    return "Their worst outputs have the same SQNR";
  if (!std::isfinite(first) || !std::isfinite(second))
    return second > first ? "The second is closer to the model" : "The first is closer to the model";
  return fmt::format("The second is {:.1f} dB {} the model in its worst output ({:.1f} dB, the first {:.1f} dB)",
                     std::abs(second - first), second > first ? "closer to" : "farther from", second, first);
}

} // namespace

std::vector<LayerPair> tare::pairLayers(const Report &first, const Report &second) {
  const std::vector<std::optional<size_t>> partners = partnersOf(first, second);
  std::vector<bool> isPartner(second.layers.size());
  for (const std::optional<size_t> &partner : partners)
    if (partner)
      isPartner[*partner] = true;
  std::vector<LayerPair> pairs;
  size_t next = 0;
  // Of the second up to that layer what the first does not have.
  auto addAlone = [&](size_t end) {
    for (; next < end; ++next)
      if (!isPartner[next])
        pairs.push_back({std::nullopt, next});
  };
  for (size_t i = 0; i != partners.size(); ++i) {
    if (partners[i])
      addAlone(*partners[i]);
    pairs.push_back({i, partners[i]});
  }
  addAlone(second.layers.size());
  return pairs;
}

Verdict tare::verdictOfBoth(const Report &first, const Report &second) {
  const std::optional<double> a = leastSqnr(first), b = leastSqnr(second);
  std::string text =
      a && b ? accuracyText(*a, *b) : "Which one is closer to the model is not known, as no data were given";
  text += fmt::format(". Arena and constants take {}, those of the first {}.", kilobytes(memoryOf(second)),
                      kilobytes(memoryOf(first)));
  return {second.verdict.grade, text};
}

void tare::writeBoth(llvm::json::OStream &out, const Report &first, const Report &second) {
  auto writeIndex = [&](const std::optional<size_t> &index) {
    out.value(index ? llvm::json::Value(int64_t(*index)) : llvm::json::Value(nullptr));
  };
  const Verdict verdict = verdictOfBoth(first, second);
  out.object([&] {
    out.attributeObject("verdict", [&] {
      out.attribute("grade", nameOf(verdict.grade));
      out.attribute("text", jsonText(verdict.text));
    });
    out.attributeArray("pairs", [&] {
      for (const LayerPair &pair : pairLayers(first, second))
        out.array([&] {
          writeIndex(pair.first);
          writeIndex(pair.second);
        });
    });
    out.attributeArray("programs", [&] {
      writeReport(out, first);
      writeReport(out, second);
    });
  });
}
