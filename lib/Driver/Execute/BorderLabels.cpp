//===- BorderLabels.cpp - What paddings put into a graph ------------------===//
#include "Driver/Execute/BorderLabels.h"

#include "Driver/Execute/MovedLabels.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "llvm/ADT/DenseSet.h"

#include <algorithm>

using namespace mlir;
using namespace tare;

namespace {

bool isConstant(Value value) {
  while (isa_and_present<quant::QuantizeCastOp, quant::DequantizeCastOp>(value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  return bool(qnn::constantValue(value));
}

/// The operand whose elements become the result's one by one, and nothing else does but constants; null where there is
/// none.
OpOperand *elementwiseOperand(Operation *op) {
  bool isCast = isa<quant::QuantizeCastOp, quant::DequantizeCastOp, qnn::UnaryFunctionOpInterface>(op);
  auto sum = dyn_cast<qnn::FloorOpInterface>(op);
  if (!isCast && (!sum || !sum.isMonotoneByOperand()))
    return nullptr;
  OpOperand *found = nullptr;
  for (OpOperand &operand : op->getOpOperands()) {
    if (isConstant(operand.get()))
      continue;
    if (found)
      return nullptr;
    found = &operand;
  }
  auto shapeOf = [](Value value) { return cast<ShapedType>(value.getType()).getShape(); };
  return found && shapeOf(found->get()) == shapeOf(op->getResult(0)) ? found : nullptr;
}

bool passesBorders(Operation *op) { return asMovement(op) || elementwiseOperand(op); }

} // namespace

BorderLabels::BorderLabels(func::FuncOp function) {
  // Few paddings reach a result.
  llvm::DenseSet<Value> reaching;
  Block &body = function.front();
  reaching.insert_range(body.getTerminator()->getOperands());
  for (Operation &op : llvm::reverse(body.without_terminator()))
    if (op.getNumResults() == 1 && reaching.contains(op.getResult(0)) && passesBorders(&op))
      reaching.insert_range(op.getOperands());
  for (Operation &op : body.without_terminator())
    if (op.getNumResults() == 1 && reaching.contains(op.getResult(0)) && passesBorders(&op))
      if (Tensor found = label(&op))
        labels[op.getResult(0)] = found;
}

Tensor BorderLabels::label(Operation *op) const {
  qnn::GridOpInterface movement = asMovement(op);
  if (!movement)
    return of(elementwiseOperand(op)->get());
  auto pad = dyn_cast<qnn::PadOp>(op);
  bool hasBorder = pad && pad.getMode() == qnn::PadMode::Constant;
  if (!hasBorder && llvm::none_of(op->getOperands(), [&](Value operand) { return bool(of(operand)); }))
    return {};
  OwningOpRef<Operation *> clone(op->clone());
  if (hasBorder)
    cast<qnn::PadOp>(*clone).setValueAttr(Builder(op->getContext()).getF64FloatAttr(border));
  std::optional<Tensor> moved =
      moveLabels(cast<qnn::GridOpInterface>(*clone), [&](OpOperand &operand) -> std::optional<Tensor> {
        if (Tensor found = of(operand.get()))
          return found;
        Tensor zeros(ElementType::f32, qnn::toHost(operand.get().getType()).shape);
        std::fill_n(zeros.mutableAs<float>(), zeros.count(), 0.0f);
        return zeros;
      });
  if (!moved)
    return {};
  // What lies between border and data is of both.
  float *elements = moved->mutableAs<float>();
  std::replace_if(elements, elements + moved->count(), [](float label) { return label != border; }, 0.0f);
  return std::find(elements, elements + moved->count(), border) == elements + moved->count() ? Tensor() : *moved;
}
