//===- Explanation.cpp - What was found of a program's errors -------------===//
#include "Driver/Explain/Explanation.h"

#include "Driver/Json.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace tare;
using namespace tare::explain;

double explain::sqnrOf(double signal, double noise) { return noise > 0 ? 10 * std::log10(signal / noise) : HUGE_VAL; }

static double powerOf(const SiteNoise &site, size_t output) {
  double power = 0;
  for (const Powers &powers : site.bySource)
    power += powers[output];
  return power;
}

std::vector<size_t> explain::rankedSites(const Measured &measured, size_t output) {
  std::vector<size_t> order(measured.sites.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [&](size_t site) { return powerOf(measured.sites[site], output); });
  return order;
}

static std::vector<double> sqnrsOf(const Powers &signal, const Powers &noise) {
  std::vector<double> sqnrs;
  for (size_t i = 0; i != signal.size(); ++i)
    sqnrs.push_back(sqnrOf(signal[i], noise[i]));
  return sqnrs;
}

static LayerLine lineOf(const Site &site, const SiteNoise &noise, const Powers &signal, size_t output, double total) {
  LayerLine line{site.name, site.value, site.kind, 0, {}, {}, {}};
  Powers powers(signal.size());
  for (size_t i = 0; i != powers.size(); ++i)
    powers[i] = powerOf(noise, i);
  for (size_t source = 0; source != sources.size(); ++source)
    line.shares[source] = total > 0 ? noise.bySource[source][output] / total : 0;
  line.share = total > 0 ? powers[output] / total : 0;
  line.sqnr = sqnrsOf(signal, powers);
  return line;
}

/// Of two that are exact none.
static double gainOf(double before, double after) { return before == after ? 0 : after - before; }

Explanation explain::explanationOf(const Networks &networks, const Measured &measured,
                                   const std::vector<ExplainedOutput> &outputs, size_t output,
                                   const std::vector<Remedy> &remedies) {
  Explanation result;
  result.output = output;
  for (size_t i = 0; i != outputs.size(); ++i)
    result.outputs.push_back({outputs[i].name, sqnrOf(measured.signal[i], measured.program[i]),
                              sqnrOf(measured.signal[i], measured.fixed[i])});
  double total = 0;
  for (const SiteNoise &site : measured.sites)
    total += powerOf(site, output);
  const std::vector<size_t> ranked = rankedSites(measured, output);
  for (size_t site : ranked)
    result.layers.push_back(lineOf(networks.sites()[site], measured.sites[site], measured.signal, output, total));
  for (const Remedy &remedy : remedies) {
    const std::string layer = remedy.site ? networks.sites()[*remedy.site].name : "";
    result.remedies.push_back(
        {layer, remedy.source, remedy.text, remedy.isRule, sqnrsOf(measured.signal, remedy.noise), 0});
    RemedyLine &line = result.remedies.back();
    line.gain = gainOf(result.outputs[output].fixed, line.sqnr[output]);
    if (!remedy.site)
      continue;
    LayerLine &mended = result.layers[size_t(std::ranges::find(ranked, *remedy.site) - ranked.begin())];
    mended.gain = std::max(mended.gain.value_or(line.gain), line.gain);
  }
  std::ranges::stable_sort(result.remedies, std::ranges::greater(), &RemedyLine::gain);
  result.inLoops = networks.findings().inLoops;
  result.unknown = networks.findings().unknown;
  result.otherWeights = networks.findings().otherWeights;
  return result;
}

static void writeNumbers(llvm::json::OStream &out, llvm::StringRef key, const std::vector<double> &numbers) {
  out.attributeArray(key, [&] {
    for (double number : numbers)
      out.value(jsonNumber(number));
  });
}

static void writeNames(llvm::json::OStream &out, llvm::StringRef key, const std::vector<std::string> &names) {
  out.attributeArray(key, [&] {
    for (const std::string &name : names)
      out.value(jsonText(name));
  });
}

static void writeLayer(llvm::json::OStream &out, const LayerLine &layer) {
  out.attribute("name", jsonText(layer.name));
  out.attribute("value", jsonText(layer.value));
  out.attribute("kind", layer.kind);
  out.attribute("share", jsonNumber(layer.share));
  out.attributeObject("shares", [&] {
    for (Source source : sources)
      out.attribute(nameOf(source), jsonNumber(layer.shares[size_t(source)]));
  });
  writeNumbers(out, "sqnr_db", layer.sqnr);
  out.attribute("gain_db", layer.gain ? jsonNumber(*layer.gain) : llvm::json::Value(nullptr));
}

static void writeRemedy(llvm::json::OStream &out, const RemedyLine &remedy) {
  out.attribute("layer", remedy.layer.empty() ? llvm::json::Value(nullptr) : llvm::json::Value(jsonText(remedy.layer)));
  out.attribute("source", llvm::StringRef(nameOf(remedy.source)));
  out.attribute("text", jsonText(remedy.text));
  out.attribute("is_rule", remedy.isRule);
  writeNumbers(out, "sqnr_db", remedy.sqnr);
  out.attribute("gain_db", jsonNumber(remedy.gain));
}

void Explanation::write(llvm::json::OStream &out) const {
  out.attribute("samples", samples);
  out.attributeArray("outputs", [&] {
    for (const OutputLine &each : outputs)
      out.object([&] {
        out.attribute("name", jsonText(each.name));
        out.attribute("sqnr_db", jsonNumber(each.sqnr));
        out.attribute("together_db", jsonNumber(each.fixed));
      });
  });
  out.attribute("output", jsonText(outputs[output].name));
  out.attributeArray("layers", [&] {
    for (const LayerLine &layer : layers)
      out.object([&] { writeLayer(out, layer); });
  });
  out.attributeArray("remedies", [&] {
    for (const RemedyLine &remedy : remedies)
      out.object([&] { writeRemedy(out, remedy); });
  });
  writeNames(out, "in_loops", inLoops);
  writeNames(out, "unknown", unknown);
  writeNames(out, "other_weights", otherWeights);
}
