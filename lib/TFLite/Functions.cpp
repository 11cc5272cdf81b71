//===- Functions.cpp - Functions of one number as TFLite has them ---------===//
//
// A table of a program says which function it stands for. Of the same function TFLite has an operator on integers, one
// or several; or one on real numbers, which then stands between DEQUANTIZE and QUANTIZE.
//
//===----------------------------------------------------------------------===//
#include "Lowering.h"
#include "Prescribed.h"
#include "RealFunctions.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::tflite;
using program::FunctionKind;

namespace {

/// What a table is lowered from.
struct Table {
  LayerWriter &layer;
  const program::FunctionT &function;
  Index operand;

  bool isWide() const { return layer.type(0).element == ElementType::i16; }
  ElementType type() const { return layer.resultType().element; }
};

template <typename Options> Status one(const Table &table, BuiltinOperator code, Index result, Options options) {
  table.layer.network.addOperator(code, {table.operand}, result, options);
  return success();
}

Status one(const Table &table, BuiltinOperator code, Index result) {
  table.layer.network.addOperator(code, {table.operand}, result);
  return success();
}

/// A share or a hyperbolic tangent, on the grid that TFLite prescribes.
Status prescribed(const Table &table, BuiltinOperator code, const Grid &grid, Index result) {
  return throughGrid(table.layer, grid, result, [&](Index to) { return one(table, code, to); });
}

/// An integer constant that stands for exactly this real number, for all elements.
Index factor(const Table &table, const char *role, double value) {
  const Ends ends = endsOf(table.type());
  const TensorFacts like{*typeOf(table.type()), {1}, {{float(std::abs(value) / double(ends.greatest))}, 0}};
  return table.layer.constantOf(role, like, value < 0 ? -ends.greatest : ends.greatest);
}

/// alpha * x: the operand's integers, each of which then means so much of what it meant.
Index scaled(const Table &table, double alpha) {
  TensorFacts facts = table.layer.factsOf(table.operand);
  facts.grid.scales = {float(facts.grid.scale() * alpha)};
  const Index to = table.layer.between("scaled", std::move(facts)), by = factor(table, "alpha", alpha);
  table.layer.network.addOperator(BuiltinOperator::MUL, {table.operand, by}, to, schema::MulOptionsT());
  return to;
}

/// x * sigmoid(alpha * x).
Status swish(const Table &table, double alpha, Index result) {
  TensorFacts facts = table.layer.factsOf(table.operand);
  facts.grid = unitGrid(table.type());
  const Index argument = alpha == 1 ? table.operand : scaled(table, alpha);
  const Index share = table.layer.between("share", std::move(facts));
  table.layer.network.addOperator(BuiltinOperator::LOGISTIC, {argument}, share);
  table.layer.network.addOperator(BuiltinOperator::MUL, {table.operand, share}, result, schema::MulOptionsT());
  return success();
}

/// alpha * x + beta, whose limits are the layer's own.
Status line(const Table &table, double alpha, double beta, Index result) {
  const Index product = scaled(table, alpha), summand = factor(table, "beta", beta);
  schema::AddOptionsT options;
  options.pot_scale_int16 = false;
  table.layer.network.addOperator(BuiltinOperator::ADD, {product, summand}, result, options);
  return success();
}

/// A slope for each channel, of 8 bits.
Status slopes(const Table &table, Index result) {
  const std::vector<double> &slopes = table.function.parameters;
  const double largest = std::abs(*std::ranges::max_element(slopes, {}, [](double slope) { return std::abs(slope); }));
  const Ends ends = endsOf(ElementType::i8);
  const Grid grid{{largest == 0 ? 1.0F : float(largest / double(ends.greatest))}, 0};
  std::vector<int8_t> elements;
  for (double slope : slopes)
    elements.push_back(int8_t(std::nearbyint(slope / grid.scale())));
  Dimensions shape(table.layer.shape(0).size() - 1, 1);
  shape.back() = int32_t(slopes.size());
  const Index alpha =
      table.layer.constant("slopes", {schema::TensorType::INT8, shape, grid}, std::as_bytes(std::span(elements)));
  table.layer.network.addOperator(BuiltinOperator::PRELU, {table.operand, alpha}, result);
  return success();
}

Status leakyRelu(const Table &table, Index result) {
  if (table.function.parameters.size() > 1)
    return table.isWide()
               ? refusal(
                     "a slope for each channel of 16-bit activations, and TFLite's PRELU has 8 bits; convert the model "
                     "with 8-bit activations")
               : slopes(table, result);
  schema::LeakyReluOptionsT options;
  options.alpha = float(table.function.parameters.front());
  return one(table, BuiltinOperator::LEAKY_RELU, result, options);
}

/// The operators that LiteRT computes from tables of its own, of 8 bits.
Status byTable(const Table &table, Index result) {
  schema::GeluOptionsT gelu;
  switch (table.function.kind) {
  case FunctionKind::exp:
    return one(table, BuiltinOperator::EXP, result, schema::ExpOptionsT());
  case FunctionKind::elu:
    return one(table, BuiltinOperator::ELU, result);
  case FunctionKind::hard_swish:
    return one(table, BuiltinOperator::HARD_SWISH, result, schema::HardSwishOptionsT());
  case FunctionKind::gelu_tanh:
    gelu.approximate = true;
    [[fallthrough]];
  default:
    return one(table, BuiltinOperator::GELU, result, gelu);
  }
}

bool isByTable(const Table &table) {
  switch (table.function.kind) {
  case FunctionKind::exp:
  case FunctionKind::hard_swish:
  case FunctionKind::gelu:
  case FunctionKind::gelu_tanh:
    return !table.isWide();
  case FunctionKind::elu:
    return !table.isWide() && table.function.parameters == std::vector<double>{1.0};
  default:
    return false;
  }
}

Status write(const Table &table, Index result) {
  const std::vector<double> &parameters = table.function.parameters;
  if (isByTable(table))
    return byTable(table, result);
  switch (table.function.kind) {
  case FunctionKind::sigmoid:
    return prescribed(table, BuiltinOperator::LOGISTIC, unitGrid(table.type()), result);
  case FunctionKind::tanh:
    return prescribed(table, BuiltinOperator::TANH, signedUnitGrid(table.type()), result);
  case FunctionKind::leaky_relu:
    return leakyRelu(table, result);
  case FunctionKind::relu:
    return one(table, BuiltinOperator::RELU, result);
  case FunctionKind::abs:
    return one(table, BuiltinOperator::ABS, result, schema::AbsOptionsT());
  case FunctionKind::swish:
    return swish(table, 1, result);
  case FunctionKind::scaled_swish:
    return swish(table, parameters.front(), result);
  case FunctionKind::hard_sigmoid:
    return line(table, parameters[0], parameters[1], result);
  default:
    return writeInRealNumbers(table.layer, table.function, table.operand, result);
  }
}

/// The limits of the function's own, where its operators have others.
Limits limitsWithin(const program::FunctionT &function, const Grid &grid) {
  Limits limits{function.clamp_min, function.clamp_max};
  if (function.kind != FunctionKind::hard_sigmoid)
    return limits;
  const int64_t one = grid.zeroPoint + int64_t(std::nearbyint(1.0 / grid.scale()));
  return {std::max(limits.least, grid.zeroPoint), std::min(limits.greatest, one)};
}

} // namespace

Status tflite::lowerLookup(LayerWriter &layer) {
  const program::LookupT &op = *layer.op().AsLookup();
  if (!op.function)
    return refusal("the program does not say what function its table is; convert the model anew");
  if (Status known = layer.checkGrids(1); !known)
    return known;
  Result<Index> operand = layer.operand(0);
  if (!operand)
    return operand.error();
  const Table table{layer, *op.function, *operand};
  return layer.withLimits(limitsWithin(*op.function, layer.resultGrid()), Fusing::none,
                          [&](ActivationFunctionType, Index result) { return write(table, result); });
}
