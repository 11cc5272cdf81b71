//===- Lowering.h - Shared by the files of the lowering ---------*- C++ -*-===//
#ifndef TARE_PASSES_LOWERING_LOWERING_H
#define TARE_PASSES_LOWERING_LOWERING_H

#include "mlir/Transforms/DialectConversion.h"
#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"

namespace tare {

/// Quantized tensors become tensors of their storage integers; float ones stay.
struct StorageTypeConverter : mlir::TypeConverter {
  StorageTypeConverter();
};

// One per family: Ops/<Family>.cpp.
void addFunctionLowerings(mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);
void addBinaryLowerings(mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);
void addMatrixLowerings(mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);
void addConvolutionLowerings(mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);
void addNormalizationLowerings(mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);
void addPoolingLowerings(mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);
void addReductionLowerings(mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);
void addMovementLowerings(mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);
void addRecurrentLowerings(mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);
void addBorderLowerings(mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);
void addHostLowerings(mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);

/// What compute-requantization attached, or null.
npu::RequantAttr requantOf(mlir::Operation *op);
/// The same; an op without it is an error that says which pass comes first.
mlir::FailureOr<npu::RequantAttr> neededRequant(mlir::Operation *op);

// The only ways to replace an op in a lowering. What a lowering makes stands for results of the op, or for nothing of
// the model: the grid of a result belongs to the op that computes what replaces it, and to no other.

/// Replaces `op` by `value`, whose op is on the grid of the result from then on.
void replaceBy(mlir::ConversionPatternRewriter &rewriter, mlir::Operation *op, mlir::Value value);
/// The same of a value whose channels come last.
void replaceByChannelsLast(mlir::ConversionPatternRewriter &rewriter, mlir::Operation *op, mlir::Value value);
/// The same of several results: each is replaced by the same one of `made`.
void replaceByResultsOf(mlir::ConversionPatternRewriter &rewriter, mlir::Operation *op, mlir::Operation *made);
/// The same by the result of a new op.
template <typename NewOp, typename... Args>
NewOp replaceByNew(mlir::ConversionPatternRewriter &rewriter, mlir::Operation *op, Args &&...args) {
  auto made = NewOp::create(rewriter, op->getLoc(), std::forward<Args>(args)...);
  replaceBy(rewriter, op, made->getResult(0));
  return made;
}

/// [N, C, spatial..] -> [N, spatial.., C] and back.
mlir::Value toChannelsLast(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value);
mlir::Value toChannelsFirst(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value);
llvm::SmallVector<int32_t> channelsLast(int64_t rank);

/// A constant of the hardware level with the tensor's memory.
mlir::Value makeConstant(mlir::OpBuilder &builder, mlir::Location loc, const Tensor &tensor, llvm::StringRef name);

/// The zero point of a per-tensor grid.
int32_t zeroPointOf(mlir::Value original);

/// A list attribute as i32, or `count` times `fallback`.
llvm::SmallVector<int32_t> listOr(std::optional<llvm::ArrayRef<int64_t>> list, size_t count, int32_t fallback);
llvm::SmallVector<int32_t> narrow(llvm::ArrayRef<int64_t> list);

} // namespace tare

#endif // TARE_PASSES_LOWERING_LOWERING_H
