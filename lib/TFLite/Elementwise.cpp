//===- Elementwise.cpp - Element by element, as TFLite has it -------------===//
#include "Lowering.h"
#include "Requantization.h"

using namespace tare;
using namespace tare::tflite;

/// The options of sums: 16-bit scales are any, not powers of two alone.
template <typename Options> static Options sumOptions(ActivationFunctionType fused) {
  Options options;
  options.fused_activation_function = fused;
  options.pot_scale_int16 = false;
  return options;
}

Status tflite::lowerAdd(LayerWriter &layer) {
  const program::AddT &op = *layer.op().AsAdd();
  if (Status known = layer.checkGrids(2); !known)
    return known;
  return layer.withLimits(limitsOf(op), Fusing::activation, [&](ActivationFunctionType fused, Index result) -> Status {
    Result<Index> lhs = layer.operand(0), rhs = layer.operand(1);
    if (!lhs || !rhs)
      return lhs ? rhs.error() : lhs.error();
    if (op.lhs_multiplier < 0)
      return refusal("subtracts its first operand, which TFLite's operators do not; convert the model anew");
    if (op.rhs_multiplier < 0)
      layer.network.addOperator(BuiltinOperator::SUB, {*lhs, *rhs}, result, sumOptions<schema::SubOptionsT>(fused));
    else
      layer.network.addOperator(BuiltinOperator::ADD, {*lhs, *rhs}, result, sumOptions<schema::AddOptionsT>(fused));
    return success();
  });
}

Status tflite::lowerMul(LayerWriter &layer) {
  const program::MulT &op = *layer.op().AsMul();
  if (Status known = layer.checkGrids(2); !known)
    return known;
  if (Status plain = checkRequant(op.requant.get()); !plain)
    return plain;
  return layer.withLimits(limitsOf(*op.requant), Fusing::activation,
                          [&](ActivationFunctionType fused, Index result) -> Status {
                            Result<Index> lhs = layer.operand(0), rhs = layer.operand(1);
                            if (!lhs || !rhs)
                              return lhs ? rhs.error() : lhs.error();
                            schema::MulOptionsT options;
                            options.fused_activation_function = fused;
                            layer.network.addOperator(BuiltinOperator::MUL, {*lhs, *rhs}, result, options);
                            return success();
                          });
}

/// The operator that is an activation alone.
static BuiltinOperator operatorOf(ActivationFunctionType function) {
  switch (function) {
  case ActivationFunctionType::RELU:
    return BuiltinOperator::RELU;
  case ActivationFunctionType::RELU6:
    return BuiltinOperator::RELU6;
  case ActivationFunctionType::RELU_N1_TO_1:
    return BuiltinOperator::RELU_N1_TO_1;
  case ActivationFunctionType::NONE:
    break;
  }
  return BuiltinOperator::QUANTIZE;
}

Status tflite::lowerRescale(LayerWriter &layer) {
  const program::RescaleT &op = *layer.op().AsRescale();
  if (Status plain = checkRequant(op.requant.get()); !plain)
    return plain;
  // Only QUANTIZE makes integers of another width.
  const bool hasActivation = layer.type(0).element == layer.resultType().element;
  return layer.withLimits(limitsOf(*op.requant), hasActivation ? Fusing::activation : Fusing::none,
                          [&](ActivationFunctionType fused, Index result) -> Status {
                            Result<Index> operand = layer.operand(0);
                            if (!operand)
                              return operand.error();
                            if (fused == ActivationFunctionType::NONE)
                              layer.requantize(*operand, result);
                            else
                              layer.network.addOperator(operatorOf(fused), {*operand}, result);
                            return success();
                          });
}
