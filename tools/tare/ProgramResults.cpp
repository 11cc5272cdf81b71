//===- ProgramResults.cpp - What a program computed, by value -------------===//
#include "ProgramResults.h"

#include "Difference.h"
#include "ProgramExecutable.h"
#include "tare/Runtime/Context.h"
#include "tare/Tensor/Parallel.h"

#include <mutex>

using namespace tare;
using runtime::Form;

ProgramResults::ProgramResults(std::shared_ptr<const runtime::Session> session) : owner(std::move(session)) {
  const program::ProgramT &program = owner->program();
  results.resize(program.layers.size());
  for (size_t i = 0; i != program.layers.size(); ++i)
    layers.emplace(tensorOf(i).name, i);
}

const program::TensorT &ProgramResults::tensorOf(size_t layer) const {
  const program::ProgramT &program = owner->program();
  return *program.tensors[program.layers[layer]->result];
}

Result<ProgramResults> ProgramResults::of(std::shared_ptr<const runtime::Session> session,
                                          const std::vector<std::vector<Tensor>> &inputs, size_t threads) {
  ProgramResults found(std::move(session));
  for (SampleTensors &tensors : found.results)
    tensors.resize(inputs.size());
  found.modelOutputs.resize(inputs.size());
  std::mutex mutex;
  std::optional<Error> error;
  parallelFor(inputs.size(), threads, [&](size_t sample, size_t) {
    auto context = found.owner->makeContext(Form::model);
    if (!context) {
      std::lock_guard lock(mutex);
      error = context.error();
      return;
    }
    std::vector<const void *> in;
    for (const Tensor &tensor : inputs[sample])
      in.push_back(tensor.data());
    std::vector<Tensor> &outputs = found.modelOutputs[sample];
    std::vector<void *> out;
    for (size_t i = 0; i != (*context)->outputCount(); ++i) {
      outputs.emplace_back(found.owner->describeOutput(i, Form::model).type);
      out.push_back(outputs.back().mutableAs<void>());
    }
    runtime::RunOptions options;
    options.observe = [&](size_t layer, const ConstTensorView &result) {
      found.results[layer][sample] = copyOf(result);
    };
    (*context)->run(in, out, options);
  });
  if (error)
    return *error;
  return found;
}

std::optional<size_t> ProgramResults::layerOf(llvm::StringRef value) const {
  auto [first, last] = layers.equal_range(value.str());
  return first == last ? std::nullopt : std::optional(std::prev(last)->second);
}

std::optional<size_t> ProgramResults::layerOf(llvm::StringRef value, const qnn::Grid &grid) const {
  std::optional<size_t> found;
  auto [first, last] = layers.equal_range(value.str());
  for (auto entry = first; entry != last; ++entry) {
    const program::TensorT &tensor = tensorOf(entry->second);
    if (grid.isPerTensor() && tensor.scales.size() == 1 && tensor.scales[0] == grid.scales[0] &&
        tensor.zero_point == grid.zeroPoints[0] && sizeOf(tensor.type) * 8 == grid.bits)
      found = entry->second;
  }
  return found;
}

SampleTensors ProgramResults::realOf(size_t layer) const {
  SampleTensors reals;
  for (const Tensor &tensor : results[layer])
    reals.push_back(toFloat(realNumbers(tensorOf(layer), tensor.view())));
  return reals;
}

std::optional<SampleTensors> tare::aligned(const SampleTensors &tensors, const SampleTensors &reference) {
  std::vector<Alignment> candidates = alignments(reference.front().shape(), tensors.front().shape());
  if (candidates.empty())
    return std::nullopt;
  const Alignment &best = closest(candidates, toFloat(reference.front()), toFloat(tensors.front()));
  SampleTensors result;
  for (const Tensor &tensor : tensors)
    result.push_back(best.apply(tensor));
  return result;
}
