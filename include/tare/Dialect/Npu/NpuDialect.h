//===- NpuDialect.h - The hardware dialect ----------------------*- C++ -*-===//
#ifndef TARE_DIALECT_NPU_NPUDIALECT_H
#define TARE_DIALECT_NPU_NPUDIALECT_H

#include "mlir/IR/Dialect.h"

namespace tare::npu {

/// Discardable attributes of the dialect (see its description).
constexpr llvm::StringLiteral offsetAttrName = "npu.offset";
/// The addresses of the results behind the first.
constexpr llvm::StringLiteral furtherOffsetsAttrName = "npu.further_offsets";
constexpr llvm::StringLiteral arenaBytesAttrName = "npu.arena_bytes";
constexpr llvm::StringLiteral arenaLowerBoundAttrName = "npu.arena_lower_bound";
constexpr llvm::StringLiteral hostStepsAttrName = "npu.host_steps";
/// On a result whose host steps join several to one of the model's outputs: that one's name.
constexpr llvm::StringLiteral modelOutputAttrName = "npu.model_output";
/// What an op's integers mean (IntegerGrid.h).
constexpr llvm::StringLiteral gridAttrName = "npu.grid";
/// The same of an op of several results: a list, with a unit for a result that is on none.
constexpr llvm::StringLiteral gridsAttrName = "npu.grids";

/// On graph ops: the multipliers and shifts that their integer forms will have.
constexpr llvm::StringLiteral requantAttrName = "npu.requant";
constexpr llvm::StringLiteral targetAttrName = "npu.target";

} // namespace tare::npu

#include "tare/Dialect/Npu/NpuDialect.h.inc"

#endif // TARE_DIALECT_NPU_NPUDIALECT_H
