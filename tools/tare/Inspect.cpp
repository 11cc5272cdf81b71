//===- Inspect.cpp - tare inspect -----------------------------------------===//
#include "Commands.h"
#include "InputOptions.h"
#include "InspectionTable.h"
#include "JsonOutput.h"
#include "tare/Tensor/StandardStreams.h"

#include <filesystem>

using namespace tare;

namespace {

class InspectCommand : public Command {
public:
  InspectCommand()
      : Command(
            "inspect", "Show a model's inputs, outputs, layers and memory",
            "tare inspect model.tare\n"
            "  For a program also: the multipliers m, shifts q and factors M = m * 2^-q of each layer, and the bits\n"
            "  that its accumulator has to spare. Ranges stand for one number per channel; --json has them all.") {}

  Status run() override {
    Result<onnx::ImportOptions> import = inputOptions.parse({path});
    if (!import)
      return import.error();
    options.import = std::move(*import);
    auto kind = kindOfModel(path);
    if (!kind)
      return kind.error();
    auto inspection =
        *kind == ModelKind::program ? inspectProgram(path) : inspectModule(path, *kind, options, console());
    if (!inspection)
      return inspection.error();
    std::error_code error;
    inspection->path = path;
    Result<std::string> opened = pathToOpen(path);
    inspection->fileBytes = opened ? std::filesystem::file_size(*opened, error) : 0;
    if (json)
      printJson([&](llvm::json::OStream &out) { inspection->writeJson(out); });
    else
      printInspection(*inspection);
    return success();
  }

private:
  void addOptions(CLI::App &app) override {
    files.reads(app.add_option("FILE", path, "An .onnx, an .mlir of any stage, or a .tare")->required(), path);
    inputOptions.addTo(app);
  }

  std::string path;
  InputOptions inputOptions;
  ExecutableOptions options;
};

} // namespace

std::unique_ptr<Command> tare::makeInspectCommand() { return std::make_unique<InspectCommand>(); }
