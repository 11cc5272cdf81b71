// Batch norm, softmax, and norms by what they are given.
#include "tare/Kernels/Float.h"
#include "tare/Kernels/Functions.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <vector>

namespace tare::kernels::floating {

namespace {

/// So many partial results has a reduction, on every processor: element j is in that of j % lanes.
constexpr int64_t lanes = 8;

template <typename T, typename Reduce> T reduceRow(const float *x, int64_t size, T start, Reduce reduce) {
  std::array<T, lanes> partial;
  partial.fill(start);
  int64_t j = 0;
  for (; j + lanes <= size; j += lanes)
    for (int64_t lane = 0; lane < lanes; ++lane)
      partial[lane] = reduce(partial[lane], T(x[j + lane]));
  for (; j < size; ++j)
    partial[j % lanes] = reduce(partial[j % lanes], T(x[j]));
  for (int64_t lane = 1; lane < lanes; ++lane)
    partial[0] = reduce(partial[0], partial[lane]);
  return partial[0];
}

/// Along neighbouring elements: the exponentials by vectors, of as many rows at once as the first cache holds.
void softmaxRows(const float *x, int64_t rows, int64_t size, float *y) {
  const int64_t atOnce = std::max<int64_t>(1, 4096 / size);
  for (int64_t first = 0; first < rows; first += atOnce) {
    const int64_t last = std::min(rows, first + atOnce);
    for (int64_t begin = first * size; begin != last * size; begin += size) {
      float largest = reduceRow(x + begin, size, x[begin], [](float a, float b) { return std::max(a, b); });
      for (int64_t j = begin; j < begin + size; ++j)
        y[j] = x[j] - largest;
    }
    TensorView block{{ElementType::f32, {(last - first) * size}}, y + first * size};
    function(program::FunctionKind::exp, {}, block, block);
    for (int64_t begin = first * size; begin != last * size; begin += size) {
      double share = 1 / reduceRow(y + begin, size, 0.0, [](double a, double b) { return a + b; });
      for (int64_t j = begin; j < begin + size; ++j)
        y[j] = float(y[j] * share);
    }
  }
}

} // namespace

void batchNorm(const ConstTensorView &x, const ConstTensorView &scale, const ConstTensorView &bias,
               const ConstTensorView &mean, const ConstTensorView &variance, double epsilon, const TensorView &y) {
  const Shape &shape = x.type.shape;
  int64_t channels = shape.size() > 1 ? shape[1] : 1;
  int64_t samples = shape[0];
  int64_t plane = x.count() / std::max<int64_t>(1, samples * channels);
  for (int64_t p = 0; p < samples * channels; ++p) {
    int64_t c = p % channels;
    double deviation = std::sqrt(variance.as<float>()[c] + epsilon);
    float factor = static_cast<float>(scale.as<float>()[c] / deviation);
    float center = mean.as<float>()[c], offset = bias.as<float>()[c];
    const float *source = x.as<float>() + p * plane;
    float *target = y.as<float>() + p * plane;
    for (int64_t i = 0; i < plane; ++i)
      target[i] = (source[i] - center) * factor + offset;
  }
}

void softmax(const ConstTensorView &x, int64_t axis, const TensorView &y) {
  const Shape &shape = x.type.shape;
  int64_t outer = 1, inner = 1, size = shape[axis];
  for (int64_t d = 0; d < static_cast<int64_t>(shape.size()); ++d)
    if (d != axis)
      (d < axis ? outer : inner) *= shape[d];
  if (inner == 1 && size != 0)
    return softmaxRows(x.as<float>(), outer, size, y.as<float>());
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < inner; ++i) {
      const float *source = x.as<float>() + o * size * inner + i;
      float *target = y.as<float>() + o * size * inner + i;
      float largest = source[0];
      for (int64_t j = 1; j < size; ++j)
        largest = std::max(largest, source[j * inner]);
      double sum = 0;
      for (int64_t j = 0; j < size; ++j)
        sum += target[j * inner] = std::exp(source[j * inner] - largest);
      for (int64_t j = 0; j < size; ++j)
        target[j * inner] = static_cast<float>(target[j * inner] / sum);
    }
}

namespace {

/// Where the elements of a tensor's rows, along the last dimension, belong: to groups with one mean, and to channels.
class Rows {
public:
  Rows(const Shape &shape, const Normalization &norm) : shape(shape), groupSteps(shape.size()), index(shape.size()) {
    for (auto d = int64_t(shape.size()); d-- > 0;) {
      if (std::find(norm.axes.begin(), norm.axes.end(), d) != norm.axes.end())
        continue;
      groupSteps[d] = groups;
      groups *= shape[d];
    }
    channelAxis = norm.axis;
  }

  int64_t groupCount() const { return groups; }

  /// Calls visit(first element, its group, the step between groups, its channel, the step between channels).
  template <typename Visit> void forEach(Visit visit) {
    const auto last = int64_t(shape.size()) - 1;
    const int64_t size = shape[last], count = elementCount(shape);
    int64_t group = 0;
    std::fill(index.begin(), index.end(), 0);
    for (int64_t first = 0; first < count; first += size) {
      visit(first, group, groupSteps[last], index[channelAxis], channelAxis == last ? 1 : 0);
      for (int64_t d = last; d-- > 0;) {
        group += groupSteps[d];
        if (++index[d] < shape[d])
          break;
        group -= groupSteps[d] * shape[d], index[d] = 0;
      }
    }
  }

private:
  const Shape &shape;
  std::vector<int64_t> groupSteps, index;
  int64_t groups = 1, channelAxis;
};

/// The sums of f(x, group) by group.
template <typename F> std::vector<double> groupSums(const ConstTensorView &x, Rows &rows, F f) {
  std::vector<double> sums(rows.groupCount());
  const int64_t size = x.type.shape.back();
  rows.forEach([&](int64_t first, int64_t group, int64_t step, int64_t, int64_t) {
    const float *row = x.as<float>() + first;
    if (step != 0) {
      for (int64_t j = 0; j < size; ++j)
        sums[group + j * step] += f(row[j], group + j * step);
      return;
    }
    double partial[lanes] = {};
    int64_t j = 0;
    for (; j + lanes <= size; j += lanes)
      for (int64_t lane = 0; lane < lanes; ++lane)
        partial[lane] += f(row[j + lane], group);
    for (; j < size; ++j)
      partial[j % lanes] += f(row[j], group);
    for (double each : partial)
      sums[group] += each;
  });
  return sums;
}

} // namespace

void normalize(const ConstTensorView &x, const Normalization &norm, const TensorView &y) {
  const Shape &shape = x.type.shape;
  if (x.count() == 0)
    return;
  Rows rows(shape, norm);
  const double share = double(rows.groupCount()) / double(x.count());
  std::vector<double> means(rows.groupCount());
  if (!norm.keepsMean)
    means = groupSums(x, rows, [](double value, int64_t) { return value; });
  for (double &mean : means)
    mean *= share;
  std::vector<double> factors = groupSums(x, rows, [&](double value, int64_t group) {
    const double distance = value - means[group];
    return distance * distance;
  });
  for (double &factor : factors)
    factor = 1 / std::sqrt(factor * share + norm.epsilon);
  rows.forEach([&](int64_t first, int64_t group, int64_t groupStep, int64_t channel, int64_t channelStep) {
    const float *source = x.as<float>() + first;
    float *target = y.as<float>() + first;
    for (int64_t j = 0; j < shape.back(); ++j) {
      const int64_t g = group + j * groupStep, c = channel + j * channelStep;
      const double normal = (source[j] - means[g]) * factors[g];
      target[j] = float(normal * (norm.gamma.empty() ? 1.0 : norm.gamma[c]) + (norm.beta.empty() ? 0.0 : norm.beta[c]));
    }
  });
}

} // namespace tare::kernels::floating
