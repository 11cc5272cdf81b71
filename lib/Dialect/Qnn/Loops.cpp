//===- Loops.cpp - What holds of the ends of loops ------------------------===//
#include "tare/Dialect/Qnn/Loops.h"

#include "tare/Dialect/Qnn/Names.h"
#include "tare/Program/Loops.h"

#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace tare;

RankedTensorType qnn::elementOfSequence(Type sequence) {
  auto type = cast<RankedTensorType>(sequence);
  return RankedTensorType::get(type.getShape().drop_front(), type.getElementType());
}

RankedTensorType qnn::sequenceOf(Type element, int64_t steps) {
  auto type = cast<RankedTensorType>(element);
  SmallVector<int64_t> shape{steps};
  llvm::append_range(shape, type.getShape());
  return RankedTensorType::get(shape, type.getElementType());
}

static LogicalResult verifyResults(Operation *op, ArrayRef<Type> expected) {
  if (op->getNumResults() != expected.size())
    return op->emitOpError("has ") << op->getNumResults() << " results, expected " << expected.size();
  for (auto [index, type] : llvm::enumerate(expected))
    if (op->getResult(index).getType() != type)
      return op->emitOpError("result ") << index << " must be " << type << ", found " << op->getResult(index).getType();
  return mlir::success();
}

static LogicalResult verifyReversed(Operation *op, std::optional<ArrayRef<bool>> reversed, size_t sequences) {
  if (reversed && reversed->size() != sequences)
    return op->emitOpError("has 'reversed' of ") << reversed->size() << " sequences, expected " << sequences;
  return mlir::success();
}

void qnn::hoistInvariants(Operation *begin, Operation *end) {
  llvm::SmallPtrSet<Operation *, 16> ofSteps{begin};
  for (Operation *op = begin->getNextNode(), *next = nullptr; op != end; op = next) {
    next = op->getNextNode();
    const bool depends = llvm::any_of(op->getOperands(), [&](Value operand) {
      return operand.getDefiningOp() && ofSteps.contains(operand.getDefiningOp());
    });
    if (depends)
      ofSteps.insert(op);
    else
      op->moveBefore(begin);
  }
}

LogicalResult qnn::verifyLoopBegin(Operation *op, int64_t steps, ValueRange sequences, ValueRange states,
                                   std::optional<ArrayRef<bool>> reversed) {
  if (steps < 1 || steps > program::mostSteps)
    return op->emitOpError("has ") << steps << " steps, expected 1 to " << program::mostSteps;
  MLIRContext *context = op->getContext();
  SmallVector<Type> results{RankedTensorType::get({1}, IntegerType::get(context, 64))};
  for (Value sequence : sequences) {
    auto type = cast<RankedTensorType>(sequence.getType());
    if (type.getRank() == 0 || type.getDimSize(0) != steps)
      return op->emitOpError("has a sequence of type ") << type << ", expected " << steps << " elements along axis 0";
    results.push_back(elementOfSequence(type));
  }
  llvm::append_range(results, states.getTypes());
  if (failed(verifyReversed(op, reversed, sequences.size())))
    return failure();
  return verifyResults(op, results);
}

LogicalResult qnn::verifyLoopEnd(Operation *end, Operation *begin, int64_t steps, TypeRange states, ValueRange carries,
                                 ValueRange collects, std::optional<ArrayRef<bool>> reversed) {
  if (begin->getBlock() != end->getBlock())
    return end->emitOpError("is in another block than the beginning of its loop");
  if (carries.size() != states.size())
    return end->emitOpError("carries ") << carries.size() << " states, expected the " << states.size()
                                        << " of its loop";
  SmallVector<Type> results(states);
  for (auto [index, type] : llvm::enumerate(states))
    if (carries[index].getType() != type)
      return end->emitOpError("carries ")
             << carries[index].getType() << " into state " << index << ", which is " << type;
  for (Value collected : collects)
    results.push_back(sequenceOf(collected.getType(), steps));
  if (failed(verifyReversed(end, reversed, collects.size())) || failed(verifyResults(end, results)))
    return failure();
  for (Operation *op = begin; op != end; op = op->getNextNode()) {
    // A constant is the same everywhere.
    if (op->hasTrait<OpTrait::ConstantLike>())
      continue;
    for (Operation *user : op->getUsers())
      if (user->getBlock() != end->getBlock() || (user != end && !user->isBeforeInBlock(end)))
        return end->emitOpError("ends a loop whose '")
               << valueName(op->getResult(0)) << "' is read behind it, by '" << layerName(user) << "'";
  }
  return mlir::success();
}
