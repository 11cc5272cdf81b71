//===- Border.cpp - Between integers and what is none, and the host's -----===//
#include "Lowering.h"

using namespace tare;
using namespace tare::tflite;

namespace {

Status cast(LayerWriter &layer, BuiltinOperator code) {
  Result<Index> operand = layer.operand(0), result = layer.result();
  if (!operand || !result)
    return operand ? result.error() : operand.error();
  if (code == BuiltinOperator::QUANTIZE)
    layer.requantize(*operand, *result);
  else
    layer.network.addOperator(code, {*operand}, *result, schema::DequantizeOptionsT());
  return success();
}

} // namespace

Status tflite::lowerQuantize(LayerWriter &layer) {
  if (!layer.resultGrid().isKnown())
    return refusal("quantizes to a grid that the program does not name; convert the model anew");
  return cast(layer, BuiltinOperator::QUANTIZE);
}

Status tflite::lowerDequantize(LayerWriter &layer) {
  const ElementType type = layer.type(0).element;
  if (type != ElementType::i8 && type != ElementType::i16)
    return refusal("makes real numbers of accumulators, and TFLite's of activations: convert the model for a target "
                   "with 'tail: activation', as --target gemmlowp");
  return cast(layer, BuiltinOperator::DEQUANTIZE);
}

Status tflite::lowerHost(LayerWriter &) {
  return refusal("runs in float on the host: cut the network in front of it with --outputs (and --inputs)");
}

Status tflite::lowerLoopBegin(LayerWriter &) {
  return refusal("begins the steps of a recurrent layer, which have no TFLite form: unroll it in the model, or give the "
                 "accelerator one step with its states as inputs and outputs");
}

Status tflite::lowerLoopEnd(LayerWriter &) {
  return refusal("ends the steps of a recurrent layer, which have no TFLite form");
}

Status tflite::lowerNormalize(LayerWriter &) {
  return refusal("is a norm in one operator, which TFLite has not: convert the model for a target without 'normalize' in "
                 "its operators (docs/targets.md), which writes it in means, products and sums");
}
