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

/// "8.0 kB", "1.25 MB"
std::string bytesText(int64_t bytes) {
  return bytes < 1000000 ? fmt::format("{:.1f} kB", double(bytes) * 1e-3)
                         : fmt::format("{:.2f} MB", double(bytes) * 1e-6);
}

int64_t memoryOf(const Report &report) { return report.inspection.memory->arena + report.inspection.memory->constants; }

std::string accuracyText(double first, double second) {
  if (first == second)
    return "The worst outputs of A and B have the same SQNR";
  if (!std::isfinite(first) || !std::isfinite(second))
    return second > first ? "B is closer to the model than A" : "A is closer to the model than B";
  return fmt::format("B is {:.1f} dB {} the model than A in the worst output ({:.1f} dB, A {:.1f} dB)",
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
      a && b ? accuracyText(*a, *b) : "Which of A and B is closer to the model is not known, as no data were given";
  text += fmt::format(". Arena and constants take {} in B, {} in A.", bytesText(memoryOf(second)),
                      bytesText(memoryOf(first)));
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
