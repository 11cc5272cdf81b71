// Two operands, broadcasting.
#include "tare/Kernels/Elementwise.h"

namespace tare::kernels::floating {

void add(const ConstTensorView &a, const ConstTensorView &b, const TensorView &y) {
  binary<float, float, float>(a, b, y, [](float a, float b) { return a + b; });
}

void sub(const ConstTensorView &a, const ConstTensorView &b, const TensorView &y) {
  binary<float, float, float>(a, b, y, [](float a, float b) { return a - b; });
}

void mul(const ConstTensorView &a, const ConstTensorView &b, const TensorView &y) {
  binary<float, float, float>(a, b, y, [](float a, float b) { return a * b; });
}

void div(const ConstTensorView &a, const ConstTensorView &b, const TensorView &y) {
  binary<float, float, float>(a, b, y, [](float a, float b) { return a / b; });
}

void prelu(const ConstTensorView &x, const ConstTensorView &slope, const TensorView &y) {
  binary<float, float, float>(x, slope, y, [](float x, float s) { return x < 0.0f ? x * s : x; });
}

} // namespace tare::kernels::floating
