//===- Apply.cpp - Which rule hits which layer ----------------------------===//
#include "tare/Config/Apply.h"
#include "tare/Diagnostics/Nearest.h"

#include "llvm/ADT/StringExtras.h"

#include <algorithm>

using namespace tare;
using namespace tare::config;

namespace {

/// What a rule says of a layer: of a tensor by its name, what that is.
Settings saidOf(const Layer &layer, const Rule &rule) {
  Settings said = rule.settings;
  const std::vector<std::string> &tensors = rule.selector.tensors;
  if (tensors.empty())
    return said;
  if (llvm::is_contained(tensors, layer.weights))
    said.activations = {};
  else
    said.layer = {said.layer.keepFloat, {}, {}, {}};
  return said;
}

/// What of a rule's settings a layer takes, and why not the others.
Settings takenBy(const Layer &layer, const Rule &rule, std::string &why) {
  const Settings settings = saidOf(layer, rule);
  Settings taken;
  auto note = [&](const std::string &refusal) {
    if (!refusal.empty() && why.empty())
      why = "'" + layer.name + "' (" + layer.op + ") takes none of it: " + refusal;
    return refusal.empty();
  };
  if (settings.hasActivations() && note(layer.refusals.activations))
    taken.activations = settings.activations;
  if (settings.hasWeights() && note(layer.refusals.weights)) {
    taken.layer = settings.layer;
    taken.layer.keepFloat.reset();
  }
  if (settings.layer.keepFloat && note(*settings.layer.keepFloat ? layer.refusals.keepFloat : ""))
    taken.layer.keepFloat = settings.layer.keepFloat;
  return taken;
}

class Application {
public:
  Application(const Rules &rules, const std::vector<Layer> &layers, const Target &target, ElementType activations)
      : rules(rules), layers(layers), index(layers), target(target), activations(activations) {}

  Result<Outcome> run() {
    outcome.layers.resize(layers.size());
    for (size_t number = 0; number < rules.size(); ++number)
      if (Status applied = apply(number); !applied)
        return applied.error();
    for (size_t i = 0; i < layers.size(); ++i) {
      if (std::string why = whyNotOnTarget(layers[i], outcome.layers[i]); !why.empty())
        return Error{why};
      settle(outcome.layers[i].settings.activations);
    }
    return std::move(outcome);
  }

private:
  Status apply(size_t number) {
    const Rule &rule = rules[number];
    Result<std::vector<size_t>> hit = index.select(rule.selector);
    if (!hit)
      return Error{rule.place + ": " + hit.error().message};
    if (hit->empty() && !rule.isLenient)
      return Error{rule.place + ": the rule hits no layer: " + rule.selector.text() + nearestOf(rule.selector)};
    std::string why;
    bool isTaken = false;
    for (size_t i : *hit) {
      Settings taken = takenBy(layers[i], rule, why);
      if (taken.empty())
        continue;
      if (Status fits = checkChannels(rule, layers[i], taken); !fits)
        return fits;
      isTaken = true;
      outcome.layers[i].rules.push_back(number);
      outcome.layers[i].settings.override(taken);
    }
    if (!isTaken && !rule.isLenient)
      return Error{rule.place + ": the rule changes nothing: " + why};
    if (!isTaken)
      outcome.unused.push_back(number);
    return success();
  }

  /// What a single name may have meant.
  std::string nearestOf(const Selector &selector) const {
    std::vector<std::string> names, operators, values;
    for (const Layer &layer : layers) {
      names.push_back(layer.name);
      operators.push_back(layer.op);
      values.insert(values.end(), layer.values.begin(), layer.values.end());
    }
    auto of = [](const std::vector<std::string> &given, const std::vector<std::string> &known) {
      return given.size() == 1 ? didYouMean(given.front(), known) : std::string();
    };
    if (std::string meant = of(selector.layers, names) + of(selector.values, values); !meant.empty())
      return meant;
    if (!selector.operators.empty()) {
      std::sort(operators.begin(), operators.end());
      operators.erase(std::unique(operators.begin(), operators.end()), operators.end());
      return "; the network has the operators " + llvm::join(operators, ", ");
    }
    return "; `tare inspect` lists the layers";
  }

  static Status checkChannels(const Rule &rule, const Layer &layer, const Settings &taken) {
    const size_t scales = taken.layer.weightScales.size();
    if (scales > 1 && int64_t(scales) != layer.channels)
      return Error{rule.place + ": weights.scale has " + std::to_string(scales) + " numbers, expected one or " +
                   std::to_string(layer.channels) + ", one for each output channel of '" + layer.name + "'"};
    if (scales > 1 && rule.weightsAxis && !llvm::is_contained(layer.channelAxes, *rule.weightsAxis))
      return Error{rule.place + ": the scales of '" + layer.weights + "' run along axis " +
                   std::to_string(*rule.weightsAxis) + ", expected that of the output channels of '" + layer.name +
                   "', " + std::to_string(layer.channelAxes.front())};
    return success();
  }

  /// The other width may be symmetric where the usual one is not.
  void settle(qnn::ValueChoice &value) const {
    if (value.bits && !value.symmetric)
      value.symmetric = target.activation(*value.bits == 16 ? ElementType::i16 : ElementType::i8)->symmetric;
  }

  /// What holds of a layer, and the target does not have; empty where all is well. Names the last rule that hit it.
  std::string whyNotOnTarget(const Layer &layer, const LayerOutcome &of) const {
    std::string why = lackOf(of.settings);
    if (why.empty())
      return why;
    return rules[of.rules.back()].place + ": layer '" + layer.name + "': target '" + target.name + "' " + why;
  }

  std::string lackOf(const Settings &settings) const {
    const qnn::ValueChoice &value = settings.activations;
    const bool isWide = value.bits ? *value.bits == 16 : activations == ElementType::i16;
    const ActivationFormat *format = target.activation(isWide ? ElementType::i16 : ElementType::i8);
    if (!format)
      return std::string("has no activations of ") + (isWide ? "16" : "8") + " bits; leave activations.bits out";
    if (isWide != (activations == ElementType::i16) && target.powerOfTwoScales())
      return "has activations of one width in a program; leave activations.bits out, or set it for all by "
             "--activations";
    if (value.symmetric && !*value.symmetric && format->symmetric)
      return "has symmetric activations; leave activations.symmetric out";
    if (value.zeroPoint && *value.zeroPoint != 0 && format->symmetric)
      return "has symmetric activations, whose zero point is 0, found " + std::to_string(*value.zeroPoint);
    if (value.zeroPoint && *value.zeroPoint != 0 && value.symmetric.value_or(false))
      return "has zero point 0 where activations are symmetric, found " + std::to_string(*value.zeroPoint) +
             "; leave activations.symmetric or activations.zero_point out";
    const int64_t most = isWide ? 32767 : 127;
    if (value.zeroPoint && (*value.zeroPoint < -most - 1 || *value.zeroPoint > most))
      return "has zero points from " + std::to_string(-most - 1) + " to " + std::to_string(most) + ", found " +
             std::to_string(*value.zeroPoint);
    const qnn::LayerChoice &layer = settings.layer;
    if ((!layer.perChannel.value_or(true) || !layer.weightScales.empty()) && target.powerOfTwoScales())
      return "only shifts: the scales of weights are chosen together; leave weights.scale and weights.per_channel out";
    if ((layer.perChannel.value_or(false) || layer.weightScales.size() > 1) && !target.weights.perChannel)
      return "has one scale for a layer's weights; leave weights.per_channel out";
    return "";
  }

  const Rules &rules;
  const std::vector<Layer> &layers;
  const LayerIndex index;
  const Target &target;
  const ElementType activations;
  Outcome outcome;
};

} // namespace

qnn::Choices Outcome::choices(const std::vector<Layer> &all) const {
  qnn::Choices choices;
  for (size_t i = 0; i < all.size(); ++i) {
    const Settings &settings = layers[i].settings;
    if ((settings.hasWeights() || settings.layer.keepFloat) && !all[i].name.empty()) {
      // Of several steps of one node.
      Settings together{{}, choices.layers[all[i].name]};
      together.override(settings);
      choices.layers[all[i].name] = together.layer;
    }
    if (settings.hasActivations())
      for (const std::string &value : all[i].values)
        if (!value.empty())
          choices.values[value] = settings.activations;
  }
  return choices;
}

Result<Outcome> tare::config::apply(const Rules &rules, const std::vector<Layer> &layers, const Target &target,
                                    ElementType activations) {
  return Application(rules, layers, target, activations).run();
}

std::string tare::config::textOfUnused(const Outcome &outcome, const Rules &rules) {
  constexpr size_t shown = 8;
  if (outcome.unused.empty())
    return "";
  const std::string file = llvm::StringRef(rules[outcome.unused.front()].place).rsplit(':').first.str();
  std::string names;
  for (size_t number : llvm::ArrayRef(outcome.unused).take_front(shown))
    names += (names.empty() ? "" : "; ") + rules[number].selector.text();
  if (outcome.unused.size() > shown)
    names += "; ..";
  return file + ": " + std::to_string(outcome.unused.size()) + " of " + std::to_string(rules.size()) +
         " entries are of nothing that has a grid of its own here, and change nothing: " + names;
}
