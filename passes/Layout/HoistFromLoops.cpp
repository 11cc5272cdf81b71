//===- HoistFromLoops.cpp - What each step of a loop has alike ------------===//
//
// Invariant: afterwards every op within loops, but for constants, depends on
// what one of these gives to its steps.
//
//===----------------------------------------------------------------------===//
#include "Remarks.h"
#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace tare {
#define GEN_PASS_DEF_HOISTFROMLOOPS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

/// Whether all that the op reads stands before `begin`.
bool isBefore(Operation *op, Operation *begin) {
  return llvm::all_of(op->getOperands(), [&](Value operand) {
    Operation *maker = operand.getDefiningOp();
    return !maker || maker->isBeforeInBlock(begin) || maker->hasTrait<OpTrait::ConstantLike>();
  });
}

/// Moves the op to before `begin`, and before it the constants that it alone may find behind.
void hoist(Operation *op, Operation *begin) {
  for (Value operand : op->getOperands())
    if (Operation *maker = operand.getDefiningOp(); maker && !maker->isBeforeInBlock(begin))
      maker->moveBefore(begin);
  op->moveBefore(begin);
}

struct HoistFromLoops : tare::impl::HoistFromLoopsBase<HoistFromLoops> {
  void runOnFunction() final {
    SmallVector<Operation *> around;
    for (Operation &op : llvm::make_early_inc_range(getOperation().front())) {
      if (isa<npu::LoopEndOp>(op) && !around.empty())
        around.pop_back();
      const bool isLayer = !isa<npu::LoopBeginOp, npu::LoopEndOp>(op) && !op.hasTrait<OpTrait::ConstantLike>();
      if (isLayer && !around.empty() && isPure(&op) && isBefore(&op, around.front())) {
        hoist(&op, around.front());
        remarkPassed(&op, "tare-hoist-from-loops", "Hoisted");
      }
      if (isa<npu::LoopBeginOp>(op))
        around.push_back(&op);
    }
  }
};

} // namespace
