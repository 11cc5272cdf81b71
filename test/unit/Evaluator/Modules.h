//===- Modules.h - IR for tests of what runs it -----------------*- C++ -*-===//
#ifndef TARE_TEST_UNIT_EVALUATOR_MODULES_H
#define TARE_TEST_UNIT_EVALUATOR_MODULES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Parser/Parser.h"
#include "tare/Dialect/Npu/NpuDialect.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Tensor/Tensor.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace tare {

/// A context with Tare's dialects.
inline std::unique_ptr<mlir::MLIRContext> makeContext() {
  auto context = std::make_unique<mlir::MLIRContext>(mlir::MLIRContext::Threading::DISABLED);
  context->loadDialect<qnn::QnnDialect, npu::NpuDialect, mlir::func::FuncDialect, mlir::quant::QuantDialect>();
  return context;
}

inline mlir::OwningOpRef<mlir::ModuleOp> parse(mlir::MLIRContext &context, const std::string &text) {
  return mlir::parseSourceString<mlir::ModuleOp>(text, &context);
}

template <typename T> Tensor makeTensor(Shape shape, std::vector<T> values) {
  Tensor tensor(ElementTypeOf<T>::value, std::move(shape));
  std::copy(values.begin(), values.end(), tensor.mutableAs<T>());
  return tensor;
}

template <typename T> std::vector<T> valuesOf(const Tensor &tensor) {
  return std::vector<T>(tensor.as<T>(), tensor.as<T>() + tensor.count());
}

} // namespace tare

#endif // TARE_TEST_UNIT_EVALUATOR_MODULES_H
