// Poolings on oneDNN; loops where it has no such window.
#include "../ChannelOrder.h"
#include "../InLoops.h"
#include "../OneDnn.h"
#include "../Planes.h"

#include <algorithm>
#include <limits>

namespace tare::kernels::floating {

namespace {

using dnnl::memory;
using Dims = memory::dims;

struct Problem {
  dnnl::algorithm algorithm;
  Dims source, target;
  Dims strides, kernel, dilations, begin, end;
  ChannelOrder order;

  KernelKey key(KernelKind kind) const {
    KernelKey key{static_cast<int64_t>(kind), static_cast<int64_t>(algorithm), static_cast<int64_t>(order)};
    for (const Dims *dims : {&source, &target, &strides, &kernel, &dilations, &begin, &end})
      key.insert(key.end(), dims->begin(), dims->end());
    return key;
  }
};

KernelPlan planOf(const Problem &problem) {
  auto tag = problem.order == ChannelOrder::last ? memory::format_tag::nhwc : memory::format_tag::nchw;
  memory::desc source(problem.source, memory::data_type::f32, tag);
  memory::desc target(problem.target, memory::data_type::f32, tag);
  dnnl::pooling_v2_forward::desc descriptor(dnnl::prop_kind::forward_inference, problem.algorithm, source, target,
                                            problem.strides, problem.kernel, problem.dilations, problem.begin,
                                            problem.end);
  KernelPlan plan;
  plan.descriptor = dnnl::pooling_v2_forward::primitive_desc(descriptor, kernelAttributes(), cpuEngine());
  plan.ports = {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, target}};
  return plan;
}

/// False where oneDNN has no such pooling.
bool pool(const ConstTensorView &x, const Window &window, KernelKind kind, dnnl::algorithm algorithm,
          const TensorView &y, ChannelOrder order) {
  Planes input(x.type.shape, order), output(y.type.shape, order);
  Problem problem{algorithm,
                  {1, input.c, input.h, input.w},
                  {1, output.c, output.h, output.w},
                  {window.strides[0], window.strides[1]},
                  {window.kernel[0], window.kernel[1]},
                  {window.dilations[0] - 1, window.dilations[1] - 1},
                  {window.begin[0], window.begin[1]},
                  {window.end[0], window.end[1]},
                  order};
  const CompiledKernel *kernel = compiledKernel(problem.key(kind), [&] { return planOf(problem); });
  if (!kernel)
    return false;
  for (int64_t n = 0; n < output.n; ++n)
    kernel->run({{x.as<float>() + n * input.image()}}, y.as<float>() + n * output.image());
  return true;
}

/// Whether most taps of the windows lie outside the input: oneDNN visits them all, loops do not.
bool isMostlyPadding(const Window &window, const Planes &input) {
  return double(window.kernel[0]) * window.kernel[1] > 16.0 * input.plane();
}

/// Adds end padding where y has more windows than the padding holds; true if
/// it did.
bool growPadding(Window &window, const Planes &input, const Planes &output) {
  bool grown = false;
  for (size_t d = 0; d < 2; ++d) {
    int64_t needed = window.endFor(d, d ? input.w : input.h, d ? output.w : output.h);
    grown |= needed > window.end[d];
    window.end[d] = std::max(window.end[d], needed);
  }
  return grown;
}

} // namespace

void maxPool(const ConstTensorView &x, const Geometry &geometry, const TensorView &y, ChannelOrder order) {
  if (y.count() == 0)
    return;
  Window window(geometry);
  growPadding(window, Planes(x.type.shape, order), Planes(y.type.shape, order));
  // oneDNN begins with the lowest number, which -inf is below. Of large windows it has slow loops alone.
  bool isPooled = !isWholePlane(x, geometry, y, order) && !isMostlyPadding(window, Planes(x.type.shape, order)) &&
                  pool(x, window, KernelKind::maxPool, dnnl::algorithm::pooling_max, y, order);
  const float *begin = y.as<float>(), *end = begin + y.count();
  if (!isPooled || std::find(begin, end, std::numeric_limits<float>::lowest()) != end)
    maxPoolInLoops(x, geometry, y, order);
}

void averagePool(const ConstTensorView &x, const Geometry &geometry, bool countIncludePad, const TensorView &y,
                 ChannelOrder order) {
  if (y.count() == 0)
    return;
  Window window(geometry);
  bool grown = growPadding(window, Planes(x.type.shape, order), Planes(y.type.shape, order));
  auto algorithm =
      countIncludePad ? dnnl::algorithm::pooling_avg_include_padding : dnnl::algorithm::pooling_avg_exclude_padding;
  // oneDNN would count the padding that ceil mode adds.
  if ((countIncludePad && grown) || isMostlyPadding(window, Planes(x.type.shape, order)) ||
      !pool(x, window, KernelKind::averagePool, algorithm, y, order))
    averagePoolInLoops(x, geometry, countIncludePad, y, order);
}

} // namespace tare::kernels::floating
