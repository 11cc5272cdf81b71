//===- ConformGrids.cpp - A model's own grids as the target has them ------===//
//
// Invariant: afterwards every grid that the model brings is one that the target
// and the ops that read it have, as those that Tare chooses are; nothing of it
// was changed without a word.
//
//===----------------------------------------------------------------------===//
#include "Quantize/FinerBorders.h"
#include "Quantize/FinerGrids.h"
#include "Quantize/GivenGrids.h"
#include "Quantize/ReachedGrids.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Passes/Passes.h"

namespace tare {
#define GEN_PASS_DEF_CONFORMGRIDS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

struct ConformGrids : tare::impl::ConformGridsBase<ConformGrids> {
  using ConformGridsBase::ConformGridsBase;

  void runOnFunction() final {
    func::FuncOp function = getOperation();
    FailureOr<Target> target = npu::getTarget(function);
    if (failed(target) || failed(conformActivations(function, *target, repair)) ||
        failed(conformConstants(function, *target, repair)) || failed(conformWeights(function, *target, repair)))
      return signalPassFailure();
    refineForBorders(function, *target);
    if (target->powerOfTwoScales() && target->hasOp("add")) {
      roundWhereReached(function, *target);
      addForFinerGrids(function, *target);
      coarsenFarOperands(function, *target);
    }
  }
};

} // namespace
