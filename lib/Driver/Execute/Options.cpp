//===- Options.cpp - How models are read, as it is asked for --------------===//
#include "Driver/Execute/Options.h"

#include "Driver/Execute/ImportOptions.h"

using namespace tare;

Result<ExecutableOptions> tare::executableOptions(const std::vector<std::string> &models,
                                                  const driver::ModelOptions &options) {
  Result<Preprocess> preprocess = readPreprocess(options.preprocess);
  if (!preprocess)
    return preprocess.error();
  Result<onnx::ImportOptions> import = importOptions(models, options, *preprocess);
  if (!import)
    return import.error();
  ExecutableOptions result;
  result.import = std::move(*import);
  result.preprocess = std::move(*preprocess);
  result.reference = options.reference;
  result.maxMemory = options.maxMemory;
  return result;
}
