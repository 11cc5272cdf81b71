//===- ImportOptions.cpp - What is said of an ONNX model's inputs ---------===//
#include "Driver/Execute/ImportOptions.h"

#include "Driver/Execute/Executable.h"

#include <algorithm>

using namespace tare;

Result<onnx::ImportOptions> tare::importOptions(const std::vector<std::string> &models,
                                                const std::vector<std::string> &shapes,
                                                const std::vector<std::string> &values) {
  auto isOnnx = [](const std::string &model) {
    Result<ModelKind> kind = kindOfModel(model);
    return !kind || *kind == ModelKind::onnx; // What cannot be read says so itself.
  };
  bool readsOnnx = std::any_of(models.begin(), models.end(), isOnnx);
  std::string model = models.size() == 1 ? *models.begin() + ": " : "";
  if (!shapes.empty() && !readsOnnx)
    return Error{model + "--input-shape binds the dimensions of an ONNX model; IR and programs have known shapes"};
  if (!values.empty() && !readsOnnx)
    return Error{model + "--input-value makes an input of an ONNX model a constant; the inputs of IR and programs "
                         "are settled"};
  onnx::ImportOptions options;
  for (const std::string &text : shapes) {
    auto parsed = onnx::parseInputShapes(text);
    if (!parsed)
      return parsed.error();
    options.inputShapes.insert(options.inputShapes.end(), parsed->begin(), parsed->end());
  }
  for (const std::string &text : values) {
    auto parsed = onnx::parseInputValue(text);
    if (!parsed)
      return parsed.error();
    options.inputValues.push_back(*parsed);
  }
  return options;
}
