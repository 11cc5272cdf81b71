//===- Ports.cpp - What a program says of its inputs and outputs ----------===//
#include "Ports.h"

#include "Layouts.h"
#include "tare/Dialect/Npu/IntegerGrid.h"
#include "tare/Dialect/Npu/Movements.h"
#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/InputLayouts.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Evaluator/ModelPorts.h"

#include <cmath>

using namespace mlir;

namespace tare {
namespace {

npu::QuantizeOp quantizeBehind(BlockArgument argument) {
  return dyn_cast_if_present<npu::QuantizeOp>(npu::passageToReader(argument).end);
}

npu::DequantizeOp dequantizeBefore(Value result) {
  return dyn_cast_if_present<npu::DequantizeOp>(npu::passageToMaker(result).end);
}

void setGrid(program::PortT &port, const program::QuantizeT &quantize) {
  // The decimal of a float32 scale is its value as a double.
  port.scales = {static_cast<double>(quantize.scale)};
  port.zero_point = quantize.zero_point;
}

void setGrid(program::PortT &port, const program::DequantizeT &dequantize) {
  port.scales = dequantize.scales;
  port.axis = dequantize.scales.size() > 1 ? dequantize.axis : 0;
  port.zero_point = dequantize.zero_point;
}

/// Appends the steps to the port.
void addSteps(program::PortT &port, ArrayAttr steps) {
  for (auto step : steps.getAsRange<npu::HostStepAttrInterface>()) {
    port.host_steps.push_back(std::make_unique<program::HostStepT>());
    port.host_steps.back()->op = step.encode();
    port.host_steps.back()->operand_count = step.getOperandCount();
  }
}

/// The grid that the host's steps say the program's tensor has. An input's tensor comes out of its steps, an output's
/// goes in, so that the transposes before a dequantize move its axis: the axis counts the tensor's own dimensions.
void setGridOfSteps(program::PortT &port) {
  npu::Permutation toStep;
  for (const auto &step : port.host_steps) {
    if (const auto *transpose = step->op.AsTranspose()) {
      npu::Permutation next(transpose->permutation.begin(), transpose->permutation.end());
      toStep = toStep.empty() ? next : npu::compose(toStep, next);
    } else if (const auto *quantize = step->op.AsQuantize()) {
      setGrid(port, *quantize);
    } else if (const auto *dequantize = step->op.AsDequantize()) {
      setGrid(port, *dequantize);
      if (!toStep.empty() && port.scales.size() > 1)
        port.axis = toStep[port.axis];
    }
  }
}

/// Of what the model itself takes or gives as integers.
void setGrid(program::PortT &port, quant::QuantizedType type) {
  qnn::Grid grid = *qnn::Grid::of(type);
  port.scales.assign(grid.scales.begin(), grid.scales.end());
  port.axis = grid.axis.value_or(0);
  port.zero_point = grid.zeroPoint(0);
}

/// `cast` is the quantize or dequantize at the border, or null; `value` is the function's argument or result.
template <typename Cast> void setPortGrid(program::PortT &port, ArrayAttr steps, Cast cast, Value value) {
  if (steps)
    addSteps(port, steps);
  setGridOfSteps(port);
  if (!port.scales.empty())
    return;
  if (!cast) {
    if (quant::QuantizedType type = npu::gridOf(value))
      setGrid(port, type);
    return;
  }
  program::OpUnion encoded = cast.encode();
  if (const auto *quantize = encoded.AsQuantize())
    setGrid(port, *quantize);
  if (const auto *dequantize = encoded.AsDequantize())
    setGrid(port, *dequantize);
}

/// Where all numbers that the grid cuts are one to the readers, up to a step.
void setCuts(program::PortT &port, DenseF64ArrayAttr toldApart, npu::QuantizeOp quantize) {
  if (!toldApart || !quantize || port.scales.size() != 1)
    return;
  const unsigned bits = cast<ShapedType>(quantize.getType()).getElementTypeBitWidth();
  const double most = std::ldexp(1.0, int(bits) - 1), scale = port.scales.front();
  port.is_cut_below = toldApart[0] >= scale * (-most - port.zero_point - 1);
  port.is_cut_above = toldApart[1] <= scale * (most - port.zero_point);
}

} // namespace

program::PortT describeInput(func::FuncOp function, unsigned index) {
  program::PortT port;
  BlockArgument argument = function.getArgument(index);
  port.name = qnn::valueName(argument);
  auto layout = function.getArgAttrOfType<StringAttr>(index, qnn::inputLayoutAttrName);
  port.layout = layout ? layout.str() : layoutOfInput(argument);
  setPortGrid(port, function.getArgAttrOfType<ArrayAttr>(index, npu::hostStepsAttrName), quantizeBehind(argument),
              argument);
  port.is_unsigned = bool(function.getArgAttr(index, qnn::portUnsignedAttrName));
  setCuts(port, function.getArgAttrOfType<DenseF64ArrayAttr>(index, qnn::toldApartAttrName), quantizeBehind(argument));
  return port;
}

program::PortT describeOutput(func::FuncOp function, unsigned index) {
  program::PortT port;
  Value value = function.front().getTerminator()->getOperand(index);
  auto name = function.getResultAttrOfType<StringAttr>(index, qnn::portNameAttrName);
  port.name = name ? name.str() : "result" + std::to_string(index);
  if (auto joined = function.getResultAttrOfType<StringAttr>(index, npu::modelOutputAttrName))
    port.model_output = joined.str();
  port.layout = layoutOfOutput(value);
  setPortGrid(port, function.getResultAttrOfType<ArrayAttr>(index, npu::hostStepsAttrName), dequantizeBefore(value),
              value);
  port.is_unsigned = bool(function.getResultAttr(index, qnn::portUnsignedAttrName));
  port.float_format = formatInModel(function, index);
  return port;
}

} // namespace tare
