//===- ExternalData.h - Weights in files beside the model -------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_EXTERNALDATA_H
#define TARE_LIB_ONNX_EXTERNALDATA_H

#include "onnx.pb.h"
#include "tare/Tensor/MappedFile.h"
#include "tare/Tensor/Result.h"
#include "llvm/ADT/StringMap.h"

#include <filesystem>

namespace tare::onnx {

/// Bytes that `owner` keeps alive.
struct OwnedBytes {
  std::shared_ptr<const void> owner;
  std::span<const std::byte> bytes;
};

/// Maps the files that tensors name as their external data. A model may name
/// only files in its own folder or below: it comes from somebody else.
class ExternalData {
public:
  explicit ExternalData(const std::string &modelPath);

  /// The bytes of a tensor whose data_location is EXTERNAL; `expected` of them.
  Result<OwnedBytes> read(const proto::TensorProto &tensor, size_t expected);

private:
  Result<std::shared_ptr<const MappedFile>> open(const std::string &location);

  std::filesystem::path folder;
  llvm::StringMap<std::shared_ptr<const MappedFile>> files;
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_EXTERNALDATA_H
