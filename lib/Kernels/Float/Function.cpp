// y = f(x): short loops, or oneDNN, in blocks of few sizes, so that a function is compiled for those alone.
#include "InLoops.h"
#include "OneDnn.h"

#include <algorithm>
#include <array>
#include <bit>

namespace tare::kernels::floating {

namespace {

/// The largest stays in the first cache; what is less than the smallest is filled up.
constexpr std::array<int64_t, 2> blockSizes{4096, 256};
constexpr int64_t smallestBlock = blockSizes.back();
/// Below, a block costs more than it saves.
constexpr int64_t fewest = 32;

struct Primitive {
  dnnl::algorithm algorithm;
  float alpha = 0;
};

/// What oneDNN has of the function: those that keep NaN and are within 1e-6. (Its logarithm, exponential and softplus
/// do not, or are not.)
std::optional<Primitive> primitiveOf(program::FunctionKind kind, std::span<const double> parameters) {
  using Kind = program::FunctionKind;
  switch (kind) {
  case Kind::sigmoid:
    return Primitive{dnnl::algorithm::eltwise_logistic};
  case Kind::swish:
    return Primitive{dnnl::algorithm::eltwise_swish, 1};
  case Kind::scaled_swish:
    return Primitive{dnnl::algorithm::eltwise_swish, static_cast<float>(parameters[0])};
  case Kind::tanh:
    return Primitive{dnnl::algorithm::eltwise_tanh};
  case Kind::mish:
    return Primitive{dnnl::algorithm::eltwise_mish};
  case Kind::gelu:
    return Primitive{dnnl::algorithm::eltwise_gelu_erf};
  case Kind::gelu_tanh:
    return Primitive{dnnl::algorithm::eltwise_gelu_tanh};
  case Kind::elu:
    return Primitive{dnnl::algorithm::eltwise_elu, static_cast<float>(parameters[0])};
  default:
    return std::nullopt;
  }
}

KernelPlan planOf(const Primitive &primitive, int64_t blockSize) {
  dnnl::memory::desc block({blockSize}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::a);
  dnnl::eltwise_forward::desc descriptor(dnnl::prop_kind::forward_inference, primitive.algorithm, block,
                                         primitive.alpha, 0);
  KernelPlan plan;
  plan.descriptor = dnnl::eltwise_forward::primitive_desc(descriptor, kernelAttributes(), cpuEngine());
  plan.ports = {{DNNL_ARG_SRC, block}, {DNNL_ARG_DST, block}};
  return plan;
}

const CompiledKernel *kernelFor(const Primitive &primitive, int64_t blockSize) {
  KernelKey key{static_cast<int64_t>(KernelKind::function), static_cast<int64_t>(primitive.algorithm),
                static_cast<int64_t>(std::bit_cast<int32_t>(primitive.alpha)), blockSize};
  return compiledKernel(key, [&] { return planOf(primitive, blockSize); });
}

} // namespace

bool function(program::FunctionKind kind, std::span<const double> parameters, const ConstTensorView &x,
              const TensorView &y) {
  if (functionInLoop(kind, parameters, x, y))
    return true;
  std::optional<Primitive> primitive = primitiveOf(kind, parameters);
  if (!primitive || x.count() < fewest)
    return false;
  const float *from = x.as<float>();
  float *to = y.as<float>();
  int64_t left = x.count();
  const CompiledKernel *kernel = nullptr;
  for (int64_t blockSize : blockSizes) {
    kernel = kernelFor(*primitive, blockSize);
    if (!kernel)
      return false;
    for (; left >= blockSize; left -= blockSize, from += blockSize, to += blockSize)
      kernel->run({{from}}, to);
  }
  // The rest, with zeros behind it.
  std::array<float, smallestBlock> rest{}, result;
  std::copy_n(from, left, rest.begin());
  kernel->run({{rest.data()}}, result.data());
  std::copy_n(result.begin(), left, to);
  return true;
}

} // namespace tare::kernels::floating
