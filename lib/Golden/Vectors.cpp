//===- Vectors.cpp - What a folder of golden vectors holds ----------------===//
#include "tare/Golden/Vectors.h"

#include "tare/Kernels/Registry.h"
#include "tare/Kernels/Rounding.h"
#include "tare/Proof/Requantizer.h"

#include <fmt/format.h>

#include <cctype>
#include <map>

using namespace tare;
using namespace tare::golden;

namespace {

std::optional<program::RequantT> requantOf(const program::OpUnion &op) {
  if (const auto *add = op.AsAdd())
    return kernels::requantOfSum(*add);
  const program::RequantT *requant = kernels::requantOf(op);
  return requant ? std::optional(*requant) : std::nullopt;
}

/// Names files layer by layer, each tensor once.
class Planner {
public:
  Planner(const program::Model &model, int64_t samples) : model(model) { vectors.samples = samples; }

  Vectors plan() {
    const program::ProgramT &program = model.program();
    for (size_t i = 0; i != program.inputs.size(); ++i)
      vectors.inputs.push_back(
          value(program.inputs[i]->tensor, fmt::format("inputs/{:03}_{}.npy", i, safeName(program.inputs[i]->name))));
    for (size_t i = 0; i != program.layers.size(); ++i)
      vectors.layers.push_back(planLayer(i, *program.layers[i]));
    for (size_t i = 0; i != program.outputs.size(); ++i)
      vectors.outputs.push_back(read(program.outputs[i]->tensor, fmt::format("outputs/{:03}.npy", i)));
    return std::move(vectors);
  }

private:
  LayerVectors planLayer(size_t index, const program::LayerT &layer) {
    LayerVectors planned;
    planned.folder = fmt::format("{:03}_{}", index, safeName(layer.name));
    for (size_t i = 0; i != layer.operands.size(); ++i)
      planned.operands.push_back(
          read(layer.operands[i], fmt::format("{}/{}.npy", planned.folder, roleOf(layer.op.type, i))));
    planned.result = value(layer.result, planned.folder + "/output.npy");
    for (size_t i = 0; i != layer.further_results.size(); ++i)
      planned.further.push_back(value(layer.further_results[i], fmt::format("{}/output{}.npy", planned.folder, i + 1)));
    planned.requant = requantOf(layer.op);
    if (!planned.requant)
      return planned;
    ElementType sums = kernels::lookup(layer.op.type)->accumulatorType(model.type(layer.operands[0]).element);
    planned.accumulators = {planned.folder + "/accumulators.npy", {sums, planned.result.type.shape}, true};
    return planned;
  }

  /// A value of the network, which is written here.
  Array value(uint32_t tensor, const std::string &file) {
    return values[tensor] = {file, model.type(tensor), /*perSample=*/true};
  }

  /// The file of a value that was written, or of a constant, which nobody may have read yet.
  Array read(uint32_t tensor, const std::string &file) {
    if (values.contains(tensor))
      return values[tensor];
    return vectors.constants.try_emplace(tensor, Array{file, model.type(tensor), /*perSample=*/false}).first->second;
  }

  const program::Model &model;
  Vectors vectors;
  std::map<uint32_t, Array> values;
};

} // namespace

std::set<std::string> Vectors::folders() const {
  std::set<std::string> folders;
  auto add = [&](const Array &array) { folders.insert(array.file.substr(0, array.file.find('/'))); };
  for (const Array &input : inputs)
    add(input);
  for (const auto &[tensor, constant] : constants)
    add(constant);
  for (const LayerVectors &layer : layers)
    add(layer.result);
  return folders;
}

TensorType golden::typeInFile(const Array &array, int64_t samples) {
  TensorType type = array.type;
  if (array.perSample)
    type.shape.insert(type.shape.begin(), samples);
  return type;
}

Vectors golden::planVectors(const program::Model &model, int64_t samples) { return Planner(model, samples).plan(); }

std::string golden::roleOf(program::Op op, size_t operand) { return kernels::lookup(op)->facts.roles.of(operand); }

std::string golden::safeName(const std::string &name) {
  constexpr size_t longest = 64;
  auto isSafe = [](unsigned char c) { return (c < 0x80 && std::isalnum(c)) || c == '.' || c == '-'; };
  std::string safe;
  for (char c : name)
    if (isSafe(c))
      safe += c;
    else if (safe.empty() || safe.back() != '_')
      safe += '_';
  return safe.substr(0, longest);
}
