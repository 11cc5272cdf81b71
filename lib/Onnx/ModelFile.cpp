//===- ModelFile.cpp - The file of a model --------------------------------===//
#include "ModelFile.h"

#include "tare/Tensor/StandardStreams.h"

#include <google/protobuf/io/zero_copy_stream_impl.h>

#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

using namespace tare::onnx;

namespace {

/// Closes the descriptor.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0)
      close(number);
  }
};

mlir::LogicalResult checkFile(int descriptor, const Reporter &reporter) {
  struct stat status;
  if (fstat(descriptor, &status) != 0)
    return reporter.error(std::generic_category().message(errno));
  if (!S_ISREG(status.st_mode))
    return reporter.error("found a folder or a device, expected a file");
  // protobuf's own limit.
  if (status.st_size > std::numeric_limits<int32_t>::max())
    return reporter.error("the file is larger than 2 GB; save its weights as "
                          "external data");
  return mlir::success();
}

mlir::LogicalResult checkOpset(Model &model, const Reporter &reporter) {
  for (const proto::OperatorSetIdProto &set : model.proto->opset_import())
    if (set.domain().empty() || set.domain() == "ai.onnx")
      model.opset = std::max(model.opset, set.version());
  if (model.opset >= oldestOpset && model.opset <= newestOpset)
    return mlir::success();
  if (model.opset == 0)
    return reporter.error("the model does not say which opset it uses");
  return reporter.error("found opset " + llvm::Twine(model.opset) + ", expected " + llvm::Twine(oldestOpset) + " to " +
                        llvm::Twine(newestOpset) + "; convert the model with onnx.version_converter");
}

} // namespace

mlir::FailureOr<Model> tare::onnx::readModel(const std::string &path, const Reporter &reporter) {
  Result<std::string> opened = pathToOpen(path);
  if (!opened)
    return reporter.error(opened.error().message);
  // O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
  Descriptor file{open(opened->c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.number < 0)
    return reporter.error("cannot read the file: " + std::generic_category().message(errno));
  if (failed(checkFile(file.number, reporter)))
    return mlir::failure();
  Model model{std::make_unique<proto::ModelProto>()};
  google::protobuf::io::FileInputStream stream(file.number);
  if (!model.proto->ParseFromZeroCopyStream(&stream))
    return reporter.error("not an ONNX model, or a damaged one: it cannot be parsed; download or export it again, and "
                          "try onnx.checker.check_model on it (a file of external data is no model: give the .onnx "
                          "file that names it)");
  if (!model.proto->has_graph())
    return reporter.error("not an ONNX model: it has no graph; export it again, and try onnx.checker.check_model on "
                          "it");
  if (failed(checkOpset(model, reporter)))
    return mlir::failure();
  return model;
}
