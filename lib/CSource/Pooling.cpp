//===- Pooling.cpp - Windows and means in C -------------------------------===//
#include "Lowering.h"
#include "Requantization.h"
#include "Walks.h"
#include "Windows.h"
#include "tare/Kernels/Rounding.h"

#include <algorithm>
#include <numeric>

using namespace tare;
using namespace tare::csource;

namespace {

std::vector<int64_t> sizesOf(const std::vector<int32_t> &kernel) { return {kernel.begin(), kernel.end()}; }

/// The means of a layer: types, and how sums become results.
struct Means {
  Sums sums;
  Requantization requant;
  Parameters parameters;

  Means(LayerWriter &layer, const program::RequantT &requant, int64_t count, int64_t zero)
      : sums(exactSums(limitedProduct(count, largestDistance(layer.type(0).element, zero)))),
        requant(requantization(layer, &requant, sums, layer.type(0).element)),
        parameters{{"X", std::string(typeOf(layer.type(0).element))}, {"SUM", sums.type}} {
    this->requant.addTo(parameters);
  }

  void write(LayerWriter &layer, std::string_view operation, std::vector<Member> members) {
    std::string kernel = layer.unit.kernel(operation, kernelName(operation, layer.type(0).element), parameters);
    requant.addTo(members);
    layer.run(kernel, members, {layer.operandPlace(0), layer.resultPlace()});
  }
};

} // namespace

Status csource::lowerMaxPool(LayerWriter &layer) {
  const program::MaxPoolT &pool = *layer.op().AsMaxPool();
  Window window({pool.strides, pool.pads, pool.dilations}, sizesOf(pool.kernel));
  Image input(layer.shape(0)), output(layer.result().shape);
  if (Status fits = checkReach(window, output); !fits)
    return fits;
  layer.unit.use("window");
  ElementType element = layer.type(0).element;
  std::string kernel = layer.unit.kernel(
      "max_pool", kernelName("max_pool", element),
      {{"X", std::string(typeOf(element))}, {"LEAST", element == ElementType::i8 ? "INT8_MIN" : "INT16_MIN"}});
  layer.run(kernel, {{"window", window.value(input, output)}, member("channels", input.channels)},
            {layer.operandPlace(0), layer.resultPlace()});
  return success();
}

Status csource::lowerAveragePool(LayerWriter &layer) {
  const program::AveragePoolT &pool = *layer.op().AsAveragePool();
  Window window({pool.strides, pool.pads, {}}, sizesOf(pool.kernel));
  Image input(layer.shape(0)), output(layer.result().shape);
  if (Status fits = checkReach(window, output); !fits)
    return fits;
  layer.unit.use("window");
  Means means(layer, *pool.requant, window.rows.kernel * window.columns.kernel, pool.input_zero_point);
  means.parameters["COUNTED"] =
      pool.count_include_pad ? "w->kernel_height * w->kernel_width" : "(end_y - begin_y) * (end_x - begin_x)";
  means.write(layer, "average_pool",
              {{"window", window.value(input, output)},
               member("channels", input.channels),
               member("zero", pool.input_zero_point)});
  return success();
}

Status csource::lowerReduceMean(LayerWriter &layer) {
  const program::ReduceMeanT &mean = *layer.op().AsReduceMean();
  const Shape &shape = layer.shape(0);
  std::vector<int64_t> strides = stridesOf(shape);
  Shape kept, taken;
  std::vector<int64_t> keptStrides, takenStrides;
  for (size_t d = 0; d != shape.size(); ++d) {
    bool isTaken = std::ranges::count(mean.axes, int32_t(d)) > 0;
    (isTaken ? taken : kept).push_back(shape[d]);
    (isTaken ? takenStrides : keptStrides).push_back(strides[d]);
  }
  Walk keptWalk(kept, {keptStrides}), takenWalk(taken, {takenStrides});
  Means means(layer, *mean.requant, elementCount(taken), mean.input_zero_point);
  Member zero = member("zero", mean.input_zero_point);
  if (takenWalk.rank() > 1) {
    keptWalk.addTo(means.parameters, layer.unit);
    means.write(layer, "reduce_mean_apart", {{"kept", keptWalk.value()}, {"taken", takenWalk.value()}, zero});
    return success();
  }
  Walk::Row row = takenWalk.takeRow();
  int64_t inner = row.steps[0], outer = layer.type(0).count() / (row.length * inner);
  means.write(layer, "reduce_mean",
              {member("outer", outer), member("length", row.length), member("inner", inner), zero});
  return success();
}
