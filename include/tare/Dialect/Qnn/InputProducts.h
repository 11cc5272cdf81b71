//===- InputProducts.h - Products of what layers read -----------*- C++ -*-===//
#ifndef TARE_DIALECT_QNN_INPUTPRODUCTS_H
#define TARE_DIALECT_QNN_INPUTPRODUCTS_H

#include "tare/Tensor/Tensor.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"

#include <map>
#include <string>
#include <vector>

namespace tare::qnn {

/// The discardable attribute of a function: X^T X of layers with weights, by their names: {NAME = elements of
/// tensor<groups x K x K x f64>}. X has a row for each result that was looked at, and a column for each of the K
/// weights of a result's channel, in their order: the integers that meet the weights, without the zero point; 0 for a
/// border.
inline constexpr llvm::StringLiteral inputProductsAttrName = "qnn.input_products";

/// Of one layer.
struct InputProducts {
  int64_t groups = 0, weights = 0;
  /// groups * weights * weights of them.
  std::vector<double> sums;
};

/// By the names of layers. The attribute takes the memory over.
mlir::DictionaryAttr toAttr(mlir::MLIRContext *context, std::map<std::string, InputProducts> products);
/// Whether an attribute has that form.
bool isInputProducts(mlir::Attribute attribute);
/// Those of one layer, f64 [groups, weights, weights]; a null tensor where the function has none of it. The memory may
/// be the attribute's.
Tensor inputProductsOf(mlir::Operation *function, llvm::StringRef layer);

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_INPUTPRODUCTS_H
