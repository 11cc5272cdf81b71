//===- LayerNormalizations.cpp - Over the last axes -----------------------===//
#include "Elements.h"
#include "Normalization.h"
#include "OperandChecks.h"

#include <algorithm>

using namespace tare;
using namespace tare::host;

namespace {

/// The shape of the statistics: one element along each of the axes that they are over.
Shape statisticsShape(const Shape &shape, int64_t axis) {
  Shape kept = shape;
  std::fill(kept.begin() + axis, kept.end(), 1);
  return kept;
}

void inferNormalized(Inference &n, size_t results) {
  expectFloats(n, 0, "X");
  expectFloats(n, 1, "scale");
  expectBroadcast(n, 1, "scale", n.shape(0));
  int64_t axis = n.axis("axis", -1, n.rank(0));
  expectResults(n, results);
  if (n.failed())
    return;
  n.give(n.type(0));
  for (size_t i = 1; i < n.numResults(); ++i)
    n.give(ElementType::f32, statisticsShape(n.shape(0), axis), i);
}

void inferLayerNormalization(Inference &n) {
  inferNormalized(n, 3);
  if (n.has(2)) {
    expectFloats(n, 2, "B");
    expectBroadcast(n, 2, "B", n.shape(0));
  }
}

void inferRmsNormalization(Inference &n) { inferNormalized(n, 1); }
void inferSimplified(Inference &n) { inferNormalized(n, 2); }

template <typename T> void normalize(Evaluation &e, bool centered) {
  int64_t axis = fromBegin(e.attributes().integer("axis", -1), e.rank(0));
  const Shape &shape = e.shape(0);
  int64_t length = elementCount(Shape(shape.begin() + axis, shape.end())), count = e.result().count();
  double epsilon = e.attributes().number("epsilon", 1e-5);
  std::vector<double> scale = numbersOf(e.operand(1)), bias(1, 0.0);
  bool hasBias = centered && e.has(2);
  if (hasBias)
    bias = numbersOf(e.operand(2));
  Walk<2> walk(shape, {broadcastStrides(e.shape(1), shape), broadcastStrides(hasBias ? e.shape(2) : Shape{}, shape)});
  for (int64_t begin = 0; begin < count; begin += length) {
    const T *x = e.operand(0).as<T>() + begin;
    Moments moments = Moments::of(x, length, centered);
    double inverse = moments.inverseDeviation(epsilon);
    for (int64_t i = 0; i < length; ++i, walk.next())
      e.result().mutableAs<T>()[begin + i] =
          T((x[i] - moments.mean) * inverse * scale[walk.offset(0)] + bias[walk.offset(1)]);
    // The inverse deviation is last.
    if (e.numResults() > 1)
      e.result(e.numResults() - 1).mutableAs<float>()[begin / length] = float(inverse);
    if (centered && e.numResults() > 1)
      e.result(1).mutableAs<float>()[begin / length] = float(moments.mean);
  }
}

void runNormalization(Evaluation &e, bool centered) {
  if (e.result().count() != 0)
    e.operand(0).element() == ElementType::f64 ? normalize<double>(e, centered) : normalize<float>(e, centered);
}

void layerNormalization(Evaluation &e) { runNormalization(e, true); }
void rmsNormalization(Evaluation &e) { runNormalization(e, false); }

} // namespace

void host::addLayerNormalizations(Operators &all) {
  all.add("LayerNormalization", inferLayerNormalization, layerNormalization);
  all.add("RMSNormalization", inferRmsNormalization, rmsNormalization);
  // Written by onnxruntime, in ONNX's own domain or in its own.
  for (std::string_view name : {"SimplifiedLayerNormalization", "com.microsoft.SimplifiedLayerNormalization"})
    all.add(name, inferSimplified, rmsNormalization);
}
