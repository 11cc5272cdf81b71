//===- SetTarget.cpp - Puts the target into the module --------------------===//
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Dialect/Npu/NpuDialect.h"
#include "tare/Passes/Passes.h"

using namespace mlir;

namespace tare {
#define GEN_PASS_DEF_SETTARGET
#include "tare/Passes/Passes.h.inc"

namespace {

struct SetTarget : impl::SetTargetBase<SetTarget> {
  using SetTargetBase::SetTargetBase;

  void runOnOperation() override {
    Result<Target> description = loadTarget(target);
    if (!description) {
      emitError(UnknownLoc::get(&getContext())) << description.error().message;
      return signalPassFailure();
    }
    getOperation()->setAttr(npu::targetAttrName, npu::TargetAttr::get(&getContext(), *description));
  }
};

} // namespace
} // namespace tare
