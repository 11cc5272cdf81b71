//===- Apply.h - Which rule hits which layer --------------------*- C++ -*-===//
#ifndef TARE_CONFIG_APPLY_H
#define TARE_CONFIG_APPLY_H

#include "tare/Config/Layers.h"
#include "tare/Config/Rules.h"
#include "tare/Target/Target.h"

namespace tare::config {

/// What one layer gets.
struct LayerOutcome {
  /// The rules that hit it, by their numbers, in order.
  std::vector<size_t> rules;
  /// What holds in the end, of what the layer takes.
  Settings settings;
};

struct Outcome {
  /// One for each layer.
  std::vector<LayerOutcome> layers;
  /// Rules of other tools' tables of which the network has nothing, by their numbers.
  std::vector<size_t> unused;

  /// What passes go by.
  qnn::Choices choices(const std::vector<Layer> &all) const;
};

/// Applies rules in order: what a later one says wins. An error names the rule's place: a rule that hits no layer, or
/// none that takes any of its settings; and what the target does not have. `activations`: the type that activations
/// have without a rule.
Result<Outcome> apply(const Rules &rules, const std::vector<Layer> &layers, const Target &target,
                      ElementType activations);

/// One sentence about the entries of tables that are of nothing in the network; empty where there are none.
std::string textOfUnused(const Outcome &outcome, const Rules &rules);

/// The layers of a network by their names, so that what is named exactly is found in no time.
class LayerIndex {
public:
  /// By name, the numbers of layers.
  using ByName = llvm::StringMap<std::vector<size_t>>;

  /// `layers` outlive this.
  explicit LayerIndex(const std::vector<Layer> &layers);

  /// The numbers of the layers that a selector is about. An error where a value of `between` is none of the network's,
  /// or a name neither one of the network's nor a glob.
  Result<std::vector<size_t>> select(const Selector &selector) const;

private:
  std::vector<size_t> feedersOf(const std::vector<std::string> &readers) const;

  const std::vector<Layer> &layers;
  /// `byTensor`: values and weights.
  ByName byName, byValue, byTensor;
};

} // namespace tare::config

#endif // TARE_CONFIG_APPLY_H
