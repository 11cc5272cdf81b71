//===- MeanInputs.cpp - What layers with weights read, on average ---------===//
#include "MeanInputs.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

#include <cmath>

using namespace tare;
using namespace tare::calibration;

void MeanInputs::Sums::merge(const Sums &other) {
  channels.resize(std::max(channels.size(), other.channels.size()));
  for (size_t c = 0; c < other.channels.size(); ++c)
    channels[c].add(other.channels[c]);
  samples += other.samples;
}

MeanInputs::MeanInputs(mlir::func::FuncOp function) {
  for (mlir::Operation &op : function.front())
    if (auto layer = mlir::dyn_cast<qnn::AccumulatorOpInterface>(op))
      axes.insert({layer.getActivationOperand().get(), qnn::inputChannelAxis(&op)});
}

void MeanInputs::observe(mlir::Value value, const Tensor &tensor, std::vector<Sums> &sums) const {
  auto found = axes.find(value);
  if (found == axes.end())
    return;
  const auto &shape = tensor.type().shape;
  const size_t axis = size_t(found->second);
  int64_t outer = 1, inner = 1;
  for (size_t i = 0; i < shape.size(); ++i)
    (i < axis ? outer : inner) *= i == axis ? 1 : shape[i];
  const int64_t channels = shape[axis];
  Sums &into = sums[found - axes.begin()];
  into.channels.resize(size_t(channels));
  ++into.samples;
  const float *data = tensor.as<float>();
  // The order of a sample's elements is always the same; that of samples is not.
  for (int64_t c = 0; c < channels; ++c) {
    double sum = 0;
    for (int64_t o = 0; o < outer; ++o)
      for (const float *x = data + (o * channels + c) * inner, *end = x + inner; x != end; ++x)
        sum += *x;
    if (const float mean = float(sum / double(outer * inner)); std::isfinite(mean))
      into.channels[size_t(c)].add(mean);
  }
}

qnn::ChannelMeans MeanInputs::means(const std::vector<Sums> &sums) const {
  qnn::ChannelMeans means;
  for (size_t i = 0; i < sums.size(); ++i) {
    std::vector<double> &numbers = means[qnn::valueName((axes.begin() + i)->first)];
    numbers.clear();
    for (const ExactSum &sum : sums[i].channels)
      numbers.push_back(sum.value() / double(sums[i].samples));
  }
  return means;
}
