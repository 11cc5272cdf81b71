//===- Convert.cpp - tare convert -----------------------------------------===//
#include "Commands.h"
#include "ConvertOptions.h"
#include "Driver/Compile/ConvertReport.h"
#include "JsonOutput.h"
#include "TimingTable.h"

using namespace tare;

namespace {

class ConvertCommand : public Command {
public:
  ConvertCommand()
      : Command(
            "convert", "Turn an ONNX network into an integer-only program",
            "tare convert model.onnx --calibration data.npz -o model.tare\n"
            "  DATA is an .npz whose keys are the inputs' names, its first axis counting samples; a .npy where the\n"
            "  network has one input; pictures (.png, .jpg, .bmp) or sounds (.wav); a folder of such files; or a "
            "ranges file\n"
            "  of `tare calibrate`.") {}

  Status run() override {
    options.threads = threads;
    if (Status settled = options.settle(); !settled)
      return settled;
    Conversion conversion(options, console());
    if (Status made = conversion.run(); !made)
      return made;
    complete.push_back(options.output);
    const ConvertReport report(options, conversion);
    if (json) {
      printJson([&](llvm::json::OStream &out) { report.write(out); });
      return success();
    }
    if (options.timing)
      printTimedSteps(conversion.compilation().steps);
    report.tell(console());
    return success();
  }

private:
  void addOptions(CLI::App &app) override { options.addTo(app, files); }

  ConvertOptions options;
};

} // namespace

std::unique_ptr<Command> tare::makeConvertCommand() { return std::make_unique<ConvertCommand>(); }
