//===- Metric.cpp - How good a model's outputs are ------------------------===//
#include "Driver/Evaluate/Metrics/Metric.h"
#include "Driver/Compare/Difference.h"
#include "tare/Tensor/Convert.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;

namespace {

using Maker = Result<std::unique_ptr<MetricKind>> (*)(const MetricOptions &, const Executable &);

struct Known {
  const char *name;
  Maker make;
  /// Which of the options of some metrics alone it takes.
  bool takesPeak = false, takesBoxes = false;
};

constexpr Known known[] = {{"top1", makeClassMetric},      {"top5", makeClassMetric},
                           {"auc", makeRocMetric},         {"psnr", makeDistanceMetric, true},
                           {"cosine", makeDistanceMetric}, {"map", makeDetectionMetric, false, true}};

Error unused(const char *option, const char *owner, const std::string &metric) {
  return Error{fmt::format("{} is of --metric {}, found --metric {}; leave one of them out", option, owner, metric)};
}

} // namespace

const std::vector<std::string> &tare::metricNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Known &each : known)
      all.push_back(each.name);
    return all;
  }();
  return names;
}

Result<std::unique_ptr<MetricKind>> tare::metricOf(const MetricOptions &options, const Executable &model) {
  const Known *found = std::ranges::find(known, options.metric, &Known::name);
  const bool isCommand = found == std::end(known);
  if (options.peak && (isCommand || !found->takesPeak))
    return unused("--peak", "psnr", options.metric);
  if (options.nms && (isCommand || !found->takesBoxes))
    return unused("--nms", "map", options.metric);
  if (options.leastScore && (isCommand || !found->takesBoxes))
    return unused("--min-score", "map", options.metric);
  return isCommand ? makeCommandMetric(options, model) : found->make(options, model);
}

std::string MetricKind::textOf(double score) const { return fmt::format("{:.4f}", score); }

static std::string namesOf(const Executable &model) {
  std::vector<std::string> names;
  for (const ExecutablePort &output : model.outputs())
    names.push_back(output.name);
  return fmt::format("'{}'", fmt::join(names, "', '"));
}

Result<size_t> tare::outputNamed(const Executable &model, const std::string &name) {
  auto found = std::ranges::find(model.outputs(), name, &ExecutablePort::name);
  if (found != model.outputs().end())
    return size_t(found - model.outputs().begin());
  return Error{fmt::format("--output names '{}', but the model's outputs are {}", name, namesOf(model))};
}

Result<size_t> tare::onlyOutput(const MetricOptions &options, const Executable &model) {
  if (options.outputs.size() > 1)
    return Error{fmt::format("--output is given {} times; --metric {} looks at one output", options.outputs.size(),
                             options.metric)};
  if (options.outputs.size() == 1)
    return outputNamed(model, options.outputs.front());
  if (model.outputs().size() == 1)
    return size_t(0);
  return Error{fmt::format("the model has the outputs {}; choose the one that --metric {} looks at by --output NAME",
                           namesOf(model), options.metric)};
}

int64_t tare::rowsOf(const Executable &model, size_t output) {
  // A vector has no batch.
  auto batchOf = [](const ExecutablePort &port) { return port.real.shape.size() < 2 ? 1 : port.real.shape.front(); };
  const int64_t batch = batchOf(model.outputs()[output]);
  bool isBatch = std::ranges::all_of(model.inputs(), [&](const auto &input) { return batchOf(input) == batch; });
  return isBatch && batch > 0 ? batch : 1;
}

Result<std::optional<Shape>> tare::oneLabelEach(int64_t rows, const std::optional<TensorType> &stored) {
  const Shape &shape = stored->shape;
  int64_t perFirst = 1;
  for (size_t i = 1; i < shape.size(); ++i)
    perFirst *= shape[i];
  if (shape.empty() || shape.size() > 2 || (perFirst != 1 && perFirst != rows))
    return Error{fmt::format("has shape {}, expected a label for each sample: one axis, as numpy.argmax(y, -1) gives "
                             "of scores",
                             toString(shape))};
  return std::optional(Shape{rows});
}

Tensor tare::numbersOf(const Tensor &tensor) {
  if (tensor.element() != ElementType::f16)
    return toFloat(tensor);
  Tensor result(ElementType::f32, tensor.shape());
  std::transform(tensor.as<uint16_t>(), tensor.as<uint16_t>() + tensor.count(), result.mutableAs<float>(), halfToFloat);
  return result;
}

Status tare::checkWhole(const ScoredSample &sample, int64_t most, const std::string &expected) {
  for (int64_t row = 0; row != sample.labels->count(); ++row)
    if (float label = sample.labels->as<float>()[row];
        !(std::trunc(label) == label && label >= 0 && label <= float(most)))
      return Error{fmt::format("the label of sample {} is {}, expected {}", sample.index, label, expected)};
  return success();
}
