//===- Constants.cpp - Host tensors as constants and back -----------------===//
#include "tare/Dialect/Qnn/Constants.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Matchers.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Tensor/MappedFile.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/MathExtras.h"

#include <cstring>

using namespace mlir;
using namespace tare;

namespace {

ElementType elementOf(Type type) {
  if (auto quantized = dyn_cast<quant::QuantizedType>(type))
    type = IntegerType::get(type.getContext(), quantized.getStorageTypeIntegralWidth(),
                            quantized.isSigned() ? IntegerType::Signless : IntegerType::Unsigned);
  if (type.isF32())
    return ElementType::f32;
  if (type.isF64())
    return ElementType::f64;
  bool isUnsigned = type.isUnsignedInteger();
  switch (type.getIntOrFloatBitWidth()) {
  case 1:
    return ElementType::boolean;
  case 8:
    return isUnsigned ? ElementType::u8 : ElementType::i8;
  case 16:
    return isUnsigned ? ElementType::u16 : ElementType::i16;
  case 32:
    return isUnsigned ? ElementType::u32 : ElementType::i32;
  default:
    return isUnsigned ? ElementType::u64 : ElementType::i64;
  }
}

Type mlirElement(MLIRContext *context, ElementType element) {
  switch (element) {
  case ElementType::f32:
    return Float32Type::get(context);
  case ElementType::f64:
    return Float64Type::get(context);
  case ElementType::boolean:
    return IntegerType::get(context, 1);
  case ElementType::u8:
  case ElementType::u16:
  case ElementType::u32:
  case ElementType::u64:
    return IntegerType::get(context, 8 * sizeOf(element), IntegerType::Unsigned);
  default:
    return IntegerType::get(context, 8 * sizeOf(element));
  }
}

Tensor expandSplat(const tare::TensorType &type, ArrayRef<char> element) {
  Tensor tensor(type);
  char *out = reinterpret_cast<char *>(tensor.mutableAs<int8_t>());
  for (int64_t i = 0, n = type.count(); i < n; ++i)
    std::memcpy(out + i * element.size(), element.data(), element.size());
  return tensor;
}

} // namespace

/// The bytes of a tensor; nothing where no 63 bits hold their number.
static std::optional<int64_t> bytesOf(ShapedType type) {
  int64_t bytes = std::max(1u, type.getElementTypeBitWidth() / 8);
  if (llvm::is_contained(type.getShape(), 0))
    return 0;
  for (int64_t size : type.getShape())
    if (llvm::MulOverflow(bytes, size, bytes))
      return std::nullopt;
  return bytes;
}

LogicalResult tare::qnn::verifyElements(Operation *op, ElementsAttr value) {
  std::optional<int64_t> bytes = bytesOf(value.getShapedType());
  if (!bytes)
    return op->emitOpError("is of ") << value.getShapedType() << ", which takes more bytes than there can be";
  auto resource = dyn_cast<DenseResourceElementsAttr>(value);
  if (!resource)
    return mlir::success();
  StringRef key = resource.getRawHandle().getKey();
  const AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  if (!blob)
    return op->emitOpError("resource '") << key << "' has no elements: they were left out when the IR was printed";
  if (int64_t(blob->getData().size()) == *bytes)
    return mlir::success();
  return op->emitOpError("resource '") << key << "' must hold " << *bytes << " bytes, found " << blob->getData().size();
}

tare::TensorType tare::qnn::toHost(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return {elementOf(tensor.getElementType()), Shape(tensor.getShape().begin(), tensor.getShape().end())};
}

RankedTensorType tare::qnn::toMlir(MLIRContext *context, const TensorType &type) {
  return RankedTensorType::get(type.shape, mlirElement(context, type.element));
}

Tensor tare::qnn::toTensor(ElementsAttr attr) {
  tare::TensorType type = toHost(attr.getShapedType());
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr))
    return Tensor(type, nullptr, resource.getData().data());
  auto dense = cast<DenseElementsAttr>(attr);
  if (type.element == ElementType::boolean) {
    // Dense booleans are packed to bits; hosts use a byte each.
    Tensor tensor(type);
    bool *out = tensor.mutableAs<bool>();
    for (bool value : dense.getValues<bool>())
      *out++ = value;
    return tensor;
  }
  if (dense.isSplat())
    return expandSplat(type, dense.getRawData().take_front(sizeOf(type.element)));
  return Tensor(type, nullptr, dense.getRawData().data());
}

ElementsAttr tare::qnn::toAttr(ShapedType type, const Tensor &tensor, StringRef name) {
  ArrayRef<char> bytes(static_cast<const char *>(tensor.data()), tensor.type().bytes());
  // A view's memory may be freed by whoever owns it.
  if (!tensor.ownsMemory())
    return DenseResourceElementsAttr::get(type, name,
                                          HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, alignof(double)));
  // The blob holds a share of the tensor: its memory lives as long as either.
  AsmResourceBlob blob(
      bytes, alignof(double), [share = Tensor(tensor)](void *, size_t, size_t) mutable { share = Tensor(); },
      /*dataIsMutable=*/false);
  return DenseResourceElementsAttr::get(type, name, std::move(blob));
}

ElementsAttr tare::qnn::toAttr(MLIRContext *context, const Tensor &tensor, StringRef name) {
  return toAttr(toMlir(context, tensor.type()), tensor, name);
}

/// With the memory of what is mapped.
static void forgetBlob(const AsmResourceBlob *blob) {
  if (blob)
    MappedFile::forget(blob->getData().data(), blob->getData().size());
}

void tare::qnn::forgetPages(ElementsAttr attr) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr))
    forgetBlob(resource.getRawHandle().getBlob());
}

void tare::qnn::releaseResource(DenseResourceElementsAttr attr) {
  auto handle = attr.getRawHandle();
  forgetBlob(handle.getBlob());
  handle.getResource()->setBlob(AsmResourceBlob());
}

void tare::qnn::releaseUnusedResources(ModuleOp module) {
  // Resources are what constant ops hold, and nothing else.
  llvm::DenseSet<const void *> used;
  module.walk([&](Operation *op) {
    if (DenseResourceElementsAttr resource; matchPattern(op, m_Constant(&resource)))
      used.insert(resource.getRawHandle().getResource());
  });
  auto &manager = DenseResourceElementsHandle::getManagerInterface(module.getContext()).getBlobManager();
  SmallVector<std::string> unused;
  manager.getBlobMap([&](const auto &blobs) {
    for (const auto &entry : blobs)
      if (entry.getValue().getBlob() && !used.contains(&entry.getValue()))
        unused.push_back(entry.getKey().str());
  });
  for (const std::string &name : unused) {
    forgetBlob(manager.lookup(name)->getBlob());
    manager.update(name, AsmResourceBlob());
  }
}

ElementsAttr tare::qnn::constantValue(Value value) {
  ElementsAttr attr;
  return value && matchPattern(value, m_Constant(&attr)) ? attr : ElementsAttr();
}
