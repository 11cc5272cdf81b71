// Convolutions on oneDNN, one image at a time: what is computed for an image
// does not depend on the batch that it is part of.
#include "../ChannelOrder.h"
#include "../InLoops.h"
#include "../OneDnn.h"
#include "../Planes.h"
#include "PointProducts.h"
#include "TransposedProducts.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string_view>
#include <type_traits>

namespace tare::kernels::floating {

namespace {

using dnnl::memory;
using Dims = memory::dims;
using Tag = memory::format_tag;

memory::desc plain(const Dims &dims, Tag tag) { return {dims, memory::data_type::f32, tag}; }

memory::desc anyLayout(const Dims &dims) { return plain(dims, Tag::any); }

/// A convolution of one image, transposed or not, as oneDNN describes it.
struct Problem {
  Dims source, weights, bias, target;
  Dims strides, dilations, begin, end;
  Tag weightsTag;
  bool hasBias;
  ChannelOrders orders;
  std::optional<Clamp> clamp;

  KernelKey key(KernelKind kind) const {
    KernelKey key{static_cast<int64_t>(kind), hasBias, orders.x == ChannelOrder::last, orders.y == ChannelOrder::last,
                  weightsTag == Tag::goihw};
    for (const Dims *dims : {&source, &weights, &target, &strides, &dilations, &begin, &end})
      key.insert(key.end(), dims->begin(), dims->end());
    if (clamp)
      key.insert(key.end(), {std::bit_cast<int32_t>(clamp->low), std::bit_cast<int32_t>(clamp->high)});
    return key;
  }
};

/// oneDNN names the dimensions alike in either order.
Tag tagOf(ChannelOrder order) { return order == ChannelOrder::last ? Tag::nhwc : Tag::nchw; }

/// A column is computed as a row, which it is in memory: oneDNN's kernels go along rows.
void layDown(Planes &x, Window &window, Planes &y) {
  bool isColumn = x.w == 1 && y.w == 1 && window.kernel[1] == 1 && window.begin[1] == 0 && window.end[1] == 0;
  if (!isColumn)
    return;
  std::swap(x.h, x.w);
  std::swap(y.h, y.w);
  for (auto *pair : {&window.kernel, &window.strides, &window.begin, &window.end, &window.dilations})
    std::swap((*pair)[0], (*pair)[1]);
}

Problem problemOf(Planes x, Window window, Planes y, bool hasBias, ChannelOrders orders) {
  layDown(x, window, y);
  int64_t g = window.group;
  Problem problem;
  problem.source = {1, x.c, x.h, x.w};
  problem.weights = {g, y.c / g, x.c / g, window.kernel[0], window.kernel[1]};
  problem.bias = {y.c};
  problem.target = {1, y.c, y.h, y.w};
  problem.strides = {window.strides[0], window.strides[1]};
  // oneDNN counts the holes between taps.
  problem.dilations = {window.dilations[0] - 1, window.dilations[1] - 1};
  problem.begin = {window.begin[0], window.begin[1]};
  problem.end = {window.end[0], window.end[1]};
  problem.weightsTag = Tag::goihw;
  problem.hasBias = hasBias;
  problem.orders = orders;
  return problem;
}

dnnl::primitive_attr attributesOf(const Problem &problem) {
  dnnl::primitive_attr attributes = kernelAttributes();
  if (!problem.clamp)
    return attributes;
  dnnl::post_ops ops;
  if (std::isinf(problem.clamp->high))
    ops.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
  else
    ops.append_eltwise(1, dnnl::algorithm::eltwise_clip, problem.clamp->low, problem.clamp->high);
  attributes.set_post_ops(ops);
  return attributes;
}

/// What the primitive computes on: an image whose channels are last as it is, or in the layout that oneDNN wants.
enum class Layouts { asGiven, wanted };

memory::desc insideOf(const Dims &dims, ChannelOrder order, Layouts layouts) {
  return order == ChannelOrder::last && layouts == Layouts::asGiven ? plain(dims, Tag::nhwc) : anyLayout(dims);
}

/// A group of one is oneDNN's convolution without groups, which has faster kernels.
Dims ungrouped(const Problem &problem) {
  return Dims(problem.weights.begin() + (problem.weights[0] == 1), problem.weights.end());
}

template <typename Primitive>
typename Primitive::primitive_desc primitiveOf(const Problem &problem, dnnl::algorithm algorithm, Layouts layouts) {
  memory::desc bias = problem.hasBias ? plain(problem.bias, Tag::x) : memory::desc();
  typename Primitive::desc descriptor(
      dnnl::prop_kind::forward_inference, algorithm, insideOf(problem.source, problem.orders.x, layouts),
      anyLayout(ungrouped(problem)), bias, insideOf(problem.target, problem.orders.y, layouts), problem.strides,
      problem.dilations, problem.begin, problem.end);
  return typename Primitive::primitive_desc(descriptor, attributesOf(problem), cpuEngine());
}

/// Whether each element of the image is used a few times only, so that reorders take longer than they save: a fifth of
/// the time of small networks. Kernels with more taps are slower without.
bool isLight(const Problem &problem) {
  bool isPoint = problem.weights[3] * problem.weights[4] == 1;
  bool isDepthwise = problem.weights[0] != 1 && problem.weights[1] * problem.weights[2] == 1;
  return isPoint || isDepthwise;
}

/// Whether Winograd's minimal filtering may compute it (Lavin and Gray 2015, arXiv:1509.09308): with less than half of
/// the multiplications, and reorders, it took a third to nine tenths of the time of 13 convolutions of nets. Against
/// direct sums it was off by 2e-6 of the largest result at most.
bool isForWinograd(const Problem &problem) {
  return problem.weights[0] == 1 && problem.weights[3] == 3 && problem.weights[4] == 3 &&
         problem.strides == Dims{1, 1} && problem.dilations == Dims{0, 0};
}

/// The kernel that oneDNN has for the algorithm with such layouts; nothing where it has none.
template <typename Primitive>
std::optional<typename Primitive::primitive_desc> found(const Problem &problem, dnnl::algorithm algorithm,
                                                        Layouts layouts) {
  try {
    return primitiveOf<Primitive>(problem, algorithm, layouts);
  } catch (const dnnl::error &) {
    return std::nullopt;
  }
}

/// Without reorders where that is faster and oneDNN has a generated kernel for it.
template <typename Primitive>
typename Primitive::primitive_desc fastest(const Problem &problem, dnnl::algorithm algorithm) {
  if constexpr (std::is_same_v<Primitive, dnnl::convolution_forward>)
    if (isForWinograd(problem))
      if (auto winograd = found<Primitive>(problem, dnnl::algorithm::convolution_winograd, Layouts::wanted))
        return *winograd;
  if (isLight(problem))
    if (auto direct = found<Primitive>(problem, algorithm, Layouts::asGiven);
        direct && std::string_view(direct->impl_info_str()).starts_with("jit"))
      return *direct;
  return primitiveOf<Primitive>(problem, algorithm, Layouts::wanted);
}

/// The layouts outside.
template <typename Primitive> KernelPlan planOf(const Problem &problem, dnnl::algorithm algorithm) {
  Tag tag = problem.weightsTag;
  if (problem.weights[0] == 1)
    tag = tag == Tag::goihw ? Tag::oihw : Tag::iohw;
  KernelPlan plan;
  plan.descriptor = fastest<Primitive>(problem, algorithm);
  plan.ports = {{DNNL_ARG_SRC, plain(problem.source, tagOf(problem.orders.x))},
                {DNNL_ARG_WEIGHTS, plain(ungrouped(problem), tag)}};
  if (problem.hasBias)
    plan.ports.push_back({DNNL_ARG_BIAS, plain(problem.bias, Tag::x)});
  plan.ports.push_back({DNNL_ARG_DST, plain(problem.target, tagOf(problem.orders.y))});
  return plan;
}

void runImages(const CompiledKernel &kernel, const ConstTensorView &x, const ConstTensorView &w,
               const OptionalView &bias, const TensorView &y, PackedConstants *constants, ChannelOrders orders) {
  Planes input(x.type.shape, orders.x), output(y.type.shape, orders.y);
  for (int64_t n = 0; n < output.n; ++n) {
    std::vector<const float *> inputs{x.as<float>() + n * input.image(), w.as<float>()};
    if (bias)
      inputs.push_back(bias->as<float>());
    kernel.run(inputs, y.as<float>() + n * output.image(), constants);
  }
}

} // namespace

void conv(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias, const Geometry &geometry,
          const TensorView &y, PackedConstants *constants, ChannelOrders orders, std::optional<Clamp> clamp) {
  if (y.count() == 0)
    return;
  if (constants && convByRows(x, w, bias, geometry, y, *constants, orders, clamp))
    return;
  Problem problem = problemOf(Planes(x.type.shape, orders.x), Window(geometry), Planes(y.type.shape, orders.y),
                              bias.has_value(), orders);
  problem.clamp = clamp;
  const CompiledKernel *kernel = compiledKernel(problem.key(KernelKind::conv), [&] {
    return planOf<dnnl::convolution_forward>(problem, dnnl::algorithm::convolution_direct);
  });
  if (!kernel)
    return convInLoops(x, w, bias, geometry, y, orders, clamp);
  runImages(*kernel, x, w, bias, y, constants, orders);
}

void convTranspose(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias,
                   const Geometry &geometry, const TensorView &y, PackedConstants *constants, WeightOrder order) {
  if (y.count() == 0)
    return;
  if (convTransposeByProducts(x, w, bias, geometry, y, order))
    return;
  Planes input(x.type.shape), output(y.type.shape);
  Window window(geometry);
  // Output padding is less padding at the end. Where it reaches beyond the
  // last window oneDNN has no name for it.
  bool beyond = false;
  for (size_t d = 0; d < 2; ++d) {
    int64_t from = d ? output.w : output.h, to = d ? input.w : input.h;
    window.end[d] = window.endFor(d, from, to);
    beyond |= window.end[d] < 0 || window.begin[d] < 0;
  }
  if (beyond)
    return reference::convTranspose(x, w, bias, geometry, y, order);
  Problem problem = problemOf(input, window, output, bias.has_value(), {});
  problem.weightsTag = order == WeightOrder::outputsFirst ? Tag::goihw : Tag::giohw;
  const CompiledKernel *kernel = compiledKernel(problem.key(KernelKind::deconv), [&] {
    return planOf<dnnl::deconvolution_forward>(problem, dnnl::algorithm::deconvolution_direct);
  });
  if (!kernel)
    return reference::convTranspose(x, w, bias, geometry, y, order);
  runImages(*kernel, x, w, bias, y, constants, {});
}

} // namespace tare::kernels::floating
