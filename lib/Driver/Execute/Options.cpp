//===- Options.cpp - How models are read, as it is asked for --------------===//
#include "Driver/Execute/Options.h"

#include "Driver/Execute/ImportOptions.h"

using namespace tare;

Result<ExecutableOptions> tare::executableOptions(const std::vector<std::string> &models,
                                                  const driver::ModelOptions &options) {
  Result<onnx::ImportOptions> import = importOptions(models, options.inputShapes, options.inputValues);
  if (!import)
    return import.error();
  ExecutableOptions result;
  result.import = std::move(*import);
  result.reference = options.reference;
  result.maxMemory = options.maxMemory;
  return result;
}
