//===- BatchNormalization.cpp - By the statistics of a channel ------------===//
#include "Elements.h"
#include "Normalization.h"
#include "OperandChecks.h"

using namespace tare;
using namespace tare::host;

namespace {

/// The tensor as [batch, channels, inner]. Without `spatial`, until opset 8, all but the batch are channels.
struct ChannelView {
  int64_t batch = 1, channels = 1, inner = 1;
  /// Of the statistics.
  Shape shape;

  ChannelView(const Shape &x, bool spatial) {
    if (x.empty())
      return;
    batch = x[0];
    shape = x.size() == 1 ? Shape{1} : Shape(x.begin() + 1, spatial ? x.begin() + 2 : x.end());
    channels = elementCount(shape);
    if (spatial && x.size() > 2)
      inner = elementCount(Shape(x.begin() + 2, x.end()));
  }
};

bool isSpatial(int64_t opset, const Attributes &attributes) {
  return opset >= 9 || attributes.integer("spatial", 1) != 0;
}

/// From opset 14 on an attribute says it; from 7 on the results do. Before, `is_test` says it, but models for inference
/// were written without it: they ask for one result only.
bool isTraining(int64_t opset, const Attributes &attributes, size_t results) {
  if (opset >= 14)
    return attributes.integer("training_mode", 0) != 0;
  return results > 1 && (opset >= 7 || attributes.integer("is_test", 0) == 0);
}

void inferBatchNormalization(Inference &n) {
  expectFloats(n, 0, "X");
  expectRank(n, 0, "X", 1, INT64_MAX);
  if (n.failed())
    return;
  bool training = isTraining(n.opset(), n.attributes(), n.numResults());
  ChannelView view(n.shape(0), isSpatial(n.opset(), n.attributes()));
  static constexpr std::string_view roles[] = {"X", "scale", "B", "mean", "var"};
  for (size_t i = 1; i < 5; ++i) {
    expectFloats(n, i, roles[i]);
    expectShape(n, i, roles[i], view.shape);
  }
  if (training && view.batch * view.inner == 0)
    n.error("X has no elements to find a mean of");
  expectResults(n, training ? (n.opset() >= 14 ? 3 : 5) : 1);
  if (n.failed())
    return;
  n.give(n.type(0));
  for (size_t i = 1; i < n.numResults(); ++i)
    n.give(n.element(i % 2 == 1 ? 3 : 4), view.shape, i);
}

/// The mean and the variance of each channel in a batch.
template <typename T> std::vector<Moments> channelMoments(const T *x, const ChannelView &view) {
  std::vector<Moments> moments(view.channels);
  double count = double(view.batch) * double(view.inner);
  auto add = [&](auto &&term) {
    for (int64_t row = 0; row < view.batch * view.channels; ++row)
      for (int64_t i = 0; i < view.inner; ++i)
        term(moments[row % view.channels], x[row * view.inner + i]);
  };
  add([&](Moments &channel, T value) { channel.mean += value; });
  for (Moments &channel : moments)
    channel.mean /= count;
  add([&](Moments &channel, T value) { channel.variance += (value - channel.mean) * (value - channel.mean); });
  for (Moments &channel : moments)
    channel.variance /= count;
  return moments;
}

/// The running statistics, and before opset 14 those of the batch.
void giveStatistics(Evaluation &e, const std::vector<Moments> &moments) {
  double momentum = e.attributes().number("momentum", 0.9);
  for (size_t result = 1; result < e.numResults(); ++result) {
    bool isMean = result % 2 == 1, isRunning = result < 3;
    std::vector<double> running = numbersOf(e.operand(isMean ? 3 : 4));
    visitNumbers(e.result(result).element(), [&](auto zero) {
      for (size_t i = 0; i < moments.size(); ++i) {
        double value = isMean ? moments[i].mean : moments[i].variance;
        double given = isRunning ? running[i] * momentum + value * (1 - momentum) : value;
        e.result(result).mutableAs<decltype(zero)>()[i] = decltype(zero)(given);
      }
    });
  }
}

template <typename T> void normalize(Evaluation &e) {
  ChannelView view(e.shape(0), isSpatial(e.opset(), e.attributes()));
  const T *x = e.operand(0).as<T>();
  std::vector<double> scale = numbersOf(e.operand(1)), bias = numbersOf(e.operand(2)), mean = numbersOf(e.operand(3)),
                      variance = numbersOf(e.operand(4));
  if (isTraining(e.opset(), e.attributes(), e.numResults())) {
    std::vector<Moments> moments = channelMoments(x, view);
    giveStatistics(e, moments);
    for (int64_t c = 0; c < view.channels; ++c) {
      mean[c] = moments[c].mean;
      variance[c] = moments[c].variance;
    }
  }
  double epsilon = e.attributes().number("epsilon", 1e-5);
  for (int64_t row = 0; row < view.batch * view.channels; ++row) {
    int64_t c = row % view.channels;
    double factor = scale[c] / std::sqrt(variance[c] + epsilon);
    for (int64_t i = row * view.inner; i < (row + 1) * view.inner; ++i)
      e.result().mutableAs<T>()[i] = T((x[i] - mean[c]) * factor + bias[c]);
  }
}

void batchNormalization(Evaluation &e) {
  e.operand(0).element() == ElementType::f64 ? normalize<double>(e) : normalize<float>(e);
}

} // namespace

void host::addBatchNormalization(Operators &all) {
  all.add("BatchNormalization", inferBatchNormalization, batchNormalization);
}
