//===- Comparison.cpp - Two executables on the same samples ---------------===//
#include "Comparison.h"

#include <algorithm>
#include <fmt/format.h>

using namespace tare;

Result<std::unique_ptr<Comparison>> Comparison::create(const Executable &first, const Executable &second) {
  std::unique_ptr<Comparison> comparison(new Comparison(first, second));
  if (Status matched = comparison->matchInputs(); !matched)
    return matched.error();
  if (Status matched = comparison->matchOutputs(); !matched)
    return matched.error();
  comparison->matchLayers();
  return comparison;
}

Status Comparison::matchInputs() {
  for (const ExecutablePort &input : second.inputs()) {
    auto other = std::find_if(first.inputs().begin(), first.inputs().end(),
                              [&](const ExecutablePort &candidate) { return candidate.name == input.name; });
    if (other == first.inputs().end())
      return Error{fmt::format("the models differ: the second has an input '{}', which the first has not", input.name)};
    if (other->real != input.real)
      return Error{fmt::format("the models differ: input '{}' is {} in the first, {} in the second", input.name,
                               toString(other->real), toString(input.real))};
    inputOrder.push_back(other - first.inputs().begin());
  }
  if (first.inputs().size() != second.inputs().size())
    return Error{fmt::format("the models differ: the first has {} inputs, the second {}", first.inputs().size(),
                             second.inputs().size())};
  return success();
}

Status Comparison::matchOutputs() {
  if (first.outputs().size() != second.outputs().size())
    return Error{fmt::format("the models differ: the first has {} outputs, the second {}", first.outputs().size(),
                             second.outputs().size())};
  for (size_t i = 0; i != first.outputs().size(); ++i) {
    const ExecutablePort &a = first.outputs()[i], &b = second.outputs()[i];
    if (alignments(a.real.shape, b.real.shape).empty())
      return Error{fmt::format("the models differ: output '{}' is {} in the first, {} in the second", a.name,
                               toString(a.real), toString(b.real))};
    outputValues.push_back({b.name, b.name, "output", i, i, a.real.shape, {}, {}, {}});
  }
  return success();
}

/// The layer that holds each value: the last one of that name, which the others lead to.
static std::map<std::string, size_t> layersByValue(const Executable &executable) {
  std::map<std::string, size_t> result;
  for (size_t i = 0; i != executable.layers().size(); ++i)
    result[executable.layers()[i].value] = i;
  return result;
}

void Comparison::matchLayers() {
  std::map<std::string, size_t> inFirst = layersByValue(first), inSecond = layersByValue(second);
  for (size_t i = 0; i != second.layers().size(); ++i) {
    const ExecutableLayer &layer = second.layers()[i];
    auto match = inFirst.find(layer.value);
    if (match == inFirst.end() || inSecond[layer.value] != i)
      continue;
    const Shape &shape = first.layers()[match->second].real.shape;
    if (alignments(shape, layer.real.shape).empty())
      continue;
    byFirst[match->second] = bySecond[i] = layerValues.size();
    std::optional<qnn::Interval> range = first.toldApart(match->second);
    layerValues.push_back(
        {layer.name, layer.value, layer.kind, match->second, i, shape, range ? range : second.toldApart(i), {}, {}});
  }
}

Status Comparison::run(SampleSource &data, size_t threads, Progress &progress) {
  auto firstRunners = makeRunners(first, data, threads);
  auto secondRunners = makeRunners(second, data, threads);
  if (!firstRunners || !secondRunners)
    return firstRunners ? secondRunners.error() : firstRunners.error();
  std::vector<Worker> workers;
  for (size_t i = 0; i != firstRunners->size(); ++i)
    workers.push_back({std::move((*firstRunners)[i]), std::move((*secondRunners)[i])});
  // The first sample alone: it decides the layouts for all.
  Result<std::optional<Sample>> sample = data.next();
  if (!sample)
    return sample.error();
  auto ran = [&] {
    Status status = first.status();
    return status ? second.status() : status;
  };
  if (*sample)
    merge((*sample)->index, compareSample(**sample, workers.front()));
  if (Status done = ran(); !done)
    return done;
  return forEachSample(data, threads, progress, [&](const Sample &next, size_t worker) {
    merge(next.index, compareSample(next, workers[worker]));
    return ran();
  });
}

Comparison::Differences Comparison::compareSample(const Sample &sample, Worker &worker) {
  Differences differences(layerValues.size() + outputValues.size());
  std::vector<Tensor> references(layerValues.size());
  std::vector<Tensor> outputs = worker.first->run(sample.inputs, [&](size_t layer, const ConstTensorView &result) {
    if (auto match = byFirst.find(layer); match != byFirst.end())
      references[match->second] = toFloat(first.realOf(layer, result));
  });
  std::vector<Tensor> inputs;
  for (size_t input : inputOrder)
    inputs.push_back(sample.inputs[input]);
  std::vector<Tensor> others = worker.second->run(inputs, [&](size_t layer, const ConstTensorView &result) {
    auto match = bySecond.find(layer);
    if (match == bySecond.end())
      return;
    size_t i = match->second;
    compareValue(layerValues[i], std::move(references[i]), toFloat(second.realOf(layer, result)), differences[i]);
  });
  for (size_t i = 0; i != outputs.size(); ++i)
    compareValue(outputValues[i], toFloat(outputs[i]), toFloat(others[i]), differences[layerValues.size() + i]);
  return differences;
}

void Comparison::compareValue(ComparedValue &value, Tensor reference, Tensor other, Difference &difference) {
  // A quantizer's end may be a Relu, and a grid may end where a function is flat: what the readers see is compared.
  reference = within(value.range, std::move(reference));
  other = within(value.range, std::move(other));
  if (!value.alignment)
    value.alignment = closest(alignments(reference.shape(), other.shape()), reference, other);
  difference.add(reference, value.alignment->apply(other));
}

void Comparison::merge(int64_t sample, Differences differences) {
  std::lock_guard lock(mutex);
  waiting.emplace(sample, std::move(differences));
  for (auto next = waiting.begin(); next != waiting.end() && next->first == nextSample; next = waiting.begin()) {
    for (size_t i = 0; i != next->second.size(); ++i) {
      bool isLayer = i < layerValues.size();
      (isLayer ? layerValues[i] : outputValues[i - layerValues.size()]).difference.add(next->second[i]);
    }
    waiting.erase(next);
    ++nextSample;
  }
}
