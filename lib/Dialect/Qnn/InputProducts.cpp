//===- InputProducts.cpp - Products of what layers read -------------------===//
#include "tare/Dialect/Qnn/InputProducts.h"
#include "tare/Dialect/Qnn/Constants.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include <memory>

using namespace mlir;
using namespace tare;

/// A resource whose memory is the vector's.
static ElementsAttr resourceOf(MLIRContext *context, StringRef name, qnn::InputProducts products) {
  Builder builder(context);
  auto type = RankedTensorType::get({products.groups, products.weights, products.weights}, builder.getF64Type());
  auto owned = std::make_shared<std::vector<double>>(std::move(products.sums));
  AsmResourceBlob blob =
      UnmanagedAsmResourceBlob::allocateInferAlign(ArrayRef(*owned), [owned](void *, size_t, size_t) {});
  return DenseResourceElementsAttr::get(type, name, std::move(blob));
}

DictionaryAttr qnn::toAttr(MLIRContext *context, std::map<std::string, InputProducts> products) {
  Builder builder(context);
  SmallVector<NamedAttribute> entries;
  for (auto &[name, own] : products)
    entries.push_back(builder.getNamedAttr(name, resourceOf(context, name, std::move(own))));
  return builder.getDictionaryAttr(entries);
}

bool qnn::isInputProducts(Attribute attribute) {
  auto isSquare = [](NamedAttribute entry) {
    auto elements = dyn_cast<ElementsAttr>(entry.getValue());
    if (!elements || !isa<DenseElementsAttr, DenseResourceElementsAttr>(elements) ||
        !elements.getElementType().isF64() || elements.getShapedType().getRank() != 3)
      return false;
    ArrayRef<int64_t> shape = elements.getShapedType().getShape();
    auto resource = dyn_cast<DenseResourceElementsAttr>(elements);
    return shape[1] == shape[2] &&
           (!resource || resource.getData().size() / sizeof(double) == size_t(elements.getNumElements()));
  };
  auto all = dyn_cast<DictionaryAttr>(attribute);
  return all && llvm::all_of(all, isSquare);
}

Tensor qnn::inputProductsOf(Operation *function, StringRef layer) {
  auto all = function->getAttrOfType<DictionaryAttr>(inputProductsAttrName);
  auto own = all ? all.getAs<ElementsAttr>(layer) : ElementsAttr();
  return own ? toTensor(own) : Tensor();
}
