//===- Movement.cpp - What moves elements, as TFLite has it ---------------===//
#include "Lowering.h"
#include "Transposes.h"

#include <algorithm>

using namespace tare;
using namespace tare::tflite;

namespace {

/// Has `write`, which is given the first operand and the result, give the result.
template <typename Write> Status moved(LayerWriter &layer, Write &&write) {
  Result<Index> operand = layer.operand(0), result = layer.result();
  if (!operand || !result)
    return operand ? result.error() : operand.error();
  return write(*operand, *result);
}

Status checkRank(const LayerWriter &layer, size_t most, const char *what) {
  if (layer.shape(0).size() > most)
    return refusal("{} {} dimensions, and TFLite's operator up to {}; reshape it in the model", what,
                   layer.shape(0).size(), most);
  return success();
}

} // namespace

Status tflite::lowerConcat(LayerWriter &layer) {
  std::vector<Index> operands;
  for (size_t i = 0; i != layer.operandCount(); ++i) {
    Result<Index> operand = layer.operand(i);
    if (!operand)
      return operand.error();
    operands.push_back(*operand);
  }
  Result<Index> result = layer.result();
  if (!result)
    return result.error();
  schema::ConcatenationOptionsT options;
  options.axis = layer.op().AsConcat()->axis;
  layer.network.addOperator(BuiltinOperator::CONCATENATION, std::move(operands), *result, options);
  return success();
}

/// Every so many elements, or backwards.
static void writeStridedSlice(LayerWriter &layer, const program::SliceT &op, Index from, Index to) {
  std::vector<int32_t> ends;
  schema::StridedSliceOptionsT options;
  for (size_t i = 0; i != op.starts.size(); ++i) {
    const int32_t last = op.starts[i] + (op.sizes[i] - 1) * op.steps[i];
    const int32_t end = op.steps[i] < 0 ? last - 1 : last + 1;
    // Backwards to the first element: no integer stands before 0, as -1 is the last element.
    options.end_mask |= end < 0 ? 1 << i : 0;
    ends.push_back(std::max(end, 0));
  }
  const Index begin = layer.integers("begins", op.starts), end = layer.integers("ends", ends),
              steps = layer.integers("steps", op.steps);
  layer.network.addOperator(BuiltinOperator::STRIDED_SLICE, {from, begin, end, steps}, to, options);
}

Status tflite::lowerSlice(LayerWriter &layer) {
  const program::SliceT &op = *layer.op().AsSlice();
  if (Status fits = checkRank(layer, 5, "slices"); !fits)
    return fits;
  return moved(layer, [&](Index from, Index to) {
    if (std::ranges::any_of(op.steps, [](int32_t step) { return step != 1; })) {
      writeStridedSlice(layer, op, from, to);
      return success();
    }
    const Index begins = layer.integers("begins", op.starts), sizes = layer.integers("sizes", op.sizes);
    layer.network.addOperator(BuiltinOperator::SLICE, {from, begins, sizes}, to, schema::SliceOptionsT());
    return success();
  });
}

namespace {

/// Elements of one axis, by their places in the operand.
Index taken(LayerWriter &layer, Index from, int32_t axis, const std::vector<int32_t> &places) {
  TensorFacts facts = layer.factsOf(from);
  facts.shape[axis] = int32_t(places.size());
  const Index to = layer.between("taken", std::move(facts)), indices = layer.integers("places", places);
  schema::GatherOptionsT options;
  options.axis = axis;
  layer.network.addOperator(BuiltinOperator::GATHER, {from, indices}, to, options);
  return to;
}

/// A border of the outermost elements, for which TFLite has no operator, one axis after another.
void writeEdges(LayerWriter &layer, const program::PadT &op, Index from, Index to) {
  for (size_t axis = 0; axis != op.low.size(); ++axis) {
    if (op.low[axis] == 0 && op.high[axis] == 0)
      continue;
    const int32_t length = layer.network.shape(from)[axis];
    std::vector<int32_t> places;
    for (int32_t place = -op.low[axis]; place != length + op.high[axis]; ++place)
      places.push_back(std::clamp(place, 0, length - 1));
    from = taken(layer, from, int32_t(axis), places);
  }
  layer.reshape(from, to);
}

Index amountsOf(LayerWriter &layer, const program::PadT &op) {
  std::vector<int32_t> amounts;
  for (size_t i = 0; i != op.low.size(); ++i) {
    amounts.push_back(op.low[i]);
    amounts.push_back(op.high[i]);
  }
  return layer.network.addIntegers(layer.layer().name + ".pads", amounts, {int32_t(op.low.size()), 2});
}

void writePad(LayerWriter &layer, const program::PadT &op, Index from, Index to) {
  if (op.mode == program::PadMode::reflect) {
    layer.network.addOperator(BuiltinOperator::MIRROR_PAD, {from, amountsOf(layer, op)}, to,
                              schema::MirrorPadOptionsT());
  } else if (op.value == layer.resultGrid().zeroPoint) {
    layer.network.addOperator(BuiltinOperator::PAD, {from, amountsOf(layer, op)}, to, schema::PadOptionsT());
  } else {
    const Index value = layer.constantOf("border", layer.factsOf(to), op.value);
    layer.network.addOperator(BuiltinOperator::PADV2, {from, amountsOf(layer, op), value}, to, schema::PadV2OptionsT());
  }
}

} // namespace

Status tflite::lowerPad(LayerWriter &layer) {
  const program::PadT &op = *layer.op().AsPad();
  if (!layer.resultGrid().isKnown())
    return refusal("pads numbers of which the program does not say what they mean; leave the quantize to the program");
  if (Status fits = checkRank(layer, 5, "pads"); !fits)
    return fits;
  return moved(layer, [&](Index from, Index to) {
    if (op.mode == program::PadMode::edge)
      writeEdges(layer, op, from, to);
    else
      writePad(layer, op, from, to);
    return success();
  });
}

Status tflite::lowerReshape(LayerWriter &layer) {
  return moved(layer, [&](Index from, Index to) {
    layer.reshape(from, to);
    return success();
  });
}

Status tflite::lowerTranspose(LayerWriter &layer) {
  return moved(layer, [&](Index from, Index to) {
    return writeTranspose(layer, from, to, layer.op().AsTranspose()->permutation);
  });
}

Status tflite::lowerGather(LayerWriter &layer) {
  Result<Index> indices = layer.operand(1);
  if (!indices)
    return indices.error();
  return moved(layer, [&](Index from, Index to) {
    schema::GatherOptionsT options;
    options.axis = layer.op().AsGather()->axis;
    layer.network.addOperator(BuiltinOperator::GATHER, {from, *indices}, to, options);
    return success();
  });
}
