//===- GraphWalk.h - A graph op by op, all samples at once ------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_GRAPHWALK_H
#define TARE_TOOLS_TARE_GRAPHWALK_H

#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <vector>

namespace tare {

/// A tensor per sample.
using SampleTensors = std::vector<Tensor>;

/// Computes each op of @main for all samples before the next op: what is constant is computed once, and no value lives
/// longer than its last use. `visit` sees what depends on a sample, row-major, and may replace it: the ops behind then
/// compute on the replacement. `inputs` has the arguments of each sample. An error where an op cannot be evaluated.
Status walkGraph(mlir::func::FuncOp function, const std::vector<std::vector<Tensor>> &inputs, size_t threads,
                 llvm::function_ref<void(mlir::Value, SampleTensors &)> visit);

} // namespace tare

#endif // TARE_TOOLS_TARE_GRAPHWALK_H
