//===- Affine.cpp - Ops that scale and shift channels ---------------------===//
#include "Graph/Affine.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Evaluator/Evaluator.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace tare;

namespace {

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

/// The elements of a constant that has one element, or one per channel along
/// `axis` of `shape`, repeated to one per channel; empty otherwise.
SmallVector<double> perChannel(Value constant, ArrayRef<int64_t> shape, int64_t axis) {
  ArrayRef<int64_t> dims = shapeOf(constant);
  if (dims.size() > shape.size())
    return {};
  for (auto [i, dim] : llvm::enumerate(dims)) {
    int64_t position = i + shape.size() - dims.size();
    if (dim != 1 && position != axis)
      return {};
  }
  Tensor known = realConstant(constant);
  if (!known)
    return {};
  SmallVector<double> values(known.as<float>(), known.as<float>() + known.count());
  if (values.size() == 1)
    values.assign(shape[axis], values[0]);
  return values;
}

/// Whether realConstant() knows the value, which it would compute.
bool isConstant(Value value) {
  if (auto cast = value.getDefiningOp<quant::DequantizeCastOp>())
    return bool(qnn::constantValue(cast.getInput()));
  auto moved = value.getDefiningOp<qnn::GridOpInterface>();
  if (moved && moved.getGridRule() == qnn::GridRule::Same && moved->getNumOperands() == 1)
    return isConstant(moved->getOperand(0));
  return bool(floatConstantValue(value));
}

FailureOr<Affine> matchBatchNorm(qnn::BatchNormOp op, int64_t axis) {
  if (axis != 1)
    return failure();
  for (Value parameter : op->getOperands().drop_front())
    if (!floatConstantValue(parameter))
      return failure();
  auto scale = doubles(floatConstantValue(op.getScale()));
  auto bias = doubles(floatConstantValue(op.getBias()));
  auto mean = doubles(floatConstantValue(op.getMean()));
  auto variance = doubles(floatConstantValue(op.getVariance()));
  Affine affine;
  double epsilon = op.getEpsilon().convertToDouble();
  for (size_t c = 0; c < scale.size(); ++c) {
    affine.scale.push_back(scale[c] / std::sqrt(variance[c] + epsilon));
    affine.shift.push_back(bias[c] - mean[c] * affine.scale[c]);
  }
  return affine;
}

/// lhs op rhs, one of them a constant. `constantFirst`: the constant is lhs.
FailureOr<Affine> combine(Operation *op, ArrayRef<double> constant, bool constantFirst) {
  SmallVector<double> ones(constant.size(), 1.0), zeros(constant.size(), 0.0);
  SmallVector<double> values(constant), changed(constant);
  return llvm::TypeSwitch<Operation *, FailureOr<Affine>>(op)
      .Case<qnn::AddOp>([&](auto) { return Affine{ones, values}; })
      .Case<qnn::MulOp>([&](auto) { return Affine{values, zeros}; })
      .Case<qnn::SubOp>([&](auto) {
        if (constantFirst)
          return Affine{SmallVector<double>(values.size(), -1.0), values};
        for (double &value : changed)
          value = -value;
        return Affine{ones, changed};
      })
      .Case<qnn::DivOp>([&](auto) -> FailureOr<Affine> {
        if (constantFirst)
          return failure();
        for (double &value : changed)
          value = 1.0 / value;
        return Affine{changed, zeros};
      })
      .Default([](auto) { return failure(); });
}

FailureOr<Affine> matchBinary(Operation *op, int64_t axis) {
  Value input = affineInput(op);
  if (input.getType() != op->getResult(0).getType())
    return failure(); // The constant broadcasts the activation.
  if (auto clamped = dyn_cast<qnn::ClampOpInterface>(op); clamped && clamped.getClamp())
    return failure();
  bool constantFirst = input != op->getOperand(0);
  SmallVector<double> constant = perChannel(op->getOperand(constantFirst ? 0 : 1), shapeOf(input), axis);
  if (constant.empty())
    return failure();
  return combine(op, constant, constantFirst);
}

} // namespace

bool Affine::keepsScale() const {
  return llvm::all_of(scale, [](double value) { return value == 1.0; });
}

bool Affine::keepsZero() const {
  return llvm::all_of(shift, [](double value) { return value == 0.0; });
}

Value tare::affineInput(Operation *op) {
  if (auto norm = dyn_cast<qnn::BatchNormOp>(op))
    return norm.getInput();
  if (!isa<qnn::AddOp, qnn::SubOp, qnn::MulOp, qnn::DivOp>(op))
    return nullptr;
  bool lhs = isConstant(op->getOperand(0)), rhs = isConstant(op->getOperand(1));
  if (lhs == rhs)
    return nullptr;
  return op->getOperand(lhs ? 1 : 0);
}

FailureOr<Affine> tare::matchAffine(Operation *op, int64_t axis) {
  Value input = affineInput(op);
  if (!input || axis < 0 || axis >= int64_t(shapeOf(input).size()))
    return failure();
  FailureOr<Affine> affine = failure();
  if (auto norm = dyn_cast<qnn::BatchNormOp>(op))
    affine = matchBatchNorm(norm, axis);
  else
    affine = matchBinary(op, axis);
  // A division by zero or a variance below -epsilon stays for the reader to
  // see, where it is.
  auto finite = [](double value) { return std::isfinite(value); };
  if (failed(affine) || !llvm::all_of(affine->scale, finite) || !llvm::all_of(affine->shift, finite))
    return failure();
  return affine;
}

Operation *tare::computedBy(Value value) {
  Operation *op = value.getDefiningOp();
  auto movement = dyn_cast_if_present<qnn::GridOpInterface>(op);
  bool isMoved = movement && movement.isRearrangement() && op->getOperand(0).hasOneUse();
  Operation *producer = isMoved ? computedBy(op->getOperand(0)) : nullptr;
  return producer ? producer : op;
}

void tare::renameBy(Operation *op, Value value) {
  Attribute range = op->getDiscardableAttr(qnn::rangeAttrName);
  Operation *producer = computedBy(value);
  for (Operation *mover = value.getDefiningOp();; mover = mover->getOperand(0).getDefiningOp()) {
    mover->setLoc(qnn::fusedLoc(mover, op));
    if (range)
      mover->setDiscardableAttr(qnn::rangeAttrName, range);
    if (mover == producer)
      break;
  }
}

Value tare::floatConstant(OpBuilder &builder, Location loc, ArrayRef<int64_t> shape, ArrayRef<double> values,
                          StringRef name) {
  Tensor tensor(ElementType::f32, Shape(shape.begin(), shape.end()));
  llvm::copy(values, tensor.mutableAs<float>());
  return qnn::ConstantOp::create(builder, loc, qnn::toAttr(builder.getContext(), tensor, name));
}

SmallVector<double> tare::doubles(ElementsAttr attr) {
  if (!attr)
    return {};
  Tensor tensor = qnn::toTensor(attr);
  const float *data = tensor.as<float>();
  return SmallVector<double>(data, data + tensor.count());
}

std::optional<double> tare::scalarConstant(Value value) {
  ElementsAttr attr = floatConstantValue(value);
  if (!attr || attr.getNumElements() != 1)
    return std::nullopt;
  return doubles(attr)[0];
}

ElementsAttr tare::floatConstantValue(Value value) {
  ElementsAttr attr = qnn::constantValue(value);
  return attr && attr.getElementType().isF32() ? attr : ElementsAttr();
}

void tare::eraseDeadConstants(RewriterBase &rewriter, ArrayRef<Value> values) {
  for (Value value : llvm::SmallSetVector<Value, 4>(values.begin(), values.end())) {
    Operation *op = value ? value.getDefiningOp() : nullptr;
    if (op && op->hasTrait<OpTrait::ConstantLike>() && op->use_empty())
      rewriter.eraseOp(op);
  }
}

void tare::eraseDeadOps(Region &region) {
  IRRewriter rewriter(region.getContext());
  for (Block &block : region)
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (isOpTriviallyDead(&op))
        rewriter.eraseOp(&op);
}
