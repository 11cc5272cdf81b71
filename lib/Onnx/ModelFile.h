//===- ModelFile.h - The file of a model ------------------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_MODELFILE_H
#define TARE_LIB_ONNX_MODELFILE_H

#include "Reporter.h"
#include "onnx.pb.h"

#include <memory>

namespace tare::onnx {

/// The opsets of the default domain that the import functions know.
inline constexpr int64_t oldestOpset = 1, newestOpset = 28;

struct Model {
  std::unique_ptr<proto::ModelProto> proto;
  /// The version of the default domain's operators.
  int64_t opset = 0;
};

/// Parses the file as a stream, so that it is in memory once; checks the opset.
mlir::FailureOr<Model> readModel(const std::string &path, const Reporter &reporter);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_MODELFILE_H
