// Matrix products as loops.
#include "MatrixShapes.h"

#include "tare/Kernels/Elementwise.h"
#include "tare/Kernels/Float.h"

#include <algorithm>

namespace tare::kernels::floating {

MatrixStack matrixStack(Shape lhs, Shape rhs) {
  if (lhs.size() == 1)
    lhs.insert(lhs.begin(), 1);
  if (rhs.size() == 1)
    rhs.push_back(1);
  MatrixStack stack{lhs[lhs.size() - 2], lhs.back(), rhs.back(), {}, {}};
  Shape lhsBatch(lhs.begin(), lhs.end() - 2);
  Shape rhsBatch(rhs.begin(), rhs.end() - 2);
  Shape batch = lhsBatch.size() > rhsBatch.size() ? lhsBatch : rhsBatch;
  for (size_t i = 1; i <= batch.size(); ++i)
    for (const Shape *operand : {&lhsBatch, &rhsBatch})
      if (i <= operand->size() && operand->rbegin()[i - 1] != 1)
        batch.rbegin()[i - 1] = operand->rbegin()[i - 1];
  // The batch is a broadcast of its own: a row of it is a run of matrices.
  Broadcast plan = planBroadcast(lhsBatch, rhsBatch, batch);
  std::vector<int64_t> index(plan.sizes.size(), 0);
  size_t last = index.size() - 1;
  if (elementCount(batch) == 0)
    return stack;
  do {
    int64_t a = 0, b = 0;
    for (size_t d = 0; d < last; ++d) {
      a += index[d] * plan.lhsStrides[d];
      b += index[d] * plan.rhsStrides[d];
    }
    for (int64_t i = 0; i < plan.sizes[last]; ++i) {
      stack.lhsOffsets.push_back((a + i * plan.lhsStrides[last]) * stack.m * stack.k);
      stack.rhsOffsets.push_back((b + i * plan.rhsStrides[last]) * stack.k * stack.n);
    }
  } while (nextRow(plan.sizes, index));
  return stack;
}

namespace reference {

void linear(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias, const TensorView &y) {
  int64_t n = w.type.shape[0], k = w.type.shape[1];
  float *target = y.as<float>();
  for (int64_t row = 0, rows = y.count() / std::max<int64_t>(n, 1); row < rows; ++row)
    for (int64_t o = 0; o < n; ++o) {
      double sum = bias ? bias->as<float>()[o] : 0.0;
      for (int64_t i = 0; i < k; ++i)
        sum += double(x.as<float>()[row * k + i]) * w.as<float>()[o * k + i];
      *target++ = static_cast<float>(sum);
    }
}

void matMul(const ConstTensorView &a, const ConstTensorView &b, const TensorView &y) {
  MatrixStack stack = matrixStack(a.type.shape, b.type.shape);
  float *target = y.as<float>();
  for (size_t i = 0; i < stack.lhsOffsets.size(); ++i) {
    const float *lhs = a.as<float>() + stack.lhsOffsets[i];
    const float *rhs = b.as<float>() + stack.rhsOffsets[i];
    for (int64_t row = 0; row < stack.m; ++row)
      for (int64_t column = 0; column < stack.n; ++column) {
        double sum = 0;
        for (int64_t j = 0; j < stack.k; ++j)
          sum += double(lhs[row * stack.k + j]) * rhs[j * stack.n + column];
        *target++ = static_cast<float>(sum);
      }
  }
}

} // namespace reference
} // namespace tare::kernels::floating
