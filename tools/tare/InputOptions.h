//===- InputOptions.h - --input-shape and --input-value ---------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_INPUTOPTIONS_H
#define TARE_TOOLS_TARE_INPUTOPTIONS_H

#include "Executable.h"
#include "MemoryLimit.h"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace tare {

/// What the user says of an ONNX model's inputs.
class InputOptions {
public:
  void addTo(CLI::App &app) {
    // What follows is not another one, but MODEL.
    app.add_option("--input-shape", shapes,
                   "The shape of an ONNX model's input, as x=1,3,224,224, or the sizes of named dimensions, as\n"
                   "batch=1,height=224; may be repeated")
        ->type_name("NAME=DIMS")
        ->allow_extra_args(false);
    app.add_option("--input-value", values,
                   "Make an input of an ONNX model a constant, as sr=16000, axes=0,2 or flag=true; may be repeated")
        ->type_name("NAME=VALUES")
        ->allow_extra_args(false);
  }

  /// `models`: what the command reads, of which one at least must be an ONNX model where anything is said of one.
  Result<onnx::ImportOptions> parse(std::initializer_list<std::string> models) const {
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

private:
  std::vector<std::string> shapes, values;
};

} // namespace tare

#endif // TARE_TOOLS_TARE_INPUTOPTIONS_H
