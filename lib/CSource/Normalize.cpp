//===- Normalize.cpp - Normalizations in C --------------------------------===//
#include "Lowering.h"
#include "Requantization.h"
#include "Walks.h"
#include "tare/Kernels/Normalization.h"

#include <algorithm>

using namespace tare;
using namespace tare::csource;

namespace {

/// The largest accumulator is the kernel's, which the reference says.
Sums sumsOfNormalize(const LayerWriter &layer) {
  int64_t largest = 0;
  for (const kernels::Reach &reach : layer.facts().scaling->reaches(layer.op(), layer.operands(), layer.result()))
    largest = std::max({largest, -reach.low, reach.high});
  return exactSums(largest);
}

/// Some of the dimensions, with the strides of the elements and of gamma and beta.
struct Dims {
  Shape sizes;
  std::vector<int64_t> elements, channels;

  Walk walk() const { return Walk(sizes, {elements, channels}); }
};

} // namespace

/// (A71)
Status csource::lowerNormalize(LayerWriter &layer) {
  const program::NormalizeT &norm = *layer.op().AsNormalize();
  ConstTensorView gamma = layer.constant(1), beta = layer.constant(2);
  if (!gamma.data || !beta.data)
    return refusal("its gamma or its beta is computed, expected constants; convert the model anew");
  const Shape &shape = layer.shape(0);
  const std::vector<int64_t> strides = stridesOf(shape);
  Dims kept, taken;
  for (size_t d = 0; d != shape.size(); ++d) {
    Dims &dims = std::ranges::count(norm.axes, int32_t(d)) > 0 ? taken : kept;
    dims.sizes.push_back(shape[d]);
    dims.elements.push_back(strides[d]);
    dims.channels.push_back(gamma.count() > 1 && int64_t(d) == norm.axis ? 1 : 0);
  }
  const int64_t count = elementCount(taken.sizes);
  ElementType x = layer.type(0).element;
  const int behindPoint = kernels::varianceBits(x, count, norm.keep_mean);
  Sums sums = sumsOfNormalize(layer);
  Requantization requant = requantization(layer, norm.requant.get(), sums, x);
  Parameters parameters{{"X", std::string(typeOf(x))}, {"SUM", sums.type}};
  requant.addTo(parameters);
  Walk keptWalk = kept.walk(), takenWalk = taken.walk();
  Walk::Row row = takenWalk.takeRow();
  keptWalk.addTo(parameters, layer.unit);
  std::string kernel = layer.unit.kernel("normalize", kernelName("normalize", x), parameters);
  std::vector<Member> members{{"kept", keptWalk.value()},
                              {"taken", takenWalk.value()},
                              member("length", row.length),
                              member("step", row.steps[0]),
                              member("channel_step", row.steps[1]),
                              member("count", count),
                              member("zero", norm.keep_mean ? norm.input_zero_point : 0),
                              member("keep_mean", norm.keep_mean),
                              member("bits", kernels::normalBits(x, count) + behindPoint),
                              member("variance_scale", int64_t(1) << 2 * behindPoint),
                              member("offset", norm.offset),
                              {"gamma", layer.array("gamma", gamma)},
                              {"beta", layer.array("beta", beta)}};
  requant.addTo(members);
  layer.run(kernel, members, {layer.operandPlace(0), layer.resultPlace()});
  return success();
}
