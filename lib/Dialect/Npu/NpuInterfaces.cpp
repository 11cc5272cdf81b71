//===- NpuInterfaces.cpp - Verification and inference by the kernels ------===//
#include "Encoding.h"

#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Host.h"
#include "tare/Dialect/Qnn/Loops.h"
#include "tare/Kernels/Registry.h"
#include "tare/Program/HostLayer.h"

using namespace mlir;

namespace tare::npu {

static Result<TensorType> infer(const program::OpUnion &parameters, TypeRange operands) {
  SmallVector<TensorType> types = llvm::map_to_vector(operands, qnn::toHost);
  return kernels::lookup(parameters.type)->infer(parameters, types);
}

LogicalResult inferResultType(MLIRContext *context, std::optional<Location> location,
                              const program::OpUnion &parameters, ValueRange operands, SmallVectorImpl<Type> &types) {
  Result<TensorType> type = infer(parameters, operands.getTypes());
  if (!type)
    return emitOptionalError(location, type.error().message);
  types.push_back(qnn::toMlir(context, *type));
  return success();
}

LogicalResult detail::verifyNpuOp(Operation *op) {
  // They have verifiers of their own.
  if (isa<HostOp, LoopBeginOp, LoopEndOp>(op))
    return success();
  Result<TensorType> type = infer(cast<NpuOpInterface>(op).encode(), op->getOperandTypes());
  if (!type)
    return op->emitOpError(type.error().message);
  RankedTensorType expected = qnn::toMlir(op->getContext(), *type);
  if (op->getResult(0).getType() != expected)
    return op->emitOpError("has a result of type ") << op->getResult(0).getType() << "; expected " << expected;
  return success();
}

program::OpUnion HostOp::encode() {
  program::OpUnion result;
  SmallVector<int64_t> positions(getPositions().value_or(ArrayRef<int64_t>()));
  result.Set(program::encodeHost(qnn::hostNode(getNode(), getOpset(), getParameters()), positions));
  return result;
}

LogicalResult HostOp::verify() {
  return qnn::verifyHost(*this, getNode(), getOpset(), getParameters(), getPositions());
}

LoopEndOp LoopBeginOp::getEnd() { return qnn::endOf<LoopEndOp>(getResult(0)); }

program::OpUnion LoopBeginOp::encode() {
  program::OpUnion result;
  result.Set(qnn::beginTable(*this));
  return result;
}

LogicalResult LoopBeginOp::verify() { return qnn::verifyBegin(*this); }

program::OpUnion LoopEndOp::encode() {
  program::OpUnion result;
  result.Set(qnn::endTable(*this));
  return result;
}

LogicalResult LoopEndOp::verify() { return qnn::verifyEnd(*this); }

} // namespace tare::npu

#include "tare/Dialect/Npu/NpuAttrInterfaces.cpp.inc"
#include "tare/Dialect/Npu/NpuInterfaces.cpp.inc"
