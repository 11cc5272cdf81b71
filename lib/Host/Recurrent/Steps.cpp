//===- Steps.cpp - A step of a layer that keeps a state -------------------===//
#include "Matrices.h"
#include "Recurrent.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::host;

/// Calls body(place in the state, row of the batch, unit) for each element of the state that has this step.
template <typename Body> static void eachUnit(const Direction &d, Body &&body) {
  for (int64_t row = 0; row < d.batch; ++row)
    if (d.isActive[row])
      for (int64_t unit = 0; unit < d.hidden; ++unit)
        body(row * d.hidden + unit, row, unit);
}

static Tensor productOf(const Tensor &a, const Tensor &b) {
  Tensor y(ElementType::f32, {a.shape()[0], b.shape()[1]});
  multiply(a, b, y);
  return y;
}

/// A run of elements as DynamicQuantizeLinear rounds it.
static void quantizeRun(const float *x, int64_t count, float *y) {
  float least = 0, greatest = 0;
  for (int64_t i = 0; i < count; ++i) {
    least = std::min(least, x[i]);
    greatest = std::max(greatest, x[i]);
  }
  float scale = (greatest - least) / 255;
  if (!(scale > 0)) {
    std::copy_n(x, count, y);
    return;
  }
  float zero = std::nearbyint(std::clamp(-least / scale, 0.0f, 255.0f));
  std::transform(x, x + count, y, [&](float value) {
    return (std::clamp(std::nearbyint(value / scale) + zero, 0.0f, 255.0f) - zero) * scale;
  });
}

Tensor host::quantized(const Tensor &x, int64_t runs) {
  Tensor y(ElementType::f32, x.shape());
  int64_t each = runs == 0 ? 0 : x.count() / runs;
  for (int64_t i = 0; i < runs; ++i)
    quantizeRun(x.as<float>() + i * each, each, y.mutableAs<float>() + i * each);
  return y;
}

void host::stepRnn(Direction &d) {
  Tensor product = productOf(d.h, d.recurrence);
  eachUnit(d, [&](int64_t i, int64_t, int64_t) {
    d.h.mutableAs<float>()[i] = float(d.apply(0, double(d.inputs.as<float>()[i]) + product.as<float>()[i]));
  });
}

void host::stepGru(Direction &d) {
  // Update, reset, hidden.
  Tensor gates = productOf(d.h, d.recurrence), update = zeros(d.h.shape()), reset = zeros(d.h.shape());
  Tensor state = zeros(d.h.shape());
  auto input = [&](int64_t row, int64_t gate, int64_t unit) {
    return double(d.inputs.as<float>()[(row * 3 + gate) * d.hidden + unit]);
  };
  eachUnit(d, [&](int64_t i, int64_t row, int64_t unit) {
    const float *products = gates.as<float>() + row * 2 * d.hidden + unit;
    update.mutableAs<float>()[i] = float(d.apply(0, input(row, 0, unit) + products[0]));
    reset.mutableAs<float>()[i] = float(d.apply(0, input(row, 1, unit) + products[d.hidden]));
    state.mutableAs<float>()[i] = d.variant ? d.h.as<float>()[i] : d.h.as<float>()[i] * reset.as<float>()[i];
  });
  Tensor product = productOf(state, d.candidate);
  eachUnit(d, [&](int64_t i, int64_t row, int64_t unit) {
    double recurrent = double(product.as<float>()[i]) + d.candidateBias[unit];
    if (d.variant)
      recurrent *= reset.as<float>()[i];
    double candidate = d.apply(1, input(row, 2, unit) + recurrent), z = update.as<float>()[i];
    d.h.mutableAs<float>()[i] = float((1 - z) * candidate + z * d.h.as<float>()[i]);
  });
}

void host::stepLstm(Direction &d) {
  // Input, output, forget, cell.
  Tensor product = productOf(d.quantizesState ? quantized(d.h, d.batch) : d.h, d.recurrence);
  eachUnit(d, [&](int64_t i, int64_t row, int64_t unit) {
    auto gate = [&](int64_t which) {
      int64_t place = (row * 4 + which) * d.hidden + unit;
      return double(d.inputs.as<float>()[place]) + product.as<float>()[place];
    };
    auto peephole = [&](int64_t which) { return d.peepholes.empty() ? 0.0 : d.peepholes[which * d.hidden + unit]; };
    double c = d.c.as<float>()[i];
    double in = d.apply(0, gate(0) + peephole(0) * c);
    double forget = d.variant ? 1 - in : d.apply(0, gate(2) + peephole(2) * c);
    c = forget * c + in * d.apply(1, gate(3));
    double out = d.apply(0, gate(1) + peephole(1) * c);
    d.c.mutableAs<float>()[i] = float(c);
    // The cell is no sum of inputs: it is not clipped.
    d.h.mutableAs<float>()[i] = float(out * d.activations[2](c));
  });
}
