//===- RunTimeRanges.h - What a model quantizes dynamically -----*- C++ -*-===//
//
// A dynamically quantized model finds the ranges of some values when it runs.
// The hardware's are static: the import turns such values into float ones, and
// a function's attribute names them until calibration has given them ranges.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIALECT_QNN_RUNTIMERANGES_H
#define TARE_DIALECT_QNN_RUNTIMERANGES_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"

#include <optional>
#include <string>

namespace tare::qnn {

/// The discardable attribute of a function: {operands = [names], results = [names]}, the ONNX values that the model
/// quantizes dynamically, and the products of them.
inline constexpr llvm::StringLiteral runTimeRangesAttrName = "qnn.run_time_ranges";

mlir::DictionaryAttr runTimeRanges(mlir::MLIRContext *context, llvm::ArrayRef<mlir::StringAttr> operands,
                                   llvm::ArrayRef<mlir::StringAttr> results);

/// Whether an attribute has that form.
bool isRunTimeRanges(mlir::Attribute attribute);

/// Why the function needs calibration, naming the values; nothing where it has no such attribute.
std::optional<std::string> needOfRanges(mlir::Operation *function);

/// "'a', 'b'"; of many names the first ones and how many there are.
std::string quoted(llvm::ArrayRef<mlir::StringAttr> names);

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_RUNTIMERANGES_H
