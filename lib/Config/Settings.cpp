//===- Settings.cpp - What a rule of a configuration says -----------------===//
#include "tare/Config/Settings.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace tare;
using namespace tare::config;

namespace {

template <typename T> void replace(std::optional<T> &value, const std::optional<T> &by) {
  if (by)
    value = by;
}

std::string number(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.9g", value);
  return text;
}

} // namespace

void Settings::override(const Settings &later) {
  replace(activations.bits, later.activations.bits);
  replace(activations.symmetric, later.activations.symmetric);
  if (later.activations.method) {
    activations.method = later.activations.method;
    activations.percentile = later.activations.percentile;
  }
  if (later.activations.hasGrid()) {
    activations.range = later.activations.range;
    activations.scale = later.activations.scale;
    activations.zeroPoint = later.activations.zeroPoint;
  }
  replace(layer.keepFloat, later.layer.keepFloat);
  replace(layer.biasCorrection, later.layer.biasCorrection);
  replace(layer.adaptiveRounding, later.layer.adaptiveRounding);
  if (later.layer.perChannel) {
    layer.perChannel = later.layer.perChannel;
    layer.weightScales.clear();
  }
  if (!later.layer.weightScales.empty())
    layer.weightScales = later.layer.weightScales;
}

std::string tare::config::textOf(const Settings &settings) {
  std::vector<std::string> parts;
  auto add = [&](const char *key, const std::string &value) { parts.push_back(std::string(key) + " " + value); };
  auto flag = [](bool value) { return std::string(value ? "true" : "false"); };
  const qnn::ValueChoice &activations = settings.activations;
  if (activations.bits)
    add("activations.bits", std::to_string(*activations.bits));
  if (activations.symmetric)
    add("activations.symmetric", flag(*activations.symmetric));
  if (activations.method)
    add("activations.method", *activations.method);
  if (activations.percentile)
    add("activations.percentile", number(*activations.percentile));
  if (activations.range)
    add("activations.range", "[" + number(activations.range->first) + ", " + number(activations.range->second) + "]");
  if (activations.scale)
    add("activations.scale", number(*activations.scale));
  if (activations.zeroPoint)
    add("activations.zero_point", std::to_string(*activations.zeroPoint));
  const qnn::LayerChoice &layer = settings.layer;
  if (layer.perChannel)
    add("weights.per_channel", flag(*layer.perChannel));
  if (!layer.weightScales.empty())
    add("weights.scale", layer.weightScales.size() == 1
                             ? number(layer.weightScales.front())
                             : "of " + std::to_string(layer.weightScales.size()) + " channels");
  if (layer.biasCorrection)
    add("weights.bias_correction", flag(*layer.biasCorrection));
  if (layer.adaptiveRounding)
    add("weights.rounding", *layer.adaptiveRounding ? "adaptive" : "nearest");
  if (layer.keepFloat)
    add("keep_float", flag(*layer.keepFloat));
  return llvm::join(parts, ", ");
}
