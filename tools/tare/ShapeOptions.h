//===- ShapeOptions.h - --input-shape ---------------------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_SHAPEOPTIONS_H
#define TARE_TOOLS_TARE_SHAPEOPTIONS_H

#include "Executable.h"
#include "MemoryLimit.h"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace tare {

/// `--input-shape NAME=DIMS`, for commands that run ONNX models.
class ShapeOptions {
public:
  void addTo(CLI::App &app) {
    app.add_option("--input-shape", texts, "The shape of an ONNX model's input, as x=1,3,224,224; may be repeated")
        ->type_name("NAME=DIMS")
        ->allow_extra_args(false); // what follows is not another shape, but MODEL
  }

  /// `models`: what the command runs, of which one at least must have shapes that can be given.
  Status parseInto(ExecutableOptions &options, std::initializer_list<std::string> models) const {
    auto isOnnx = [](const std::string &model) {
      Result<ModelKind> kind = kindOfModel(model);
      return !kind || *kind == ModelKind::onnx; // What cannot be read says so itself.
    };
    if (!texts.empty() && std::none_of(models.begin(), models.end(), isOnnx))
      return Error{"--input-shape binds the dimensions of an ONNX model; IR and programs have known shapes"};
    for (const std::string &text : texts) {
      auto shape = onnx::parseInputShape(text);
      if (!shape)
        return Error{"--input-shape: " + shape.error().message};
      options.inputShapes.push_back(*shape);
    }
    return success();
  }

private:
  std::vector<std::string> texts;
};

} // namespace tare

#endif // TARE_TOOLS_TARE_SHAPEOPTIONS_H
