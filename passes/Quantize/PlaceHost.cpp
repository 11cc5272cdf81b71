//===- PlaceHost.cpp - What stays on the host -----------------------------===//
//
// Afterwards no value that a host op makes, and that nothing but host ops and the
// function's results reads in the end, is computed in integers on its way; with
// `tail` nothing behind the last products with weights is.
//
//===----------------------------------------------------------------------===//
#include "Arithmetic/ValueRanges.h"
#include "Quantize/HostForms.h"
#include "Remarks.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Movements.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Passes/Passes.h"

#include "llvm/ADT/SetVector.h"

namespace tare {
#define GEN_PASS_DEF_PLACEHOST
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

constexpr StringLiteral betweenHostOps = "it stands between what the host computes and what the host reads";
constexpr StringLiteral behindProducts = "--host-tail: it stands behind the last product with weights";

bool isProduct(Operation *op) { return isa<qnn::AccumulatorOpInterface, qnn::MatMulOp>(op); }

bool isConstant(Value value) { return bool(qnn::constantValue(value)); }

/// Whether the op computes in float what the host could: a movement is nobody's, and needs no other form.
bool isMovable(Operation *op) {
  auto gridOp = dyn_cast<qnn::GridOpInterface>(op);
  if (!gridOp || isProduct(op) || !llvm::all_of(qnn::movedOperands(op), qnn::isFloatTensor) ||
      !qnn::isFloatTensor(op->getResult(0)))
    return false;
  return gridOp.movesElements() || hasHostForm(op);
}

/// The ops between host ops: each reads nothing but constants and what the host makes, and no one but the host, or
/// whoever takes the function's results, reads it.
class Between {
public:
  explicit Between(func::FuncOp function) {
    for (Operation &op : function.front())
      if (isMovable(&op) && readsHost(&op))
        members.insert(&op);
    // Whoever leaves may take its neighbours along.
    for (bool changed = true; changed;) {
      SmallVector<Operation *> leaving;
      llvm::copy_if(members, std::back_inserter(leaving),
                    [&](Operation *op) { return !isReadByHost(op) || !readsHost(op); });
      for (Operation *op : leaving)
        members.remove(op);
      changed = !leaving.empty();
    }
  }

  ArrayRef<Operation *> ops() const { return members.getArrayRef(); }

private:
  bool isOfHost(Operation *op) const { return op && (isa<qnn::HostOp>(op) || members.contains(op)); }
  bool readsHost(Operation *op) const {
    // Indices are integers wherever they come from.
    const SmallVector<Value> operands = qnn::movedOperands(op);
    bool isAny = llvm::any_of(operands, [&](Value value) { return isOfHost(value.getDefiningOp()); });
    return isAny &&
           llvm::all_of(operands, [&](Value value) { return isConstant(value) || isOfHost(value.getDefiningOp()); });
  }
  bool isReadByHost(Operation *op) const {
    return llvm::all_of(op->getUsers(),
                        [&](Operation *user) { return user->hasTrait<OpTrait::IsTerminator>() || isOfHost(user); });
  }

  llvm::SetVector<Operation *> members;
};

/// What a loop computes goes on as it has begun, whatever it is.
bool keepsBefore(Operation *op) { return isProduct(op) || isa<qnn::LoopBeginOp, qnn::LoopEndOp>(op); }

/// The ops that no product with weights stands behind, and no loop.
SmallVector<Operation *> behindLastProducts(func::FuncOp function) {
  llvm::DenseSet<Operation *> before;
  SmallVector<Operation *> tail;
  for (Operation &op : llvm::reverse(function.front().without_terminator())) {
    bool isBefore =
        llvm::any_of(op.getUsers(), [&](Operation *user) { return keepsBefore(user) || before.contains(user); });
    if (isBefore)
      before.insert(&op);
    else if (isMovable(&op))
      tail.push_back(&op);
  }
  std::reverse(tail.begin(), tail.end());
  return tail;
}

struct PlaceHost : tare::impl::PlaceHostBase<PlaceHost> {
  using PlaceHostBase::PlaceHostBase;

  void runOnFunction() final {
    func::FuncOp function = getOperation();
    if (tail)
      move(behindLastProducts(function), behindProducts);
    if (!function.getOps<qnn::HostOp>().empty())
      move(Between(function).ops(), betweenHostOps);
  }

private:
  static void move(ArrayRef<Operation *> ops, StringRef reason) {
    for (Operation *op : ops)
      if (!cast<qnn::GridOpInterface>(op).movesElements())
        moveOne(op, reason);
  }

  /// The range of the result stays what it is.
  static void moveOne(Operation *op, StringRef reason) {
    Value onHost = makeHostForm(op, reason);
    remarkPassed(op, "tare-place-host", "OnHost") << remark::reason("{0}", reason);
    if (qnn::RangeAttr range = rangeAttr(op->getResult(0)))
      setRange(onHost, range.getMin(), range.getMax(), range.getLabel());
    op->getResult(0).replaceAllUsesWith(onHost);
    op->erase();
  }
};

} // namespace
