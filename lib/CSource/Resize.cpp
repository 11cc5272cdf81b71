//===- Resize.cpp - Resizing in C -----------------------------------------===//
#include "Lowering.h"
#include "Movement.h"
#include "Requantization.h"
#include "Rounding.h"
#include "Windows.h"

#include <numeric>

using namespace tare;
using namespace tare::csource;

namespace {

/// The rows of a 1-D image: one, which reads itself.
program::ResizeAxisT oneRow() {
  program::ResizeAxisT axis;
  axis.lower = {0}, axis.upper = {0}, axis.weight = {0};
  return axis;
}

void writeNearest(LayerWriter &layer, const program::ResizeT &resize) {
  const Shape &shape = layer.shape(0);
  std::vector<std::vector<int64_t>> lists(shape.size());
  for (size_t d : {size_t(0), shape.size() - 1}) {
    lists[d].resize(shape[d]);
    std::iota(lists[d].begin(), lists[d].end(), 0);
  }
  for (size_t i = 0; i != resize.axes.size(); ++i)
    lists[i + 1].assign(resize.axes[i]->lower.begin(), resize.axes[i]->lower.end());
  writePick(layer, shape, lists, "0", layer.operandPlace(0), layer.resultPlace());
}

/// (A56) The requantization behind the rounding; none (A31) on the operand's own grid.
Requantization requantOf(LayerWriter &layer, const program::ResizeT &resize) {
  ElementType element = layer.type(0).element;
  int64_t largest = largestDistance(element, resize.input_zero_point) << resize.fraction_bits;
  return requantization(layer, resize.requant.get(), exactSums(largest), element);
}

void writeLinear(LayerWriter &layer, const program::ResizeT &resize) {
  ElementType element = layer.type(0).element;
  // What a sum can be before it is rounded.
  int64_t largest = (largestDistance(element, 0) + std::abs(resize.input_zero_point)) << (2 * resize.weight_bits);
  std::string sum = largest < int64_t(1) << 30 ? "int32_t" : "int64_t";
  bool isRescaled = resize.mode == program::ResizeMode::rescaled;
  int shift = 2 * resize.weight_bits - (isRescaled ? resize.fraction_bits : 0);
  Requantization requant = requantOf(layer, resize);
  Parameters parameters{{"X", std::string(typeOf(element))},
                        {"Y", std::string(typeOf(element))},
                        {"SUM", sum},
                        {"ROUND", roundingOf(layer.unit, program::Rounding::half_up, sum, {shift, shift})}};
  requant.addTo(parameters);
  std::string kernel = layer.unit.kernel("resize", kernelName("resize", element), parameters);
  program::ResizeAxisT single = oneRow();
  const program::ResizeAxisT &rows = resize.axes.size() == 2 ? *resize.axes[0] : single, &columns = *resize.axes.back();
  Image input(layer.shape(0)), output(layer.result().shape);
  std::vector<Member> members{member("batch", input.batch),
                              member("height", input.height),
                              member("width", input.width),
                              member("channels", input.channels),
                              member("out_height", output.height),
                              member("out_width", output.width),
                              {"above_rows", layer.array("above_rows", rows.lower)},
                              {"below_rows", layer.array("below_rows", rows.upper)},
                              {"left_columns", layer.array("left_columns", columns.lower)},
                              {"right_columns", layer.array("right_columns", columns.upper)},
                              {"row_shares", layer.array("row_shares", rows.weight)},
                              {"column_shares", layer.array("column_shares", columns.weight)},
                              member("bits", resize.weight_bits),
                              member("shift", shift)};
  if (isRescaled)
    members.push_back(member("zero", resize.input_zero_point));
  requant.addTo(members);
  layer.run(kernel, members, {layer.operandPlace(0), layer.resultPlace()});
}

} // namespace

Status csource::lowerResize(LayerWriter &layer) {
  const program::ResizeT &resize = *layer.op().AsResize();
  if (resize.mode == program::ResizeMode::nearest)
    writeNearest(layer, resize);
  else
    writeLinear(layer, resize);
  return success();
}
