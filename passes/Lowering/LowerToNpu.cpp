//===- LowerToNpu.cpp - From quantized types to integers ------------------===//
//
// Invariant established: nothing but npu ops, integers and, at the function's
// border, float data movement; spatial ops are channels-last, between transposes
// that tare-cancel-transposes takes away.
//
//===----------------------------------------------------------------------===//
#include "Lowering/Lowering.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "tare/Kernels/Movement.h"
#include "tare/Passes/Passes.h"

namespace tare {
#define GEN_PASS_DEF_LOWERTONPU
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace tare;
using namespace mlir;

StorageTypeConverter::StorageTypeConverter() {
  addConversion([](Type type) -> std::optional<Type> {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && qnn::quantizedElement(tensor) ? Type(qnn::storageType(tensor)) : type;
  });
}

npu::RequantAttr tare::requantOf(Operation *op) { return op->getAttrOfType<npu::RequantAttr>(npu::requantAttrName); }

FailureOr<npu::RequantAttr> tare::neededRequant(Operation *op) {
  if (npu::RequantAttr requant = requantOf(op))
    return requant;
  if (!qnn::quantizedElement(op->getResult(0).getType()))
    return op->emitError() << "layer '" << qnn::layerName(op) << "': is still in float; quantize and fuse it first";
  return op->emitError() << "layer '" << qnn::layerName(op) << "': has no '" << npu::requantAttrName
                         << "'; run tare-compute-requantization first";
}

SmallVector<int32_t> tare::channelsLast(int64_t rank) {
  SmallVector<int32_t> permutation{0};
  for (int64_t axis = 2; axis < rank; ++axis)
    permutation.push_back(axis);
  permutation.push_back(1);
  return permutation;
}

Value tare::toChannelsLast(OpBuilder &builder, Location loc, Value value) {
  int64_t rank = cast<RankedTensorType>(value.getType()).getRank();
  return npu::TransposeOp::create(builder, loc, value, builder.getDenseI32ArrayAttr(channelsLast(rank)));
}

Value tare::toChannelsFirst(OpBuilder &builder, Location loc, Value value) {
  int32_t rank = cast<RankedTensorType>(value.getType()).getRank();
  SmallVector<int32_t> permutation{0, rank - 1};
  for (int32_t axis = 1; axis < rank - 1; ++axis)
    permutation.push_back(axis);
  return npu::TransposeOp::create(builder, loc, value, builder.getDenseI32ArrayAttr(permutation));
}

Value tare::makeConstant(OpBuilder &builder, Location loc, const Tensor &tensor, StringRef name) {
  return npu::ConstantOp::create(builder, loc, qnn::toAttr(builder.getContext(), tensor, name));
}

int32_t tare::zeroPointOf(Value original) { return qnn::Grid::of(original.getType())->zeroPoint(0); }

SmallVector<int32_t> tare::narrow(ArrayRef<int64_t> list) { return SmallVector<int32_t>(list.begin(), list.end()); }

SmallVector<int32_t> tare::listOr(std::optional<ArrayRef<int64_t>> list, size_t count, int32_t fallback) {
  return list ? narrow(*list) : SmallVector<int32_t>(count, fallback);
}

namespace {

struct LowerToNpu : tare::impl::LowerToNpuBase<LowerToNpu> {
  void runOnOperation() final {
    MLIRContext *context = &getContext();
    StorageTypeConverter types;
    RewritePatternSet patterns(context);
    addAccumulatorLowerings(types, patterns);
    addElementwiseLowerings(types, patterns);
    addFunctionLowerings(types, patterns);
    addPoolingLowerings(types, patterns);
    addMovementLowerings(types, patterns);
    addBorderLowerings(types, patterns);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns, types);
    populateReturnOpTypeConversionPattern(patterns, types);

    ConversionTarget legal(*context);
    legal.addLegalDialect<npu::NpuDialect>();
    legal.addIllegalDialect<qnn::QnnDialect, quant::QuantDialect>();
    legal.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp op) { return types.isSignatureLegal(op.getFunctionType()); });
    legal.addDynamicallyLegalOp<func::ReturnOp>([&](func::ReturnOp op) { return types.isLegal(op.getOperandTypes()); });
    legal.addLegalOp<ModuleOp>();
    if (failed(applyFullConversion(getOperation(), legal, std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
