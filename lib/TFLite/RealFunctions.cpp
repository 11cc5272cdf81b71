//===- RealFunctions.cpp - Functions that TFLite has in float -------------===//
#include "RealFunctions.h"

using namespace tare;
using namespace tare::tflite;
using program::FunctionKind;

namespace {

/// Writes a function of real numbers.
using Writer = void (*)(LayerWriter &layer, const program::FunctionT &function, Index from, Index to);

template <BuiltinOperator code> void plain(LayerWriter &layer, const program::FunctionT &, Index from, Index to) {
  layer.network.addOperator(code, {from}, to);
}

template <BuiltinOperator code, typename Options>
void withOptions(LayerWriter &layer, const program::FunctionT &, Index from, Index to) {
  layer.network.addOperator(code, {from}, to, Options());
}

/// One real number for all elements.
Index number(LayerWriter &layer, const char *role, double value) {
  const float real = float(value);
  return layer.constant(role, {schema::TensorType::FLOAT32, {1}}, std::as_bytes(std::span(&real, 1)));
}

void gelu(LayerWriter &layer, const program::FunctionT &function, Index from, Index to) {
  schema::GeluOptionsT options;
  options.approximate = function.kind == FunctionKind::gelu_tanh;
  layer.network.addOperator(BuiltinOperator::GELU, {from}, to, options);
}

void reciprocal(LayerWriter &layer, const program::FunctionT &, Index from, Index to) {
  const Index one = number(layer, "one", 1);
  layer.network.addOperator(BuiltinOperator::DIV, {one, from}, to, schema::DivOptionsT());
}

void power(LayerWriter &layer, const program::FunctionT &function, Index from, Index to) {
  const Index exponent = number(layer, "exponent", function.parameters.front());
  layer.network.addOperator(BuiltinOperator::POW, {from, exponent}, to, schema::PowOptionsT());
}

/// None where TFLite has no such function.
Writer writerOf(const program::FunctionT &function) {
  switch (function.kind) {
  case FunctionKind::sign:
    return withOptions<BuiltinOperator::SIGN, schema::SignOptionsT>;
  case FunctionKind::floor:
    return plain<BuiltinOperator::FLOOR>;
  case FunctionKind::ceil:
    return plain<BuiltinOperator::CEIL>;
  case FunctionKind::nearest:
    return plain<BuiltinOperator::ROUND>;
  case FunctionKind::sqrt:
    return plain<BuiltinOperator::SQRT>;
  case FunctionKind::exp:
    return withOptions<BuiltinOperator::EXP, schema::ExpOptionsT>;
  case FunctionKind::log:
    return plain<BuiltinOperator::LOG>;
  case FunctionKind::sin:
    return plain<BuiltinOperator::SIN>;
  case FunctionKind::cos:
    return withOptions<BuiltinOperator::COS, schema::CosOptionsT>;
  case FunctionKind::elu:
    return function.parameters == std::vector<double>{1.0} ? plain<BuiltinOperator::ELU> : nullptr;
  case FunctionKind::hard_swish:
    return withOptions<BuiltinOperator::HARD_SWISH, schema::HardSwishOptionsT>;
  case FunctionKind::gelu:
  case FunctionKind::gelu_tanh:
    return gelu;
  case FunctionKind::reciprocal:
    return reciprocal;
  case FunctionKind::pow:
    return function.parameters.size() == 1 ? power : nullptr;
  default:
    return nullptr;
  }
}

} // namespace

Status tflite::writeInRealNumbers(LayerWriter &layer, const program::FunctionT &function, Index operand, Index result) {
  const Writer write = writerOf(function);
  if (!write)
    return refusal("the function {}, for which TFLite has no operator; cut the network in front of it with --outputs",
                   program::EnumNameFunctionKind(function.kind));
  const TensorFacts real{schema::TensorType::FLOAT32, layer.network.shape(operand)};
  const Index from = layer.between("real", real), to = layer.between("function", real);
  layer.network.addOperator(BuiltinOperator::DEQUANTIZE, {operand}, from, schema::DequantizeOptionsT());
  write(layer, function, from, to);
  layer.requantize(to, result);
  return success();
}
