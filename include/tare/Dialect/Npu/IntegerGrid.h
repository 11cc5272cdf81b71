//===- IntegerGrid.h - What integers of the npu level mean ------*- C++ -*-===//
//
// Nothing at the npu level computes with scales, but whoever looks at a value
// wants its real numbers: the lowering leaves each op's grid behind as the
// discardable attribute `npu.grid`.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIALECT_NPU_INTEGERGRID_H
#define TARE_DIALECT_NPU_INTEGERGRID_H

#include "tare/Dialect/Npu/NpuOps.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"

#include <optional>

namespace tare::npu {

/// Says that the integers of `op`'s result are on this grid. No effect where the result is not such integers.
void setGrid(mlir::Operation *op, mlir::quant::QuantizedType grid);

/// Says what grids the results of `op`, several, are on: those of these types, which are quantized or not.
void setGrids(mlir::Operation *op, mlir::TypeRange types);

/// The grid of a value's integers: as its op says; of the operand, where the op only moves elements; as its attribute
/// or the host steps say, for an argument. Null where nobody says, and for real numbers.
mlir::quant::QuantizedType gridOf(mlir::Value value);

/// Follows the op to another order of its result's dimensions: the result used to be transpose(new result,
/// permutation).
void permuteGrid(mlir::Operation *op, llvm::ArrayRef<int32_t> permutation);

/// The entries of a list per element of `axis` that belong to the elements which `slice` takes; a list of one entry,
/// for all elements, stays as it is.
llvm::SmallVector<double> sliced(llvm::ArrayRef<double> scales, int32_t axis, SliceOp slice);

/// The dimension of the result of `movement`, a transpose or reshape, that is `axis` of its operand; nothing where a
/// reshape splits or merges it.
std::optional<int32_t> axisAfter(mlir::Operation *movement, int32_t axis);

} // namespace tare::npu

#endif // TARE_DIALECT_NPU_INTEGERGRID_H
