//===- QdqModel.h - A quantized network as an ONNX model --------*- C++ -*-===//
#ifndef TARE_DRIVER_COMPILE_QDQMODEL_H
#define TARE_DRIVER_COMPILE_QDQMODEL_H

#include "tare/OnnxExport/OnnxExport.h"
#include "tare/Target/Target.h"

#include "llvm/Support/JSON.h"

namespace tare {

/// A quantized network in QDQ form, and what is told of it.
class QdqModel {
public:
  /// An error about `model`, where layers have no form in ONNX. `path` is where it will be; empty for memory alone.
  static Result<QdqModel> make(mlir::ModuleOp module, const std::string &model, const std::string &path);

  /// The file.
  std::string_view contents() const { return file.bytes; }
  /// "net.qdq.onnx: 31 nodes (12 Conv, ..), 12.3 kB".
  std::string text() const;
  /// What of the target's arithmetic ONNX has no attributes for.
  std::string targetText() const;
  void writeJson(llvm::json::OStream &out) const;

private:
  QdqModel(std::string path, onnx::ExportedModel file, Target target)
      : path(std::move(path)), file(std::move(file)), target(std::move(target)) {}

  std::string path;
  onnx::ExportedModel file;
  Target target;
};

} // namespace tare

#endif // TARE_DRIVER_COMPILE_QDQMODEL_H
