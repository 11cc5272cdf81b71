//===- TFLite.cpp - A program as a TFLite flatbuffer ----------------------===//
#include "tare/TFLite/TFLite.h"

#include "BlockMovements.h"
#include "Lowering.h"
#include "Ports.h"
#include "Rounding.h"
#include "tare/Program/HostLayer.h"

#include <fmt/ranges.h>

using namespace tare;
using namespace tare::tflite;

namespace {

/// The layers that have no TFLite form, by reason, in the order in which they stand.
class Refusals {
public:
  void add(const program::LayerT &layer, const std::string &reason) {
    const std::string name = fmt::format("'{}' ({})", layer.name, program::kindOf(layer.op));
    for (auto &[known, names] : reasons)
      if (known == reason)
        return names.push_back(name);
    reasons.push_back({reason, {name}});
  }

  Status status() const {
    if (reasons.empty())
      return success();
    std::vector<std::string> parts;
    for (const auto &[reason, names] : reasons)
      parts.push_back(fmt::format("{} {}: {}", names.size() == 1 ? "layer" : "layers", fmt::join(names, ", "), reason));
    return Error{fmt::format("has no TFLite form; {}", fmt::join(parts, "; "))};
  }

private:
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
};

} // namespace

/// FlatBuffers count in 31 bits; what is no constant takes a small part of the rest.
static constexpr uint64_t mostConstantBytes = 2'000'000'000;

Result<File> tflite::writeModel(const program::Model &model) {
  if (const uint64_t bytes = model.program().constant_bytes; bytes > mostConstantBytes)
    return Error{
        fmt::format("has {} bytes of constants, and a TFLite file holds 2 GB; cut the network with --inputs and "
                    "--outputs",
                    bytes)};
  Network network;
  Places places;
  Result<std::vector<Port>> inputs = addInputs(model, network, places);
  if (!inputs)
    return inputs.error();
  if (Status named = nameOutputs(model, network, places); !named)
    return named.error();
  const BlockMovements blocks(model);
  File file;
  Refusals refusals;
  for (size_t index = 0; index != model.program().layers.size(); ++index) {
    LayerWriter layer(model, index, network, places, file.coarser);
    Status done = blocks.isPart(index) ? blocks.lower(layer, index) : lower(layer);
    if (!done)
      refusals.add(layer.layer(), done.error().message);
    else if (roundsOtherwise(layer))
      ++file.roundedOtherwise[program::kindOf(layer.op())];
  }
  if (Status all = refusals.status(); !all)
    return all.error();
  Result<std::vector<Port>> outputs = addOutputs(model, network, places);
  if (!outputs)
    return outputs.error();
  file.operators = network.operators();
  file.bytes = network.finish(*inputs, *outputs, "tare " TARE_VERSION);
  return file;
}
