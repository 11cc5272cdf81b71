//===- ProgramResults.cpp - What a program computed, by value -------------===//
#include "ProgramResults.h"

#include "Difference.h"
#include "ProgramExecutable.h"
#include "tare/Tensor/Parallel.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace tare;
using runtime::Form;

ProgramResults::ProgramResults(std::shared_ptr<const runtime::Session> session, size_t samples)
    : owner(std::move(session)), modelOutputs(samples) {
  const program::ProgramT &program = owner->program();
  results.assign(program.layers.size(), SampleTensors(samples));
  for (size_t i = 0; i != program.layers.size(); ++i)
    layers.emplace(tensorOf(i).name, i);
}

const program::TensorT &ProgramResults::tensorOf(size_t layer) const {
  const program::ProgramT &program = owner->program();
  return *program.tensors[program.layers[layer]->result];
}

Result<ProgramResults> ProgramResults::of(std::shared_ptr<const runtime::Session> session,
                                          const std::vector<std::vector<Tensor>> &inputs, size_t threads) {
  ProgramResults found(std::move(session), inputs.size());
  std::vector<Status> done(inputs.size(), success());
  parallelFor(inputs.size(), threads, [&](size_t sample, size_t) {
    if (auto context = found.owner->makeContext(Form::model))
      done[sample] = found.run(**context, sample, inputs[sample]);
    else
      done[sample] = context.error();
  });
  for (const Status &status : done)
    if (!status)
      return status.error();
  return found;
}

Status ProgramResults::run(runtime::Context &context, size_t sample, const std::vector<Tensor> &inputs) {
  std::vector<const void *> in;
  for (const Tensor &tensor : inputs)
    in.push_back(tensor.data());
  std::vector<Tensor> outputs;
  std::vector<void *> out;
  for (size_t i = 0; i != context.outputCount(); ++i) {
    outputs.emplace_back(owner->describeOutput(i, Form::model).type);
    out.push_back(outputs.back().mutableAs<void>());
  }
  runtime::RunOptions options;
  options.observe = [&](size_t layer, const ConstTensorView &result) {
    Tensor &kept = results[layer][sample];
    if (!kept)
      kept = Tensor(result.type);
    std::memcpy(kept.mutableAs<void>(), result.data, result.type.bytes());
  };
  Status ran = context.run(in, out, options);
  modelOutputs[sample] = std::move(outputs);
  return ran;
}

std::optional<size_t> ProgramResults::layerOf(llvm::StringRef value) const {
  std::optional<size_t> found;
  auto [first, last] = layers.equal_range(value.str());
  for (auto entry = first; entry != last; ++entry)
    if (!found || !tensorOf(entry->second).scales.empty() || tensorOf(*found).scales.empty())
      found = entry->second;
  return found;
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

Tensor ProgramResults::realOf(size_t layer, size_t sample) const {
  return toFloat(realNumbers(tensorOf(layer), results[layer][sample].view()));
}

static double elementAt(const Tensor &tensor, int64_t index) {
  switch (tensor.element()) {
  case ElementType::i8:
    return tensor.as<int8_t>()[index];
  case ElementType::i16:
    return tensor.as<int16_t>()[index];
  case ElementType::f32:
    return tensor.as<float>()[index];
  default:
    return toFloat(tensor).as<float>()[index];
  }
}

/// Where the tensor has the element that is at `index` of the aligned one.
static int64_t sourceOf(int64_t index, const Tensor &tensor, const Alignment &alignment) {
  const Shape &shape = tensor.shape();
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;)
    strides[i - 1] = strides[i] * shape[i];
  int64_t source = 0;
  for (size_t i = alignment.order.size(); i-- > 0;) {
    int64_t axis = alignment.order[i];
    source += index % shape[axis] * strides[axis];
    index /= shape[axis];
  }
  return source;
}

/// The noise of elements here and there.
static double disagreement(const Tensor &reference, const Tensor &tensor, const Alignment &alignment) {
  constexpr int64_t looks = 4096;
  // An odd stride meets every column.
  const int64_t stride = std::max<int64_t>(reference.count() / looks, 1) | 1;
  Difference difference;
  for (int64_t i = 0; i < reference.count(); i += stride)
    difference.add(elementAt(reference, i), elementAt(tensor, sourceOf(i, tensor, alignment)));
  return difference.noise;
}

std::optional<Tensor> tare::aligned(const Tensor &tensor, const Tensor &reference) {
  std::vector<Alignment> candidates = alignments(reference.shape(), tensor.shape());
  const Alignment *best = nullptr;
  double least = HUGE_VAL;
  for (const Alignment &candidate : candidates) {
    double noise = candidates.size() == 1 ? 0 : disagreement(reference, tensor, candidate);
    if (!best || noise < least)
      best = &candidate, least = noise;
    if (least == 0)
      break;
  }
  return best ? std::optional(best->apply(tensor)) : std::nullopt;
}
