//===- Comparison.cpp - Two executables on the same samples ---------------===//
#include "Driver/Compare/Comparison.h"

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
  comparison->index();
  return comparison;
}

/// What keeps the second from running on the inputs of the first.
static Error inputMismatch(const Executable &first, const Executable &second) {
  for (const ExecutablePort &input : second.inputs()) {
    auto other = std::ranges::find(first.inputs(), input.name, &ExecutablePort::name);
    if (other != first.inputs().end() && !other->takesWhat(input))
      return Error{fmt::format("the models differ: input '{}' is {} in the first, {} in the second{}", input.name,
                               other->taken(), input.taken(),
                               input.pixels.empty() ? "" : "; give --input-type as it was for the conversion")};
  }
  for (const ExecutablePort &input : second.inputs())
    if (std::ranges::find(first.inputs(), input.name, &ExecutablePort::name) == first.inputs().end())
      return Error{fmt::format("the models differ: the second has an input '{}', which the first has not", input.name)};
  return Error{fmt::format("the models differ: the first has {} inputs, the second {}", first.inputs().size(),
                           second.inputs().size())};
}

Status Comparison::matchInputs() {
  std::optional<std::vector<Feed>> found = findFeeds(first, second);
  isReversed = !found;
  if (isReversed)
    found = findFeeds(second, first);
  if (!found)
    return inputMismatch(first, second);
  feeds = std::move(*found);
  return success();
}

static const TensorType &typeAt(const Executable &executable, Place place) {
  return place.isLayer ? executable.layers()[place.index].real : executable.outputs()[place.index].real;
}

static bool isDiscreteAt(const Executable &executable, Place place) {
  return place.isLayer ? executable.layers()[place.index].isDiscrete : executable.outputs()[place.index].isDiscrete;
}

void Comparison::addOutput(Place inFirst, Place inSecond, const std::string &name) {
  outputValues.push_back({name,
                          name,
                          "output",
                          inFirst,
                          inSecond,
                          typeAt(first, inFirst).shape,
                          isDiscreteAt(first, inFirst) || isDiscreteAt(second, inSecond),
                          {},
                          {},
                          {}});
}

/// All outputs of one of them are values of the other.
bool Comparison::matchOutputsByName() {
  for (bool isFirst : {false, true}) {
    const Executable &giver = isFirst ? first : second, &other = isFirst ? second : first;
    outputValues.clear();
    for (size_t i = 0; i != giver.outputs().size(); ++i) {
      const std::string &name = giver.outputs()[i].name;
      std::optional<Place> place = findOutput(other, name);
      if (!place)
        break;
      addOutput(isFirst ? Place{false, i} : *place, isFirst ? *place : Place{false, i}, name);
    }
    if (outputValues.size() == giver.outputs().size())
      return true;
  }
  outputValues.clear();
  return false;
}

Status Comparison::matchOutputs() {
  if (!matchOutputsByName()) {
    if (first.outputs().size() != second.outputs().size())
      return Error{fmt::format("the models differ: the first has {} outputs, the second {}", first.outputs().size(),
                               second.outputs().size())};
    for (size_t i = 0; i != first.outputs().size(); ++i)
      addOutput({false, i}, {false, i}, second.outputs()[i].name);
  }
  for (const ComparedValue &output : outputValues)
    if (const TensorType &a = typeAt(first, output.first), &b = typeAt(second, output.second);
        alignments(a.shape, b.shape).empty())
      return Error{fmt::format("the models differ: output '{}' is {} in the first, {} in the second", output.name,
                               toString(a), toString(b))};
  return success();
}

std::vector<std::string> Comparison::uncompared() const {
  std::vector<std::string> names;
  for (bool isFirst : {true, false})
    for (size_t i = 0; i != (isFirst ? first : second).outputs().size(); ++i) {
      auto isCompared = [&](const ComparedValue &value) {
        const Place &place = isFirst ? value.first : value.second;
        return !place.isLayer && place.index == i;
      };
      if (std::ranges::none_of(outputValues, isCompared))
        names.push_back((isFirst ? first : second).outputs()[i].name);
    }
  return names;
}

void Comparison::matchLayers() {
  std::map<std::string, size_t> inFirst = layersByValue(first), inSecond = layersByValue(second);
  for (size_t i = 0; i != second.layers().size(); ++i) {
    const ExecutableLayer &layer = second.layers()[i];
    auto match = inFirst.find(layer.value);
    if (match == inFirst.end() || inSecond[layer.value] != i)
      continue;
    const ExecutableLayer &reference = first.layers()[match->second];
    if (alignments(reference.real.shape, layer.real.shape).empty())
      continue;
    std::optional<qnn::Interval> range = first.toldApart(match->second);
    layerValues.push_back({layer.name,
                           layer.value,
                           layer.kind,
                           {true, match->second},
                           {true, i},
                           reference.real.shape,
                           reference.isDiscrete || layer.isDiscrete,
                           range ? range : second.toldApart(i),
                           {},
                           {}});
  }
}

void Comparison::index() {
  for (size_t i = 0; i != valueCount(); ++i) {
    const ComparedValue &value = valueAt(i);
    const Place &inWhole = isReversed ? value.second : value.first, &inPart = isReversed ? value.first : value.second;
    if (inWhole.isLayer)
      ofWhole[inWhole.index].push_back(i);
    if (inPart.isLayer)
      ofPart[inPart.index].push_back(i);
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
  auto ran = [](const Sample &sample, const Worker &worker) {
    Status status = worker.first->status(sample.index);
    return status ? worker.second->status(sample.index) : status;
  };
  if (*sample) {
    merge((*sample)->index, compareSample(**sample, workers.front()));
    if (Status done = ran(**sample, workers.front()); !done)
      return done;
  }
  return forEachSample(data, threads, progress, [&](const Sample &next, size_t worker) {
    merge(next.index, compareSample(next, workers[worker]));
    return ran(next, workers[worker]);
  });
}

Comparison::Held Comparison::runWhole(const Sample &sample, Runner &runner) {
  Held held{std::vector<std::vector<Tensor>>(valueCount()), std::vector<Tensor>(feeds.size())};
  std::vector<Tensor> outputs = runner.run(sample.inputs, [&](size_t layer, const ConstTensorView &result) {
    if (auto match = ofWhole.find(layer); match != ofWhole.end())
      for (size_t i : match->second)
        held.values[i].push_back(toFloat(whole().realOf(layer, result)));
    for (size_t i = 0; i != feeds.size(); ++i)
      if (feeds[i].place.isLayer && feeds[i].place.index == layer)
        held.inputs[i] = feeds[i].alignment.apply(whole().realOf(layer, result));
  });
  for (size_t i = 0; i != feeds.size(); ++i)
    if (!feeds[i].place.isLayer)
      held.inputs[i] = sample.inputs[feeds[i].place.index];
  for (size_t i = 0; i != valueCount(); ++i)
    if (const Place &place = isReversed ? valueAt(i).second : valueAt(i).first; !place.isLayer)
      held.values[i] = {toFloat(outputs[place.index])};
  return held;
}

Comparison::Differences Comparison::compareSample(const Sample &sample, Worker &worker) {
  if (watcher.seesInput)
    for (size_t i = 0; i != sample.inputs.size(); ++i)
      watcher.seesInput(whole().inputs()[i].name, sample.inputs[i]);
  Differences differences(valueCount());
  Held held = runWhole(sample, isReversed ? *worker.second : *worker.first);
  Runner &runner = isReversed ? *worker.first : *worker.second;
  std::vector<size_t> seen(valueCount());
  auto compareNext = [&](size_t i, Tensor ofPart) {
    // What the one has at each step the other may have once.
    if (const size_t run = seen[i]++; run < held.values[i].size())
      compareValue(valueAt(i), std::move(held.values[i][run]), std::move(ofPart), differences[i]);
  };
  std::vector<Tensor> outputs = runner.run(held.inputs, [&](size_t layer, const ConstTensorView &result) {
    if (auto match = ofPart.find(layer); match != ofPart.end())
      for (size_t i : match->second)
        compareNext(i, toFloat(part().realOf(layer, result)));
  });
  for (size_t i = 0; i != valueCount(); ++i)
    if (const Place &place = isReversed ? valueAt(i).first : valueAt(i).second; !place.isLayer)
      compareNext(i, toFloat(outputs[place.index]));
  return differences;
}

void Comparison::compareValue(ComparedValue &value, Tensor ofWhole, Tensor ofPart, Difference &difference) {
  // A quantizer's end may be a Relu, and a grid may end where a function is flat: what the readers see is compared.
  Tensor reference = within(value.range, std::move(isReversed ? ofPart : ofWhole));
  Tensor other = within(value.range, std::move(isReversed ? ofWhole : ofPart));
  if (!value.alignment)
    value.alignment = closest(alignments(reference.shape(), other.shape()), reference, other);
  if (watcher.seesLayer && isLayer(value))
    watcher.seesLayer(value, reference);
  difference.add(reference, value.alignment->apply(other));
}

void Comparison::merge(int64_t sample, Differences differences) {
  std::lock_guard lock(mutex);
  waiting.emplace(sample, std::move(differences));
  for (auto next = waiting.begin(); next != waiting.end() && next->first == nextSample; next = waiting.begin()) {
    for (size_t i = 0; i != next->second.size(); ++i)
      valueAt(i).difference.add(next->second[i]);
    waiting.erase(next);
    ++nextSample;
  }
}
