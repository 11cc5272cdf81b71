//===- DetectionMetric.cpp - map ------------------------------------------===//
//
// Boxes are corners, left, top, right, bottom, in the units of the labels. A
// detector gives them in one of three ways:
//   rows     [.., n, 6]: box, score, class
//   final    boxes [.., n, 4], scores [.., n], classes [.., n]
//   raw      boxes [.., n, 4], scores [.., n, C]: a score of each class
//
//===----------------------------------------------------------------------===//
#include "Driver/Evaluate/Metrics/AveragePrecision.h"
#include "Driver/Evaluate/Metrics/Metric.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace tare;

namespace {

constexpr int64_t boxNumbers = 4, rowNumbers = 6, labelNumbers = 5;
/// What suppresses boxes of the raw form, where the command line does not say it.
constexpr double usualOverlap = 0.6;

enum class Form { rows, final, raw };

struct Layout {
  Form form = Form::rows;
  /// Of a sample, and of the raw form how many classes.
  int64_t boxes = 0, classes = 0;
  DetectionLimits limits;
};

Box boxAt(const float *numbers) { return {numbers[0], numbers[1], numbers[2], numbers[3]}; }

std::vector<Detection> detectionsOf(const Layout &layout, std::span<const Tensor> outputs) {
  std::vector<Tensor> numbers;
  for (const Tensor &output : outputs)
    numbers.push_back(numbersOf(output));
  const float *boxes = numbers[0].as<float>();
  std::vector<Detection> found;
  auto add = [&](const float *box, float score, float kind) {
    // What is no number is told below.
    if (!(score <= layout.limits.leastScore))
      found.push_back({boxAt(box), score, std::llround(kind)});
  };
  for (int64_t i = 0; i != layout.boxes; ++i)
    switch (layout.form) {
    case Form::rows:
      add(boxes + i * rowNumbers, boxes[i * rowNumbers + 4], boxes[i * rowNumbers + 5]);
      break;
    case Form::final:
      add(boxes + i * boxNumbers, numbers[1].as<float>()[i], numbers[2].as<float>()[i]);
      break;
    case Form::raw:
      for (int64_t c = 0; c != layout.classes; ++c)
        add(boxes + i * boxNumbers, numbers[1].as<float>()[i * layout.classes + c], float(c));
      break;
    }
  return found;
}

/// Rows of class, left, top, right, bottom; those of a negative class fill the array up.
std::vector<TrueBox> boxesOf(const Tensor &labels) {
  std::vector<TrueBox> boxes;
  const float *row = labels.as<float>();
  for (const float *end = row + labels.count(); row != end; row += labelNumbers)
    if (row[0] >= 0)
      boxes.push_back({boxAt(row + 1), int64_t(row[0])});
  return boxes;
}

class DetectionMetric : public Metric {
public:
  DetectionMetric(const Layout &layout, int64_t samples) : layout(layout), found(samples), boxes(samples) {}

  Status add(const ScoredSample &sample) override {
    std::vector<Detection> detections = detectionsOf(layout, sample.outputs);
    if (Status numbers = checkNumbers(detections, sample.index); !numbers)
      return numbers;
    boxes[sample.index] = boxesOf(*sample.labels);
    found[sample.index] = bestOf(std::move(detections), layout.limits);
    return success();
  }

  Result<Score> finish() override {
    if (std::optional<MeanPrecision> mean = meanPrecision(found, boxes))
      return Score{mean->all, {mean->atHalf}};
    return Error{"the labels have no boxes, of which precision could be measured"};
  }

private:
  /// What is no number would be passed over, or overlap nothing.
  Status checkNumbers(const std::vector<Detection> &detections, int64_t sample) const {
    for (const Detection &each : detections) {
      if (std::isnan(each.score))
        return Error{fmt::format("the score of a box of sample {} is NaN", sample)};
      if (!(each.score > layout.limits.leastScore))
        continue;
      for (double number : {each.box.left, each.box.top, each.box.right, each.box.bottom})
        if (!std::isfinite(number))
          return Error{fmt::format("a box of sample {} has the number {}, expected finite ones", sample, number)};
    }
    return success();
  }

  Layout layout;
  /// By sample.
  std::vector<std::vector<Detection>> found;
  std::vector<std::vector<TrueBox>> boxes;
};

class DetectionKind : public MetricKind {
public:
  DetectionKind(std::vector<size_t> outputs, const Layout &layout) : layout(layout) { chosen = std::move(outputs); }
  Names names() const override { return {"map", {"map50"}}; }
  bool needsLabels() const override { return true; }
  Result<std::optional<Shape>> labelsOf(const std::optional<TensorType> &stored) override {
    if (stored->shape.size() != 3 || stored->shape[2] != labelNumbers)
      return Error{fmt::format("has shape {}, expected samples x boxes x 5: class, left, top, right, bottom of each "
                               "box, and a class of -1 in rows that fill it up",
                               toString(stored->shape))};
    return std::optional(Shape{1, stored->shape[1], labelNumbers});
  }
  Status checkLabels(const ScoredSample &sample) const override {
    const float *numbers = sample.labels->as<float>();
    for (int64_t i = 0; i != sample.labels->count(); ++i)
      if (!std::isfinite(numbers[i]))
        return Error{
            fmt::format("a box of sample {} has the number {}, expected finite ones", sample.index, numbers[i])};
    for (int64_t i = 0; i != sample.labels->count(); i += labelNumbers)
      if (!(std::trunc(numbers[i]) == numbers[i]))
        return Error{
            fmt::format("a box of sample {} is of class {}, expected a whole number", sample.index, numbers[i])};
    return success();
  }
  Result<std::unique_ptr<Metric>> make(const Dataset &data) const override {
    return std::unique_ptr<Metric>(std::make_unique<DetectionMetric>(layout, data.sampleCount()));
  }

private:
  Layout layout;
};

constexpr std::string_view roles[] = {"boxes", "scores", "classes"};

/// The role that "boxes=NAME" gives an output; nothing of a name alone.
std::optional<std::string_view> roleOf(std::string_view text) {
  for (std::string_view role : roles)
    if (text.starts_with(role) && text.substr(role.size()).starts_with("="))
      return role;
  return std::nullopt;
}

/// The output of a role: the one that is named, or called so; nothing where there is none.
Result<std::optional<size_t>> outputOf(std::string_view role, const MetricOptions &options, const Executable &model) {
  std::optional<size_t> found;
  for (const std::string &text : options.outputs) {
    if (roleOf(text) != role)
      continue;
    if (found)
      return Error{fmt::format("--output {}= is given twice; give it once", role)};
    Result<size_t> output = outputNamed(model, text.substr(role.size() + 1));
    if (!output)
      return output.error();
    found = *output;
  }
  if (Result<size_t> output = outputNamed(model, std::string(role)); !found && output)
    found = *output;
  return found;
}

/// Boxes, scores and perhaps classes; or the one output that has rows of all three.
Result<std::vector<size_t>> outputsOf(const MetricOptions &options, const Executable &model) {
  auto rows = [&]() -> Result<std::vector<size_t>> {
    Result<size_t> output = onlyOutput(options, model);
    return output ? Result<std::vector<size_t>>(std::vector{*output}) : output.error();
  };
  auto hasRole = [](const std::string &text) { return roleOf(text).has_value(); };
  if (!options.outputs.empty() && std::ranges::none_of(options.outputs, hasRole))
    return rows();
  if (!std::ranges::all_of(options.outputs, hasRole))
    return Error{"--output has names with and without boxes=, scores= or classes=; say of each what it is"};
  std::vector<size_t> found;
  for (std::string_view role : roles) {
    Result<std::optional<size_t>> output = outputOf(role, options, model);
    if (!output)
      return output.error();
    if (*output)
      found.push_back(**output);
    else if (role != roles[2] && options.outputs.empty())
      return rows();
    else if (role != roles[2])
      return Error{fmt::format("--output does not say which output holds the {}; add --output {}=NAME", role, role)};
  }
  return found;
}

Error misfit(const ExecutablePort &output, const char *expected) {
  return Error{fmt::format("output '{}' is {}, expected {}", output.name, toString(output.real.shape), expected)};
}

int64_t lastOf(const Shape &shape) { return shape.empty() ? 1 : shape.back(); }

/// What the outputs hold.
Result<Layout> layoutOf(const std::vector<size_t> &outputs, const Executable &model) {
  const ExecutablePort &first = model.outputs()[outputs.front()];
  if (outputs.size() == 1) {
    if (lastOf(first.real.shape) != rowNumbers)
      return misfit(first, "rows of 6 (left, top, right, bottom, score, class); name boxes and scores by --output "
                           "boxes=NAME --output scores=NAME");
    return Layout{Form::rows, first.real.count() / rowNumbers, 0, {}};
  }
  if (lastOf(first.real.shape) != boxNumbers)
    return misfit(first, "rows of 4 (left, top, right, bottom)");
  Layout layout{outputs.size() == 3 ? Form::final : Form::raw, first.real.count() / boxNumbers, 1, {}};
  const ExecutablePort &scores = model.outputs()[outputs[1]];
  const int64_t count = scores.real.count();
  if (layout.form == Form::raw && count != layout.boxes && layout.boxes > 0)
    layout.classes = lastOf(scores.real.shape);
  if (count != layout.boxes * layout.classes)
    return misfit(scores, "a score for each box, or for each box and class");
  if (layout.form == Form::final && model.outputs()[outputs[2]].real.count() != layout.boxes)
    return misfit(model.outputs()[outputs[2]], "a class for each box");
  return layout;
}

} // namespace

Result<std::unique_ptr<MetricKind>> tare::makeDetectionMetric(const MetricOptions &options, const Executable &model) {
  Result<std::vector<size_t>> outputs = outputsOf(options, model);
  if (!outputs)
    return outputs.error();
  Result<Layout> layout = layoutOf(*outputs, model);
  if (!layout)
    return layout.error();
  layout->limits.leastScore = options.leastScore.value_or(0);
  layout->limits.mostOverlap = options.nms;
  if (layout->form == Form::raw && !options.nms)
    layout->limits.mostOverlap = usualOverlap;
  return std::unique_ptr<MetricKind>(std::make_unique<DetectionKind>(std::move(*outputs), *layout));
}
