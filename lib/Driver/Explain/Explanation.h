//===- Explanation.h - What was found of a program's errors -----*- C++ -*-===//
#ifndef TARE_DRIVER_EXPLAIN_EXPLANATION_H
#define TARE_DRIVER_EXPLAIN_EXPLANATION_H

#include "Driver/Explain/Remedy.h"

#include "llvm/Support/JSON.h"

namespace tare::explain {

struct OutputLine {
  std::string name;
  /// In dB: of the program, and of the float network with all sources together.
  double sqnr = 0, fixed = 0;
};

struct LayerLine {
  std::string name, value, kind;
  /// Of the noise of all layers at the output, from 0 to 1: this layer's, and by source.
  double share = 0;
  std::array<double, sources.size()> shares = {};
  /// In dB, by output, where this layer alone has errors.
  std::vector<double> sqnr;
  /// What the best remedy for this layer brings, in dB; below 0 where its error takes off another's. Nothing where none
  /// was tried.
  std::optional<double> gain;
};

struct RemedyLine {
  /// Empty where it is of all layers.
  std::string layer;
  Source source = Source::rounding;
  std::string text;
  bool isRule = true;
  /// In dB, by output, of the float network with all sources but what the remedy mends; and beside that without it, at
  /// the output.
  std::vector<double> sqnr;
  double gain = 0;
};

struct Explanation {
  int64_t samples = 0;
  std::vector<OutputLine> outputs;
  /// The one that layers are ranked by.
  size_t output = 0;
  /// The worst first; and the remedies, the best first.
  std::vector<LayerLine> layers;
  std::vector<RemedyLine> remedies;
  /// Names of layers that are not told apart, as in Sites.
  std::vector<std::string> inLoops, unknown, otherWeights;

  void write(llvm::json::OStream &out) const;
};

/// The sites in the order of what they do to an output, the worst first.
std::vector<size_t> rankedSites(const Measured &measured, size_t output);

/// Everything that was measured, in dB and shares.
Explanation explanationOf(const Networks &networks, const Measured &measured,
                          const std::vector<ExplainedOutput> &outputs, size_t output,
                          const std::vector<Remedy> &remedies);

/// 10 log10(signal / noise); infinite where there is no noise.
double sqnrOf(double signal, double noise);

} // namespace tare::explain

#endif // TARE_DRIVER_EXPLAIN_EXPLANATION_H
