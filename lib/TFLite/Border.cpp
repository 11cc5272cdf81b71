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
    return refusal("the program does not say what its integers mean; convert the model anew");
  return cast(layer, BuiltinOperator::QUANTIZE);
}

Status tflite::lowerDequantize(LayerWriter &layer) {
  const ElementType type = layer.type(0).element;
  if (type != ElementType::i8 && type != ElementType::i16)
    return refusal("reads accumulators, and TFLite's layers give activations; convert the model for a target with "
                   "'tail: activation', as gemmlowp");
  if (!layer.grid(0).isKnown())
    return refusal("the program does not say what its integers mean; convert the model anew");
  return cast(layer, BuiltinOperator::DEQUANTIZE);
}

Status tflite::lowerHost(LayerWriter &) {
  return refusal(
      "runs in float on the host, and the file holds integer layers; cut the network in front of it with --outputs");
}

static constexpr std::string_view recurrent =
    "steps of a recurrent layer, for which TFLite has no operator; unroll them in the model, or convert one step of it "
    "with its states as inputs and outputs";

Status tflite::lowerLoopBegin(LayerWriter &) { return refusal("{}", recurrent); }

Status tflite::lowerLoopEnd(LayerWriter &) { return refusal("{}", recurrent); }

Status tflite::lowerNormalize(LayerWriter &) {
  return refusal(
      "a norm in one operator, which TFLite has not; convert the model for a target without 'normalize' in its "
      "operators (docs/targets.md), which writes it in means, products and sums");
}
