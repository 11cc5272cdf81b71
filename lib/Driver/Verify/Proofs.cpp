//===- Proofs.cpp - How far each layer is off -----------------------------===//
#include "Driver/Verify/Proofs.h"

#include "Driver/Execute/LayerNames.h"
#include "Driver/Json.h"

#include <fmt/format.h>

#include <map>

using namespace tare;
using proof::LayerProof;

Proofs::Proofs(const program::Model &model, size_t threads)
    : layers(proof::prove(model, threads)), labels(layerLabels(model.program())) {
  for (size_t i = 0; i != layers.size(); ++i)
    if (!worst || shownOf(layers[i]).error > shownOf(layers[*worst]).error)
      worst = i;
  for (size_t i = 0; i != layers.size(); ++i)
    if (!worstOfAll || layers[i].worst.error > layers[*worstOfAll].worst.error)
      worstOfAll = i;
}

namespace {

void writeProof(llvm::json::OStream &out, const LayerProof &layer, const std::string &label) {
  out.attribute("name", jsonText(layer.name));
  out.attribute("label", jsonText(label));
  out.attribute("kind", jsonText(layer.kind));
  out.attribute("proof", proof::nameOf(layer.method));
  out.attribute("channels", layer.channels);
  if (layer.method == proof::Method::unknown)
    out.attribute("reason", jsonText(layer.reason));
  if (!layer.isMeasured())
    return;
  out.attribute("worst_error", layer.worst.error);
  out.attribute("is_bound", !layer.isAttained() && layer.channels > 0);
  if (!layer.isAttained())
    return;
  out.attribute("steps", layer.steps);
  out.attribute("channel", layer.channel);
  out.attribute("accumulator", layer.worst.accumulator);
  out.attribute("output", layer.worst.output);
  out.attribute("real", layer.worst.real);
  if (layer.reached)
    out.attributeObject("reached", [&] {
      out.attribute("worst_error", layer.reached->error);
      out.attribute("channel", layer.reachedChannel);
      out.attribute("accumulator", layer.reached->accumulator);
      out.attribute("output", layer.reached->output);
      out.attribute("real", layer.reached->real);
    });
}

/// "a: 'x', 'y'; b: 'z'": the layers that cannot be proven, by what is missing.
std::string unprovenOf(const Proofs &proofs) {
  std::map<std::string, std::string> layersByReason;
  for (size_t i = 0; i != proofs.layers.size(); ++i)
    if (proofs.layers[i].method == proof::Method::unknown) {
      std::string &layers = layersByReason[proofs.layers[i].reason];
      layers += fmt::format("{}'{}'", layers.empty() ? "" : ", ", proofs.labels[i]);
    }
  std::string text;
  for (const auto &[reason, layers] : layersByReason)
    text += fmt::format("{}layer {}: {}", text.empty() ? "" : "; ", layers, reason);
  return text;
}

/// An error with as many digits as show that it is above the limit.
std::string aboveText(double error, double limit) {
  constexpr int most = 17;
  for (int digits = 4; digits < most; ++digits)
    if (std::string text = fmt::format("{:.{}f}", error, digits); std::stod(text) > limit)
      return text;
  return fmt::format("{:.{}g}", error, most);
}

} // namespace

void Proofs::write(llvm::json::OStream &out) const {
  const LayerProof *worst = worstOfAll ? &layers[*worstOfAll] : nullptr;
  out.object([&] {
    out.attribute("worst_error", worst ? worst->worst.error : 0.0);
    out.attribute("worst_layer", worst && worst->channels ? jsonText(worst->name) : "");
    out.attributeArray("layers", [&] {
      for (size_t i = 0; i != layers.size(); ++i)
        out.object([&] { writeProof(out, layers[i], labels[i]); });
    });
  });
}

Status Proofs::check(const std::string &file, std::optional<double> maxError) const {
  std::string failing, unproven = unprovenOf(*this);
  for (size_t i = 0; i != layers.size(); ++i)
    if (double error = layers[i].worst.error; maxError && error > *maxError)
      failing += fmt::format("{}'{}' ({} LSB)", failing.empty() ? "" : ", ", labels[i], aboveText(error, *maxError));
  if (failing.empty() && unproven.empty())
    return success();
  if (!failing.empty())
    failing = fmt::format("above --max-error {}: {}", *maxError, failing);
  return Error{fmt::format("{}: {}{}{}", file, failing, failing.empty() || unproven.empty() ? "" : "; ", unproven)};
}
