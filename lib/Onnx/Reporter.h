//===- Reporter.h - What is wrong with a model ------------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_REPORTER_H
#define TARE_LIB_ONNX_REPORTER_H

#include "tare/Diagnostics/Warning.h"
#include "llvm/ADT/Twine.h"

#include <string>

namespace tare::onnx {

/// Emits diagnostics whose text names the model's file; they have no other
/// location (an ONNX model has no lines).
class Reporter {
public:
  Reporter(mlir::MLIRContext &context, std::string file) : context(context), file(std::move(file)) {}

  /// The import must stop after it: one error per model.
  mlir::LogicalResult error(const llvm::Twine &message) const {
    return mlir::emitError(location()) << file << ": " << message;
  }
  /// As of Warning: its kind, what was found, and what its user can do.
  void warning(llvm::StringRef kind, const llvm::Twine &message, llvm::StringRef remedy) const {
    reportWarning(location(), {kind.str(), "", "", 0, CostUnit::none, (file + ": " + message).str(), remedy.str()});
  }
  void remark(const llvm::Twine &message) const { mlir::emitRemark(location()) << file << ": " << message; }

private:
  mlir::Location location() const { return mlir::UnknownLoc::get(&context); }

  mlir::MLIRContext &context;
  std::string file;
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_REPORTER_H
