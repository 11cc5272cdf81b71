//===- CausalConvolutions.cpp - Convolutions over what was so far ---------===//
#include "Convolution.h"
#include "Movement/Movement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::host;

namespace {

void inferCausalConv(Inference &n) {
  const TensorType x = n.type(0), w = n.type(1);
  std::string activation = n.attributes().text("activation", "none");
  if (activation != "none" && activation != "silu" && activation != "swish")
    n.error("attribute 'activation' is '" + activation + "', expected none, silu or swish");
  if (x.element != ElementType::f32 || x.shape.size() != 3 || w.element != ElementType::f32 || w.shape.size() != 3 ||
      w.shape[0] != x.shape[1] || w.shape[1] != 1 || w.shape[2] < 1)
    n.error("its input is " + toString(x) + " and its weights " + toString(w) +
            ", expected [batch, channels, length] and [channels, 1, k] of float32");
  if (n.failed())
    return;
  checkBias(n, 2, x.shape[1]);
  TensorType state{ElementType::f32, {x.shape[0], x.shape[1], w.shape[2] - 1}};
  if (n.has(3) && n.type(3) != state)
    n.error("operand past_state is " + toString(n.type(3)) + ", expected " + toString(state));
  n.give(x);
  n.give(state, 1);
}

void causalConv(Evaluation &e) {
  const Shape &x = e.shape(0);
  int64_t length = x[2], kernel = e.shape(1)[2], past = kernel - 1;
  bool activates = e.attributes().text("activation", "none") != "none";
  // Nothing has to be done for rows of which neither result has an element.
  int64_t rows = length == 0 && past == 0 ? 0 : saturatedProduct(x[0], x[1]);
  std::vector<float> line(past + length, 0.0f);
  for (int64_t row = 0; row < rows; ++row) {
    int64_t channel = row % x[1];
    if (e.has(3))
      std::copy_n(e.operand(3).as<float>() + row * past, past, line.begin());
    std::copy_n(e.operand(0).as<float>() + row * length, length, line.begin() + past);
    const float *w = e.operand(1).as<float>() + channel * kernel;
    float *y = e.result().mutableAs<float>() + row * length;
    for (int64_t i = 0; i < length; ++i) {
      double sum = e.has(2) ? double(e.operand(2).as<float>()[channel]) : 0.0;
      for (int64_t k = 0; k < kernel; ++k)
        sum += double(w[k]) * double(line[i + k]);
      y[i] = float(activates ? sum / (1 + std::exp(-sum)) : sum);
    }
    if (e.gives(1))
      std::copy_n(line.end() - past, past, e.result(1).mutableAs<float>() + row * past);
  }
}

} // namespace

void host::addCausalConvolutions(Operators &all) { all.add("CausalConvWithState", inferCausalConv, causalConv); }
