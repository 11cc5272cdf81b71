//===- CancelTransposes.cpp - Move few bytes through transposes -----------===//
#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Passes/Passes.h"

namespace tare {
#define GEN_PASS_DEF_CANCELTRANSPOSES
#include "tare/Passes/Passes.h.inc"

namespace {
struct CancelTransposes : impl::CancelTransposesBase<CancelTransposes> {
  void runOnOperation() override {}
};
} // namespace
} // namespace tare
