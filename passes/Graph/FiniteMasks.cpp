//===- FiniteMasks.cpp - Sums of masks that no float holds ----------------===//
#include "Graph/FiniteMasks.h"
#include "Graph/Affine.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Evaluator/Evaluator.h"

#include "llvm/ADT/DenseMap.h"
#include <algorithm>
#include <cmath>
#include <limits>

using namespace mlir;
using namespace tare;

namespace {

constexpr float lowest = std::numeric_limits<float>::lowest();
/// What is above adds up to no infinity: nothing else is as large.
constexpr float harmless = lowest / 16;

bool isLow(const Tensor &tensor) {
  const float *begin = tensor.as<float>(), *end = begin + tensor.count();
  return begin != end && *std::min_element(begin, end) < harmless;
}

/// How low constants make elements: values that nothing is known of count as 0.
class Masks {
public:
  void visit(Operation &op) {
    bool adds = isa<qnn::AddOp>(op) || (isa<qnn::SubOp>(op) && floatConstantValue(op.getOperand(1)));
    auto floor = dyn_cast<qnn::FloorOpInterface>(op);
    if (op.getNumResults() != 1 || (!adds && !(floor && floor.isMonotone())) || !takesLow(op))
      return;
    SmallVector<Tensor> operands;
    for (Value operand : op.getOperands()) {
      if (!isFloat(operand))
        return;
      operands.push_back(tensorOf(operand));
    }
    FailureOr<Tensor> result = evaluateOp(&op, operands);
    if (failed(result) || result->element() != ElementType::f32)
      return;
    if (adds && std::count(result->as<float>(), result->as<float>() + result->count(), -HUGE_VALF)) {
      result = bound(op, operands, *result);
      if (failed(result))
        return;
    }
    if (isLow(*result))
      low[op.getResult(0)] = std::move(*result);
  }

private:
  static bool isFloat(Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return type && type.getElementType().isF32();
  }

  bool takesLow(Operation &op) const {
    return llvm::any_of(op.getOperands(), [&](Value operand) {
      ElementsAttr constant = floatConstantValue(operand);
      // The lowest of what is subtracted is the greatest.
      return low.contains(operand) || (constant && isa<qnn::AddOp, qnn::SubOp, qnn::ConcatOp>(op) &&
                                       (isLow(qnn::toTensor(constant)) || isa<qnn::SubOp>(op)));
    });
  }

  Tensor tensorOf(Value value) const {
    if (auto found = low.find(value); found != low.end())
      return found->second;
    if (ElementsAttr constant = floatConstantValue(value))
      return qnn::toTensor(constant);
    Tensor zeros(ElementType::f32, qnn::toHost(value.getType()).shape);
    std::fill_n(zeros.mutableAs<float>(), zeros.count(), 0.0f);
    return zeros;
  }

  /// Replaces the constant by one of the result's shape that is what the other operand leaves room for where their sum
  /// would be infinite; the sum then.
  FailureOr<Tensor> bound(Operation &op, MutableArrayRef<Tensor> operands, const Tensor &sum) const {
    size_t index = floatConstantValue(op.getOperand(1)) ? 1 : 0;
    if (!floatConstantValue(op.getOperand(index)))
      return failure();
    Tensor constant = broadcast(operands[index], sum.shape()), other = broadcast(operands[1 - index], sum.shape());
    Tensor raised(constant.type());
    const float sign = isa<qnn::SubOp>(op) ? -1.0f : 1.0f;
    for (int64_t i = 0; i < raised.count(); ++i) {
      float added = sign * constant.as<float>()[i], beside = other.as<float>()[i];
      bool overflows = !std::isfinite(added + beside) && added < 0 && beside < 0;
      raised.mutableAs<float>()[i] = sign * (overflows ? std::max(added, lowest - std::max(beside, lowest)) : added);
    }
    IRRewriter builder(&op);
    Value before = op.getOperand(index);
    std::string name = qnn::valueName(before) + "_bounded";
    op.setOperand(index, qnn::ConstantOp::create(builder, qnn::nameLoc(op.getContext(), name, name),
                                                 qnn::toAttr(op.getContext(), raised, name)));
    eraseDeadConstants(builder, before);
    operands[index] = raised;
    return evaluateOp(&op, operands);
  }

  /// As numpy does it.
  static Tensor broadcast(const Tensor &tensor, const Shape &shape) {
    Tensor result(ElementType::f32, shape);
    const size_t rank = shape.size(), missing = rank - tensor.shape().size();
    for (int64_t i = 0; i < result.count(); ++i) {
      int64_t rest = i, source = 0, stride = 1;
      for (size_t axis = rank; axis-- > missing;) {
        int64_t size = tensor.shape()[axis - missing], at = rest % shape[axis];
        rest /= shape[axis];
        source += size == 1 ? 0 : at * stride;
        stride *= size;
      }
      result.mutableAs<float>()[i] = tensor.as<float>()[source];
    }
    return result;
  }

  llvm::DenseMap<Value, Tensor> low;
};

} // namespace

void tare::boundMasks(func::FuncOp function) {
  Masks masks;
  for (Operation &op : llvm::make_early_inc_range(function.getBody().front().without_terminator()))
    masks.visit(op);
}
