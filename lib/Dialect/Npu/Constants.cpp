//===- Constants.cpp - Constants as host tensors --------------------------===//
#include "tare/Dialect/Npu/Constants.h"

#include "tare/Dialect/Npu/NpuInterfaces.h"

#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;

namespace tare::npu {

/// Up to this many elements a constant is printed in place.
constexpr int64_t readableElements = 16;

static Tensor expandSplat(const TensorType &type, ArrayRef<char> element) {
  Tensor result(type);
  char *data = result.mutableAs<char>();
  for (int64_t i = 0; i < type.count(); ++i)
    std::memcpy(data + i * element.size(), element.data(), element.size());
  return result;
}

std::optional<Tensor> toTensor(ElementsAttr elements) {
  TensorType type = toTensorType(elements.getType());
  // The context owns the memory and outlives the tensor.
  auto share = [&](const void *data) {
    return Tensor(type, std::shared_ptr<const void>(data, [](const void *) {}),
                  data);
  };
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || blob->getData().size() != type.bytes())
      return std::nullopt;
    return share(blob->getData().data());
  }
  auto dense = dyn_cast<DenseIntOrFPElementsAttr>(elements);
  if (!dense)
    return std::nullopt;
  if (dense.isSplat())
    return expandSplat(type, dense.getRawData());
  return share(dense.getRawData().data());
}

ElementsAttr toElements(MLIRContext *context, const Tensor &tensor,
                        StringRef name) {
  RankedTensorType type = fromTensorType(context, tensor.type());
  ArrayRef<char> bytes(static_cast<const char *>(tensor.data()),
                       tensor.type().bytes());
  if (tensor.count() <= readableElements)
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  return DenseResourceElementsAttr::get(
      type, name, HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, 64));
}

ElementsAttr reshaped(ElementsAttr elements, ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, elements.getElementType());
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  return cast<DenseElementsAttr>(elements).reshape(type);
}

} // namespace tare::npu
