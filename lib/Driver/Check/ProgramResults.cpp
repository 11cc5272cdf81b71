//===- ProgramResults.cpp - What a program computed, by value -------------===//
#include "Driver/Check/ProgramResults.h"

#include "Driver/Compare/Difference.h"
#include "Driver/Execute/ProgramExecutable.h"
#include "tare/Program/HostLayer.h"
#include "tare/Tensor/Parallel.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace tare;
using runtime::Form;

ProgramResults::ProgramResults(std::shared_ptr<const runtime::Session> session, size_t samples)
    : owner(std::move(session)), modelOutputs(samples) {
  const program::ProgramT &program = owner->program();
  results.assign(program.tensors.size(), SampleTensors(samples));
  for (size_t layer = 0; layer != program.layers.size(); ++layer)
    for (uint32_t tensor : program::resultsOf(*program.layers[layer])) {
      tensors.emplace(describe(tensor).name, tensor);
      makers[tensor] = layer;
    }
}

Result<const ProgramResults *> SampleRunner::run(const std::shared_ptr<const runtime::Session> &session,
                                                 const std::vector<Tensor> &inputs) {
  if (!context) {
    auto made = session->makeContext(Form::model);
    if (!made)
      return made.error();
    context = std::move(*made);
    results = std::make_unique<ProgramResults>(session, 1);
  }
  if (Status ran = results->run(*context, 0, inputs); !ran)
    return ran.error();
  return const_cast<const ProgramResults *>(results.get());
}

static Result<std::vector<Tensor>> runSample(const runtime::Session &session, runtime::Context &context,
                                             const std::vector<Tensor> &inputs, const runtime::RunOptions &options) {
  std::vector<const void *> in;
  for (const Tensor &tensor : inputs)
    in.push_back(tensor.data());
  std::vector<Tensor> outputs;
  std::vector<void *> out;
  for (size_t i = 0; i != context.outputCount(); ++i) {
    outputs.emplace_back(session.describeOutput(i, Form::model).type);
    out.push_back(outputs.back().mutableAs<void>());
  }
  if (Status ran = context.run(in, out, options); !ran)
    return ran.error();
  return outputs;
}

Result<std::vector<std::vector<Tensor>>>
tare::runProgram(const runtime::Session &session, const std::vector<std::vector<Tensor>> &inputs, size_t threads) {
  std::vector<std::vector<Tensor>> outputs(inputs.size());
  std::vector<std::unique_ptr<runtime::Context>> contexts(inputs.size());
  std::vector<Status> done(inputs.size(), success());
  parallelFor(inputs.size(), threads, [&](size_t sample, size_t worker) {
    if (!contexts[worker]) {
      auto made = session.makeContext(Form::model);
      if (!made) {
        done[sample] = made.error();
        return;
      }
      contexts[worker] = std::move(*made);
    }
    if (auto given = runSample(session, *contexts[worker], inputs[sample], {}))
      outputs[sample] = std::move(*given);
    else
      done[sample] = given.error();
  });
  for (const Status &status : done)
    if (!status)
      return status.error();
  return outputs;
}

Status ProgramResults::run(runtime::Context &context, size_t sample, const std::vector<Tensor> &inputs) {
  const auto &layers = owner->program().layers;
  std::vector<int64_t> runs(results.size());
  auto keep = [&](size_t layer, uint32_t tensor, const ConstTensorView &result) {
    Tensor &kept = results[tensor][sample];
    const size_t bytes = result.type.bytes();
    if (!kept) {
      Shape shape{owner->shownRunsOf(layer)};
      shape.insert(shape.end(), result.type.shape.begin(), result.type.shape.end());
      kept = Tensor(TensorType{result.type.element, std::move(shape)});
    }
    std::memcpy(kept.mutableAs<std::byte>() + runs[tensor]++ * bytes, result.data, bytes);
  };
  runtime::RunOptions options;
  options.observe = [&](size_t layer, const ConstTensorView &result) { keep(layer, layers[layer]->result, result); };
  options.observeFurther = [&](size_t layer, size_t further, const ConstTensorView &result) {
    keep(layer, layers[layer]->further_results[further], result);
  };
  Result<std::vector<Tensor>> outputs = runSample(*owner, context, inputs, options);
  if (!outputs)
    return outputs.error();
  modelOutputs[sample] = std::move(*outputs);
  return success();
}

std::optional<uint32_t> ProgramResults::tensorOf(llvm::StringRef value) const {
  std::optional<uint32_t> found;
  auto [first, last] = tensors.equal_range(value.str());
  for (auto entry = first; entry != last; ++entry)
    if (!found || !describe(entry->second).scales.empty() || describe(*found).scales.empty())
      found = entry->second;
  return found;
}

std::optional<uint32_t> ProgramResults::tensorOf(llvm::StringRef value, const qnn::Grid &grid,
                                                 llvm::ArrayRef<std::string> layers) const {
  auto isOnGrid = [&](const program::TensorT &tensor) {
    return grid.isPerTensor() && tensor.scales.size() == 1 && tensor.scales[0] == grid.scales[0] &&
           tensor.zero_point == grid.zeroPoints[0] && sizeOf(tensor.type) * 8 == grid.bits;
  };
  // Last in `layers` is whatever is in none of them.
  auto rankOf = [&](uint32_t tensor) {
    return llvm::find(layers, owner->program().layers[makers.at(tensor)]->name) - layers.begin();
  };
  std::optional<uint32_t> found;
  auto [first, last] = tensors.equal_range(value.str());
  for (auto entry = first; entry != last; ++entry)
    if (isOnGrid(describe(entry->second)) && (!found || rankOf(entry->second) <= rankOf(*found)))
      found = entry->second;
  return found;
}

Tensor ProgramResults::of(uint32_t tensor, size_t sample, int64_t run) const {
  const Tensor &all = results[tensor][sample];
  const TensorType type = program::typeOf(describe(tensor));
  // What stands before a loop is the same in each of its steps.
  const int64_t kept = all.shape()[0] == 1 ? 0 : run;
  return Tensor(type, nullptr, all.as<std::byte>() + kept * type.bytes());
}

Tensor ProgramResults::realOf(uint32_t tensor, size_t sample, int64_t run) const {
  return toFloat(realNumbers(describe(tensor), of(tensor, sample, run).view()));
}

namespace {

/// Where a tensor has the elements of the one that an alignment makes of it.
class SourceElements {
public:
  SourceElements(const Tensor &tensor, const Alignment &alignment) {
    const Shape &shape = tensor.shape();
    std::vector<int64_t> strides(shape.size(), 1);
    for (size_t i = shape.size(); i-- > 1;)
      strides[i - 1] = strides[i] * shape[i];
    for (size_t i = alignment.order.size(); i-- > 0;)
      if (int64_t axis = alignment.order[i]; shape[axis] > 1)
        axes.push_back({shape[axis], strides[axis]});
  }

  int64_t at(int64_t index) const {
    int64_t source = 0;
    for (auto [size, stride] : axes) {
      source += index % size * stride;
      index /= size;
    }
    return source;
  }

private:
  /// Sizes and strides, the last axis first.
  llvm::SmallVector<std::pair<int64_t, int64_t>, 4> axes;
};

/// The noise of elements here and there.
template <typename A, typename B>
double disagreement(const A *reference, int64_t count, const B *other, const SourceElements &elements) {
  constexpr int64_t looks = 1024;
  // An odd stride meets every column.
  const int64_t stride = std::max<int64_t>(count / looks, 1) | 1;
  double noise = 0;
  for (int64_t i = 0; i < count; i += stride) {
    const double difference = double(reference[i]) - double(other[elements.at(i)]);
    noise += difference * difference;
  }
  return noise;
}

double disagreement(const Tensor &reference, const Tensor &tensor, const Alignment &alignment) {
  const SourceElements elements(tensor, alignment);
  if (reference.element() == ElementType::i8 && tensor.element() == ElementType::i8)
    return disagreement(reference.as<int8_t>(), reference.count(), tensor.as<int8_t>(), elements);
  if (reference.element() == ElementType::i16 && tensor.element() == ElementType::i16)
    return disagreement(reference.as<int16_t>(), reference.count(), tensor.as<int16_t>(), elements);
  const Tensor a = toFloat(reference), b = toFloat(tensor);
  return disagreement(a.as<float>(), a.count(), b.as<float>(), elements);
}

} // namespace

std::optional<Alignment> tare::alignmentOf(const Tensor &tensor, const Tensor &reference) {
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
  return best ? std::optional(*best) : std::nullopt;
}

std::optional<Tensor> tare::aligned(const Tensor &tensor, const Tensor &reference) {
  std::optional<Alignment> order = alignmentOf(tensor, reference);
  return order ? std::optional(order->apply(tensor)) : std::nullopt;
}
