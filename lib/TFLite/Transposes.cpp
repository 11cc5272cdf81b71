//===- Transposes.cpp - Dimensions in another order -----------------------===//
#include "Transposes.h"

#include <algorithm>

using namespace tare;
using namespace tare::tflite;

/// What TFLite's operator transposes.
static constexpr size_t mostDimensions = 6;

Transpose tflite::fewest(const Transpose &transpose) {
  // The dimensions that begin a run of such as stay beside each other, in the result's order.
  std::vector<int32_t> first;
  Dimensions sizes;
  int32_t last = -1;
  for (int32_t axis : transpose.order) {
    if (transpose.shape[axis] == 1)
      continue;
    const auto between = [&](int32_t from) {
      return std::all_of(transpose.shape.begin() + from + 1, transpose.shape.begin() + axis,
                         [](int32_t size) { return size == 1; });
    };
    if (last >= 0 && axis > last && between(last)) {
      sizes.back() *= transpose.shape[axis];
    } else {
      first.push_back(axis);
      sizes.push_back(transpose.shape[axis]);
    }
    last = axis;
  }
  Transpose result{Dimensions(first.size()), {}};
  for (size_t i = 0; i != first.size(); ++i) {
    const auto place = std::ranges::count_if(first, [&](int32_t other) { return other < first[i]; });
    result.order.push_back(int32_t(place));
    result.shape[place] = sizes[i];
  }
  return result;
}

/// `from` transposed; its dimensions are those of the transpose.
static Index transposed(LayerWriter &layer, Index from, const Transpose &transpose) {
  TensorFacts facts = layer.factsOf(from);
  for (size_t i = 0; i != transpose.order.size(); ++i)
    facts.shape[i] = transpose.shape[transpose.order[i]];
  const Index to = layer.between("transposed", std::move(facts));
  const Index order = layer.integers("permutation", transpose.order);
  layer.network.addOperator(BuiltinOperator::TRANSPOSE, {from, order}, to, schema::TransposeOptionsT());
  return to;
}

/// [P, a, b] as [P, b, a], of many P, as a shuffle of channels is: accelerators have no such order, but those by whose
/// three steps it goes, [P, ab] as [ab, P], [a, b, P] as [b, a, P], and back.
static Index exchanged(LayerWriter &layer, Index from, const Dimensions &shape) {
  const int32_t rows = shape[0], columns = shape[1] * shape[2];
  const Index turned = transposed(layer, layer.reshaped(from, {rows, columns}), {{rows, columns}, {1, 0}});
  const Transpose middle{{shape[1], shape[2], rows}, {1, 0, 2}};
  const Index moved = transposed(layer, layer.reshaped(turned, middle.shape), middle);
  return transposed(layer, layer.reshaped(moved, {columns, rows}), {{columns, rows}, {1, 0}});
}

Status tflite::writeTranspose(LayerWriter &layer, Index from, Index to, const Order &order) {
  const Transpose least = fewest({layer.network.shape(from), order});
  if (least.shape.size() > mostDimensions)
    return refusal("transposes {} dimensions, and TFLite's operator up to {}; reshape it in the model",
                   least.shape.size(), mostDimensions);
  if (least.shape.size() < 2)
    layer.reshape(from, to);
  else if (least.order == Order{0, 2, 1})
    layer.reshape(exchanged(layer, from, least.shape), to);
  else
    layer.reshape(transposed(layer, layer.reshaped(from, least.shape), least), to);
  return success();
}
