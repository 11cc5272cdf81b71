//===- Scales.cpp - From the accumulator to the result's grid -------------===//
#include "Scales.h"

using namespace mlir;
using namespace tare::qnn;

int64_t tare::qnn::distanceOf(Value x) { return gridOf(x).reach(); }

double tare::qnn::ratio(Value x, Value y) { return gridOf(x).scale() / gridOf(y).scale(); }

double tare::qnn::productScale(Value a, Value b, Value y) {
  return gridOf(a).scale() * gridOf(b).scale() / gridOf(y).scale();
}
