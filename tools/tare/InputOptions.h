//===- InputOptions.h - --input-shape and --input-value ---------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_INPUTOPTIONS_H
#define TARE_TOOLS_TARE_INPUTOPTIONS_H

#include "Driver/Execute/Executable.h"
#include "Driver/Execute/ImportOptions.h"
#include "SharedOptions.h"

#include <CLI/CLI.hpp>

namespace tare {

/// The options --input-shape and --input-value of commands that read ONNX models.
void addInputOptions(CLI::App &app, std::vector<std::string> &shapes, std::vector<std::string> &values);

/// What the user says of an ONNX model's inputs.
class InputOptions {
public:
  void addTo(CLI::App &app) { addInputOptions(app, shapes, values); }
  /// `models`: what the command reads, of which one at least must be an ONNX model where anything is said of one.
  Result<onnx::ImportOptions> parse(const std::vector<std::string> &models) const {
    return importOptions(models, shapes, values);
  }

private:
  std::vector<std::string> shapes, values;
};

} // namespace tare

#endif // TARE_TOOLS_TARE_INPUTOPTIONS_H
