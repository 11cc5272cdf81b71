//===- Inspect.cpp - What is in a model -----------------------------------===//
#include "tare/Driver/Inspect.h"

#include "Driver/Execute/Options.h"
#include "Driver/Inspect/Inspection.h"
#include "tare/Tensor/StandardStreams.h"

#include <filesystem>

using namespace tare;

Result<Inspection> tare::inspectFile(const std::string &path, const driver::ModelOptions &options,
                                     const Listener &listener) {
  Result<ExecutableOptions> how = executableOptions({path}, options);
  if (!how)
    return how.error();
  auto kind = kindOfModel(path);
  if (!kind)
    return kind.error();
  auto inspection = *kind == ModelKind::program ? inspectProgram(path) : inspectModule(path, *kind, *how, listener);
  if (!inspection)
    return inspection;
  std::error_code error;
  inspection->path = path;
  Result<std::string> opened = pathToOpen(path);
  inspection->fileBytes = opened ? std::filesystem::file_size(*opened, error) : 0;
  return inspection;
}

Result<std::string> driver::inspect(const std::string &path, const ModelOptions &options, const Listener &listener) {
  Result<Inspection> inspection = inspectFile(path, options, listener);
  if (!inspection)
    return inspection.error();
  return jsonDocument([&](llvm::json::OStream &out) { inspection->writeJson(out); });
}
