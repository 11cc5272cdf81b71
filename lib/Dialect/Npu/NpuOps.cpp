//===- NpuOps.cpp - Folders of the hardware dialect's operators -----------===//
//
// Folders drop what moves nothing and evaluate what moves constants. They merge
// no two operators that round.
//
//===----------------------------------------------------------------------===//
#include "Encoding.h"

#include "tare/Dialect/Npu/Constants.h"
#include "tare/Kernels/Registry.h"

using namespace mlir;

namespace tare::npu {

LogicalResult ConstantOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> location, ValueRange operands,
    DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
    SmallVectorImpl<Type> &types) {
  Adaptor adaptor(operands, attributes, properties, regions);
  types.push_back(adaptor.getValue().getType());
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

/// The result of a data movement on constants, by the reference kernel.
static ElementsAttr evaluate(NpuOpInterface op, ArrayRef<Attribute> operands) {
  SmallVector<Tensor> tensors;
  for (Attribute operand : operands) {
    auto elements = dyn_cast_or_null<ElementsAttr>(operand);
    std::optional<Tensor> tensor = elements ? toTensor(elements) : std::nullopt;
    if (!tensor)
      return nullptr;
    tensors.push_back(*tensor);
  }
  SmallVector<ConstTensorView> views = llvm::map_to_vector(
      tensors, [](const Tensor &tensor) { return tensor.view(); });
  Tensor result(toTensorType(op->getResult(0).getType()));
  program::OpUnion parameters = op.encode();
  kernels::lookup(parameters.type)
      ->reference(parameters, views, result.mutableView());
  auto resource = dyn_cast<DenseResourceElementsAttr>(operands.front());
  return toElements(op->getContext(), result,
                    resource ? resource.getRawHandle().getKey()
                             : StringRef("constant"));
}

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  if (isIdentity(getPermutation()))
    return getInput();
  if (auto first = getInput().getDefiningOp<TransposeOp>()) {
    setPermutation(compose(first.getPermutation(), getPermutation()));
    getInputMutable().assign(first.getInput());
    return getResult();
  }
  return evaluate(cast<NpuOpInterface>(getOperation()), adaptor.getOperands());
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType())
    return getInput();
  if (auto first = getInput().getDefiningOp<ReshapeOp>()) {
    getInputMutable().assign(first.getInput());
    return getResult();
  }
  if (auto elements = dyn_cast_or_null<ElementsAttr>(adaptor.getInput()))
    if (isa<DenseResourceElementsAttr, DenseElementsAttr>(elements))
      return reshaped(elements, getShape());
  return nullptr;
}

OpFoldResult ConcatOp::fold(FoldAdaptor adaptor) {
  if (getInputs().size() == 1)
    return getInputs().front();
  return evaluate(cast<NpuOpInterface>(getOperation()), adaptor.getOperands());
}

OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  bool whole = getInput().getType() == getType() &&
               llvm::all_of(getSteps(), [](int32_t step) { return step == 1; });
  if (whole)
    return getInput();
  return evaluate(cast<NpuOpInterface>(getOperation()), adaptor.getOperands());
}

OpFoldResult PadOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType() &&
      llvm::all_of(getLow(), [](int32_t count) { return count == 0; }))
    return getInput();
  return evaluate(cast<NpuOpInterface>(getOperation()), adaptor.getOperands());
}

} // namespace tare::npu
