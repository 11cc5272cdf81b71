//===- Constants.h - Constants as host tensors ------------------*- C++ -*-===//
#ifndef TARE_DIALECT_NPU_CONSTANTS_H
#define TARE_DIALECT_NPU_CONSTANTS_H

#include "tare/Tensor/Tensor.h"

#include "mlir/IR/BuiltinAttributes.h"

#include <optional>

namespace tare::npu {

/// The elements as a host tensor that shares the attribute's memory (a splat is
/// expanded); nothing where the attribute holds none, as an elided resource
/// does.
std::optional<Tensor> toTensor(mlir::ElementsAttr elements);

/// The tensor as an attribute: a resource named `name`, or dense elements where
/// they are few enough to be read.
mlir::ElementsAttr toElements(mlir::MLIRContext *context, const Tensor &tensor,
                              llvm::StringRef name);

/// The same elements under another shape; resources are shared, not copied.
mlir::ElementsAttr reshaped(mlir::ElementsAttr elements,
                            llvm::ArrayRef<int64_t> shape);

} // namespace tare::npu

#endif // TARE_DIALECT_NPU_CONSTANTS_H
