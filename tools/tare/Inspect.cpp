//===- Inspect.cpp - tare inspect -----------------------------------------===//
#include "Commands.h"
#include "InputOptions.h"
#include "InspectionTable.h"
#include "JsonOutput.h"

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
    Result<Inspection> inspection = inspectFile(path, options, console());
    if (!inspection)
      return inspection.error();
    if (json)
      printJson([&](llvm::json::OStream &out) { inspection->writeJson(out); });
    else
      printInspection(*inspection);
    return success();
  }

private:
  void addOptions(CLI::App &app) override {
    files.reads(app.add_option("FILE", path, "An .onnx, an .mlir of any stage, or a .tare")->required(), path);
    addInputOptions(app, files, options);
  }

  std::string path;
  driver::ModelOptions options;
};

} // namespace

std::unique_ptr<Command> tare::makeInspectCommand() { return std::make_unique<InspectCommand>(); }
