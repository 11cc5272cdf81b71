//===- NpuInterfaces.cpp - Verification and inference by the kernels ------===//
#include "Encoding.h"

#include "tare/Kernels/Registry.h"

using namespace mlir;

namespace tare::npu {

std::optional<ElementType> toElementType(Type type) {
  if (type.isF32())
    return ElementType::f32;
  if (!type.isSignlessInteger())
    return std::nullopt;
  switch (type.getIntOrFloatBitWidth()) {
  case 8:
    return ElementType::i8;
  case 16:
    return ElementType::i16;
  case 32:
    return ElementType::i32;
  case 64:
    return ElementType::i64;
  default:
    return std::nullopt;
  }
}

Type fromElementType(MLIRContext *context, ElementType type) {
  if (type == ElementType::f32)
    return Float32Type::get(context);
  return IntegerType::get(context, 8 * sizeOf(type));
}

TensorType toTensorType(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return TensorType{*toElementType(tensor.getElementType()),
                    Shape(tensor.getShape().begin(), tensor.getShape().end())};
}

RankedTensorType fromTensorType(MLIRContext *context, const TensorType &type) {
  return RankedTensorType::get(type.shape,
                               fromElementType(context, type.element));
}

static Result<TensorType> infer(const program::OpUnion &parameters,
                                TypeRange operands) {
  SmallVector<TensorType> types = llvm::map_to_vector(operands, toTensorType);
  return kernels::lookup(parameters.type)->infer(parameters, types);
}

LogicalResult inferResultType(MLIRContext *context,
                              std::optional<Location> location,
                              const program::OpUnion &parameters,
                              ValueRange operands,
                              SmallVectorImpl<Type> &types) {
  Result<TensorType> type = infer(parameters, operands.getTypes());
  if (!type)
    return emitOptionalError(location, type.error().message);
  types.push_back(fromTensorType(context, *type));
  return success();
}

LogicalResult detail::verifyNpuOp(Operation *op) {
  Result<TensorType> type =
      infer(cast<NpuOpInterface>(op).encode(), op->getOperandTypes());
  if (!type)
    return op->emitOpError(type.error().message);
  RankedTensorType expected = fromTensorType(op->getContext(), *type);
  if (op->getResult(0).getType() != expected)
    return op->emitOpError("has a result of type ")
           << op->getResult(0).getType() << "; expected " << expected;
  return success();
}

} // namespace tare::npu

#include "tare/Dialect/Npu/NpuAttrInterfaces.cpp.inc"
#include "tare/Dialect/Npu/NpuInterfaces.cpp.inc"
