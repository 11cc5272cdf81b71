//===- WriteYaml.cpp - The effective configuration ------------------------===//
#include "tare/Config/Write.h"
#include "tare/Diagnostics/OneLine.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/YAMLParser.h"
#include "llvm/Support/raw_ostream.h"

using namespace tare;
using namespace tare::config;

namespace {

std::string quoted(const std::string &name) {
  return "\"" + llvm::yaml::escape(name, /*EscapePrintable=*/false) + "\"";
}

/// Enough digits for a double to come back as it was.
std::string number(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.17g", value);
  return text;
}

/// Of a float32 nine digits do.
std::string shortNumber(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.9g", value);
  return text;
}

std::string flag(bool value) { return value ? "true" : "false"; }

std::string activationsText(const qnn::ValueChoice &choice) {
  std::vector<std::string> parts;
  if (choice.bits)
    parts.push_back("bits: " + std::to_string(*choice.bits));
  if (choice.symmetric)
    parts.push_back("symmetric: " + flag(*choice.symmetric));
  if (choice.method)
    parts.push_back("method: " + *choice.method);
  if (choice.percentile)
    parts.push_back("percentile: " + number(*choice.percentile));
  if (choice.range)
    parts.push_back("range: [" + number(choice.range->first) + ", " + number(choice.range->second) + "]");
  if (choice.scale)
    parts.push_back("scale: " + shortNumber(*choice.scale));
  if (choice.zeroPoint)
    parts.push_back("zero_point: " + std::to_string(*choice.zeroPoint));
  return "{" + llvm::join(parts, ", ") + "}";
}

std::string weightsText(const qnn::LayerChoice &choice) {
  std::vector<std::string> parts{"bits: 8"};
  if (choice.perChannel)
    parts.push_back("per_channel: " + flag(*choice.perChannel));
  if (!choice.weightScales.empty()) {
    std::vector<std::string> scales;
    for (double scale : choice.weightScales)
      scales.push_back(shortNumber(scale));
    parts.push_back("scale: " + (scales.size() == 1 ? scales.front() : "[" + llvm::join(scales, ", ") + "]"));
  }
  if (choice.biasCorrection)
    parts.push_back("bias_correction: " + flag(*choice.biasCorrection));
  if (choice.adaptiveRounding)
    parts.push_back(std::string("rounding: ") + (*choice.adaptiveRounding ? "adaptive" : "nearest"));
  return "{" + llvm::join(parts, ", ") + "}";
}

/// The steps of one node of the model, which have its name.
struct Node {
  std::vector<std::string> operators, notes;
  Settings settings;
  /// Of values whose settings differ from the first one's.
  std::vector<std::pair<std::string, qnn::ValueChoice>> others;
};

void add(Node &node, const Layer &layer, const Settings &settings) {
  if (!llvm::is_contained(node.operators, layer.op))
    node.operators.push_back(layer.op);
  if (!layer.refusals.activations.empty())
    node.notes.push_back(layer.refusals.activations);
  const bool isFirst = !node.settings.hasActivations();
  Settings rest = settings;
  if (!isFirst && settings.hasActivations() && settings.activations != node.settings.activations)
    for (const std::string &value : layer.values)
      node.others.emplace_back(value, settings.activations);
  if (!isFirst)
    rest.activations = {};
  node.settings.override(rest);
}

void write(llvm::raw_ostream &os, const std::string &selector, const Settings &settings, const std::string &comment) {
  os << "  - " << selector;
  if (!comment.empty())
    os << "  # " << oneLine(comment);
  os << "\n";
  if (settings.hasActivations())
    os << "    activations: " << activationsText(settings.activations) << "\n";
  if (settings.hasWeights())
    os << "    weights: " << weightsText(settings.layer) << "\n";
  if (settings.layer.keepFloat)
    os << "    keep_float: " << flag(*settings.layer.keepFloat) << "\n";
}

} // namespace

Settings tare::config::effectiveSettings(const Layer &layer, const Settings &chosen, const Defaults &defaults) {
  Settings settings = chosen;
  qnn::ValueChoice &value = settings.activations;
  if (layer.refusals.activations.empty() && !settings.layer.keepFloat.value_or(false)) {
    if (!value.bits && !layer.hasOwnWidth)
      value.bits = defaults.bits;
    if (!value.symmetric && value.bits)
      value.symmetric = defaults.symmetric;
    // What is fixed leaves nothing to find, whatever an earlier rule says.
    if (value.hasGrid())
      value.method.reset(), value.percentile.reset();
    auto method = defaults.methods.find(layer.values.front());
    if (!value.hasGrid() && !value.method && method != defaults.methods.end()) {
      value.method = method->second;
      if (*value.method == "percentile")
        value.percentile = defaults.percentile;
    }
  }
  if (layer.refusals.weights.empty()) {
    if (!settings.layer.perChannel && settings.layer.weightScales.empty())
      settings.layer.perChannel = defaults.perChannel;
    if (!settings.layer.biasCorrection)
      settings.layer.biasCorrection = defaults.biasCorrection;
    if (!settings.layer.adaptiveRounding)
      settings.layer.adaptiveRounding = defaults.adaptiveRounding;
  }
  return settings;
}

std::string tare::config::writeYaml(const std::vector<Layer> &layers, const Outcome &outcome,
                                    const Defaults &defaults) {
  llvm::MapVector<llvm::StringRef, Node> inputs, nodes;
  for (size_t i = 0; i < layers.size(); ++i)
    add((layers[i].isInput ? inputs : nodes)[layers[i].name], layers[i],
        effectiveSettings(layers[i], outcome.layers[i].settings, defaults));
  std::string rules;
  llvm::raw_string_ostream os(rules);
  bool isAny = false;
  for (auto *list : {&inputs, &nodes})
    for (const auto &[name, node] : *list) {
      const std::string note = node.notes.empty() ? "" : ": " + node.notes.front();
      const std::string comment = llvm::join(node.operators, ", ") + (node.settings.hasActivations() ? "" : note);
      isAny |= !node.settings.empty();
      if (node.settings.empty())
        os << "  # " << oneLine("'" + name.str() + "', " + comment) << "\n";
      else
        write(os, (list == &inputs ? "value: " : "layer: ") + quoted(name.str()), node.settings, comment);
      for (const auto &[value, choice] : node.others)
        write(os, "value: " + quoted(value), {choice, {}}, "of '" + name.str() + "'");
    }
  return "# What holds of each layer of " + oneLine(defaults.model) + " on target " + oneLine(defaults.target) +
         ". Later rules win over earlier ones.\nrules:" + (isAny ? "" : " []") + "\n" + rules;
}

std::string tare::config::ruleOfValues(const std::vector<std::string> &values, const Settings &settings,
                                       const std::string &comment) {
  std::vector<std::string> names;
  llvm::transform(values, std::back_inserter(names), quoted);
  std::string text;
  llvm::raw_string_ostream os(text);
  write(os, "value: " + (names.size() == 1 ? names.front() : "[" + llvm::join(names, ", ") + "]"), settings, comment);
  return text;
}
