//===- Normalization.cpp - Of instances, groups, neighbours ---------------===//
#include "Normalization.h"
#include "Elements.h"
#include "Families.h"
#include "OperandChecks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::host;

namespace {

/// Calls `body` with a value of the type of the floats.
template <typename Body> void visitFloats(const Tensor &x, Body &&body) {
  x.element() == ElementType::f64 ? body(double()) : body(float());
}

//===----------------------------------------------------------------------===//
// InstanceNormalization, GroupNormalization
//===----------------------------------------------------------------------===//

/// The tensor as [batch, channels, inner].
struct Channels {
  int64_t batch, channels, inner;
  explicit Channels(const Shape &x) : batch(x[0]), channels(x[1]), inner(elementCount(Shape(x.begin() + 2, x.end()))) {}
};

/// `factors`: whether there is a factor and an addend per channel or per group.
void inferPerChannel(Inference &n, int64_t factors) {
  for (size_t i : {1, 2}) {
    std::string_view role = i == 1 ? "scale" : "bias";
    expectFloats(n, i, role);
    expectShape(n, i, role, {factors});
  }
  if (!n.failed())
    n.give(n.type(0));
}

void inferInstanceNormalization(Inference &n) {
  expectFloats(n, 0, "input");
  expectRank(n, 0, "input", 2, INT64_MAX);
  if (!n.failed())
    inferPerChannel(n, n.shape(0)[1]);
}

void inferGroupNormalization(Inference &n) {
  expectFloats(n, 0, "X");
  expectRank(n, 0, "X", 2, INT64_MAX);
  if (n.failed())
    return;
  int64_t channels = n.shape(0)[1], groups = expectWithin(n, "num_groups", 0, 1, std::max<int64_t>(channels, 1));
  if (channels % groups != 0)
    n.error(fmt::format("attribute 'num_groups' is {}, which does not divide {} channels", groups, channels));
  inferPerChannel(n, n.opset() >= 21 ? channels : groups);
}

/// Normalizes groups of `together` channels.
void normalizeGroups(Evaluation &e, int64_t groups) {
  Channels view(e.shape(0));
  if (e.result().count() == 0)
    return;
  std::vector<double> scale = numbersOf(e.operand(1)), bias = numbersOf(e.operand(2));
  double epsilon = e.attributes().number("epsilon", 1e-5);
  int64_t together = view.channels / groups, perFactor = view.channels / int64_t(scale.size());
  visitFloats(e.operand(0), [&](auto zero) {
    using T = decltype(zero);
    for (int64_t group = 0; group < view.batch * groups; ++group) {
      const T *x = e.operand(0).as<T>() + group * together * view.inner;
      T *y = e.result().mutableAs<T>() + group * together * view.inner;
      Moments moments = Moments::of(x, together * view.inner);
      double inverse = moments.inverseDeviation(epsilon);
      for (int64_t i = 0; i < together * view.inner; ++i) {
        int64_t factor = (group % groups * together + i / view.inner) / perFactor;
        y[i] = T((x[i] - moments.mean) * inverse * scale[factor] + bias[factor]);
      }
    }
  });
}

void instanceNormalization(Evaluation &e) { normalizeGroups(e, e.shape(0)[1]); }
void groupNormalization(Evaluation &e) { normalizeGroups(e, e.attributes().integer("num_groups", 1)); }

//===----------------------------------------------------------------------===//
// LRN
//===----------------------------------------------------------------------===//

void inferLrn(Inference &n) {
  expectFloats(n, 0, "X");
  expectRank(n, 0, "X", 2, INT64_MAX);
  (void)expectWithin(n, "size", 0, 1, INT64_MAX);
  if (!n.failed())
    n.give(n.type(0));
}

template <typename T> void lrn(const T *x, T *y, const Channels &view, const Attributes &attributes) {
  int64_t size = attributes.integer("size", 1), last = view.channels - 1;
  double alpha = attributes.number("alpha", 1e-4) / double(size), beta = attributes.number("beta", 0.75),
         bias = attributes.number("bias", 1);
  int64_t before = std::min((size - 1) / 2, last), after = std::min(size / 2, last);
  std::vector<double> squares(view.inner);
  for (int64_t image = 0; image < view.batch; ++image)
    for (int64_t c = 0; c < view.channels; ++c) {
      std::fill(squares.begin(), squares.end(), 0);
      for (int64_t other = std::max<int64_t>(c - before, 0); other <= std::min(c + after, last); ++other) {
        const T *from = x + (image * view.channels + other) * view.inner;
        for (int64_t i = 0; i < view.inner; ++i)
          squares[i] += double(from[i]) * from[i];
      }
      int64_t row = (image * view.channels + c) * view.inner;
      for (int64_t i = 0; i < view.inner; ++i)
        y[row + i] = T(x[row + i] / std::pow(bias + alpha * squares[i], beta));
    }
}

void runLrn(Evaluation &e) {
  if (e.result().count() != 0)
    visitFloats(e.operand(0), [&](auto zero) {
      using T = decltype(zero);
      lrn(e.operand(0).as<T>(), e.result().mutableAs<T>(), Channels(e.shape(0)), e.attributes());
    });
}

//===----------------------------------------------------------------------===//
// LpNormalization
//===----------------------------------------------------------------------===//

void inferLpNormalization(Inference &n) {
  expectFloats(n, 0, "input");
  (void)n.axis("axis", -1, n.rank(0));
  (void)expectWithin(n, "p", 2, 1, 2);
  if (!n.failed())
    n.give(n.type(0));
}

void lpNormalization(Evaluation &e) {
  if (e.result().count() == 0)
    return;
  AxisView view(e.shape(0), fromBegin(e.attributes().integer("axis", -1), e.rank(0)));
  bool isEuclidean = e.attributes().integer("p", 2) == 2;
  std::vector<double> norms(view.inner);
  visitFloats(e.operand(0), [&](auto zero) {
    using T = decltype(zero);
    for (int64_t outer = 0; outer < view.outer; ++outer) {
      const T *x = e.operand(0).as<T>() + outer * view.length * view.inner;
      T *y = e.result().mutableAs<T>() + outer * view.length * view.inner;
      std::fill(norms.begin(), norms.end(), 0);
      for (int64_t i = 0; i < view.length * view.inner; ++i)
        norms[i % view.inner] += isEuclidean ? double(x[i]) * x[i] : std::abs(double(x[i]));
      for (double &norm : norms)
        norm = isEuclidean ? std::sqrt(norm) : norm;
      for (int64_t i = 0; i < view.length * view.inner; ++i)
        y[i] = norms[i % view.inner] == 0 ? T(0) : T(x[i] / norms[i % view.inner]);
    }
  });
}

//===----------------------------------------------------------------------===//
// MeanVarianceNormalization
//===----------------------------------------------------------------------===//

/// The axes that a mean is taken over.
std::vector<int64_t> meanAxes(const Attributes &attributes) {
  return attributes.has("axes") ? attributes.integers("axes") : std::vector<int64_t>{0, 2, 3};
}

void inferMeanVariance(Inference &n) {
  expectFloats(n, 0, "X");
  for (int64_t axis : meanAxes(n.attributes()))
    (void)n.axis(axis, n.rank(0));
  if (!n.failed())
    n.give(n.type(0));
}

void meanVariance(Evaluation &e) {
  const Shape &shape = e.shape(0);
  if (e.result().count() == 0)
    return;
  // The statistics have one element along each axis that they are over.
  Shape kept = shape;
  for (int64_t axis : meanAxes(e.attributes()))
    kept[fromBegin(axis, e.rank(0))] = 1;
  std::vector<Moments> moments(elementCount(kept));
  double terms = double(e.result().count()) / double(moments.size());
  visitFloats(e.operand(0), [&](auto zero) {
    using T = decltype(zero);
    const T *x = e.operand(0).as<T>();
    T *y = e.result().mutableAs<T>();
    auto each = [&](auto &&body) {
      Walk<1> walk(shape, {broadcastStrides(kept, shape)});
      for (int64_t i = 0, count = e.result().count(); i < count; ++i, walk.next())
        body(i, moments[walk.offset(0)]);
    };
    each([&](int64_t i, Moments &m) { m.mean += x[i] / terms; });
    each([&](int64_t i, Moments &m) { m.variance += (x[i] - m.mean) * (x[i] - m.mean) / terms; });
    // The specification's own function adds 1e-9 to the deviation.
    each([&](int64_t i, Moments &m) { y[i] = T((x[i] - m.mean) / (std::sqrt(m.variance) + 1e-9)); });
  });
}

} // namespace

void host::addNormalization(Operators &all) {
  all.add("InstanceNormalization", inferInstanceNormalization, instanceNormalization);
  all.add("GroupNormalization", inferGroupNormalization, groupNormalization);
  all.add("LRN", inferLrn, runLrn);
  all.add("LpNormalization", inferLpNormalization, lpNormalization);
  all.add("MeanVarianceNormalization", inferMeanVariance, meanVariance);
  addBatchNormalization(all);
  addLayerNormalizations(all);
  addSkipNormalizations(all);
  addSoftmax(all);
}
