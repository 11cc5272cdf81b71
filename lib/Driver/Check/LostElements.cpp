//===- LostElements.cpp - What lost elements were made from ---------------===//
#include "Driver/Check/LostElements.h"

#include "Driver/Execute/MovedLabels.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

#include <numeric>

using namespace mlir;
using namespace tare;

namespace {

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }
int64_t countOf(Value value) { return cast<RankedTensorType>(value.getType()).getNumElements(); }

/// Whether each element of the result is computed from those at the same place.
bool isElementwise(Operation *op) {
  return isa<qnn::UnaryFunctionOpInterface, qnn::AddOp, qnn::SubOp, qnn::MulOp, qnn::DivOp, quant::QuantizeCastOp,
             quant::DequantizeCastOp>(op);
}

class Tracer {
public:
  void mark(Value value, const BitVector &elements) {
    if (qnn::constantValue(value))
      return;
    BitVector &known = marked.try_emplace(value, countOf(value)).first->second;
    known |= elements;
  }

  void markOperands(Operation *op) {
    // A copy: marking more values moves them.
    const BitVector elements = marked.find(op->getResult(0))->second;
    if (auto movement = asMovement(op); movement && markMoved(movement, elements))
      return;
    for (Value operand : op->getOperands()) {
      bool isAtSamePlace = isElementwise(op) && shapeOf(operand) == shapeOf(op->getResult(0));
      mark(operand, isAtSamePlace ? elements : BitVector(countOf(operand), true));
    }
  }

  MarkedElements marked;

private:
  /// By numbers of the operands' elements in place of these; false where there are too many to count in float32.
  bool markMoved(qnn::GridOpInterface movement, const BitVector &elements) {
    constexpr int64_t most = int64_t(1) << 24;
    SmallVector<int64_t> begins(1, 0);
    for (OpOperand &operand : movement->getOpOperands())
      begins.push_back(begins.back() + (isMoved(movement, operand) ? countOf(operand.get()) : 0));
    if (begins.back() > most)
      return false;
    std::optional<Tensor> numbers = moveLabels(movement, [&](OpOperand &operand) -> std::optional<Tensor> {
      Tensor tensor(ElementType::f32, qnn::toHost(operand.get().getType()).shape);
      std::iota(tensor.mutableAs<float>(), tensor.mutableAs<float>() + tensor.count(),
                float(begins[operand.getOperandNumber()]));
      return tensor;
    });
    if (!numbers || numbers->count() != int64_t(elements.size()))
      return false;
    BitVector from(begins.back());
    for (unsigned element : elements.set_bits())
      // What pads comes from nowhere.
      if (float number = numbers->as<float>()[element]; number >= 0 && number < begins.back())
        from.set(unsigned(number));
    for (OpOperand &operand : movement->getOpOperands())
      if (isMoved(movement, operand))
        markFrom(operand.get(), from, begins[operand.getOperandNumber()]);
    return true;
  }

  /// Nothing where none of the operand's elements is among them: it is not on the way.
  void markFrom(Value value, const BitVector &from, int64_t begin) {
    BitVector own(countOf(value));
    for (int64_t i = 0; i != countOf(value); ++i)
      own[i] = from[begin + i];
    if (own.any())
      mark(value, own);
  }
};

} // namespace

MarkedElements tare::originsOf(Value value, BitVector elements) {
  Tracer tracer;
  tracer.mark(value, elements);
  Operation *last = value.getDefiningOp();
  if (!last)
    return std::move(tracer.marked);
  // Whoever reads a value comes behind it.
  for (Operation *op = last; op; op = op->getPrevNode())
    if (op->getNumResults() == 1 && tracer.marked.contains(op->getResult(0)))
      tracer.markOperands(op);
  return std::move(tracer.marked);
}
