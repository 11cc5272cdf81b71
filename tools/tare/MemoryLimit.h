//===- MemoryLimit.h - Models that no memory holds --------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_MEMORYLIMIT_H
#define TARE_TOOLS_TARE_MEMORYLIMIT_H

#include "tare/Tensor/Result.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <cstdint>
#include <optional>
#include <string>

namespace tare {

/// The bytes that the process may still take: of what the system has, the control groups and the process' own limit,
/// the least.
uint64_t availableMemory();

/// An error where a layer's operands and its result, of one sample in float, take more than `limit` bytes
/// (availableMemory() where there is none). To be asked before anything is computed.
Status checkMemory(mlir::func::FuncOp function, const std::string &model, std::optional<uint64_t> limit);

} // namespace tare

#endif // TARE_TOOLS_TARE_MEMORYLIMIT_H
