// Matrix products on oneDNN.
#include "../OneDnn.h"
#include "MatrixShapes.h"
#include "Products.h"
#include "RowProducts.h"

#include <algorithm>

namespace tare::kernels::floating {

namespace {

using dnnl::memory;
using Tag = memory::format_tag;

/// The product of an m x k and a k x n matrix.
struct Product {
  int64_t m, k, n;
  bool hasBias;
  /// The right matrix is stored n x k.
  bool transposed;
  /// The right matrix may have any layout: it is packed once.
  bool packed;
};

memory::desc matrix(int64_t rows, int64_t columns, Tag tag) { return {{rows, columns}, memory::data_type::f32, tag}; }

KernelPlan planOf(const Product &p) {
  memory::desc x = matrix(p.m, p.k, Tag::ab), y = matrix(p.m, p.n, Tag::ab);
  memory::desc w = matrix(p.k, p.n, p.transposed ? Tag::ba : Tag::ab);
  memory::desc wanted = p.packed ? matrix(p.k, p.n, Tag::any) : w;
  memory::desc bias = p.hasBias ? matrix(1, p.n, Tag::ab) : memory::desc();
  dnnl::matmul::desc descriptor = p.hasBias ? dnnl::matmul::desc(x, wanted, bias, y) : dnnl::matmul::desc(x, wanted, y);
  KernelPlan plan;
  plan.descriptor = dnnl::matmul::primitive_desc(descriptor, kernelAttributes(), cpuEngine());
  plan.ports = {{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, w}};
  if (p.hasBias)
    plan.ports.push_back({DNNL_ARG_BIAS, bias});
  plan.ports.push_back({DNNL_ARG_DST, y});
  return plan;
}

const CompiledKernel *kernelFor(const Product &p) {
  return compiledKernel({static_cast<int64_t>(KernelKind::matMul), p.m, p.k, p.n, p.hasBias, p.transposed, p.packed},
                        [&] { return planOf(p); });
}

} // namespace

bool multiply(const ProductSizes &sizes, const float *a, const float *b, float *c) {
  const CompiledKernel *kernel = sizes.k == 0 ? nullptr : kernelFor({sizes.m, sizes.k, sizes.n, false, false, false});
  if (kernel)
    kernel->run({{a, b}}, c);
  return kernel != nullptr;
}

void linear(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias, const TensorView &y,
            PackedConstants *constants) {
  if (y.count() == 0)
    return;
  if (constants && multiplyRows(x, w, bias, y, *constants))
    return;
  int64_t n = w.type.shape[0], k = w.type.shape[1];
  int64_t rows = y.count() / n;
  // One item of the batch at a time, see Convolution.cpp.
  int64_t items = x.type.shape.size() > 1 ? x.type.shape[0] : 1;
  int64_t m = rows / items;
  const CompiledKernel *kernel = k == 0 ? nullptr : kernelFor({m, k, n, bias.has_value(), true, constants != nullptr});
  if (!kernel)
    return reference::linear(x, w, bias, y);
  for (int64_t i = 0; i < items; ++i) {
    std::vector<const float *> inputs{x.as<float>() + i * m * k, w.as<float>()};
    if (bias)
      inputs.push_back(bias->as<float>());
    kernel->run(inputs, y.as<float>() + i * m * n, constants);
  }
}

void matMul(const ConstTensorView &a, const ConstTensorView &b, const TensorView &y) {
  if (y.count() == 0)
    return;
  MatrixStack stack = matrixStack(a.type.shape, b.type.shape);
  const CompiledKernel *kernel = stack.k == 0 ? nullptr : kernelFor({stack.m, stack.k, stack.n, false, false, false});
  if (!kernel)
    return reference::matMul(a, b, y);
  float *target = y.as<float>();
  for (size_t i = 0; i < stack.lhsOffsets.size(); ++i) {
    kernel->run({{a.as<float>() + stack.lhsOffsets[i], b.as<float>() + stack.rhsOffsets[i]}}, target);
    target += stack.m * stack.n;
  }
}

} // namespace tare::kernels::floating
