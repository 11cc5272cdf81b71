//===- Calibrate.cpp - tare calibrate -------------------------------------===//
#include "CalibrationOptions.h"
#include "Commands.h"
#include "CompilerContext.h"
#include "Json.h"
#include "MemoryLimit.h"
#include "OutputFile.h"
#include "Table.h"
#include "tare/Tensor/AtomicFile.h"

#include <fmt/format.h>

using namespace tare;

namespace {

class CalibrateCommand : public Command {
public:
  CalibrateCommand()
      : Command(
            "calibrate", "Find the range of every value of a network on data",
            "tare calibrate model.onnx --calibration data.npz -o ranges.json\n"
            "  DATA is an .npz whose keys are the inputs' names, its first axis counting samples; a .npy where the\n"
            "  network has one input; or a folder of such files.") {}

  Status run() override {
    Result<CompilationRequest> request = options.request(threads);
    if (!request)
      return request.error();
    if (options.data.empty() && !options.random)
      return Error{"needs data: give --calibration DATA, or --random-calibration to try the flow"};
    if (Status free = checkOutput(output, options.files()); !free)
      return free;
    request->last = Stage::simplified;
    CompilerContext context(console());
    auto compiled = compile(*request, *context, {});
    if (mlir::failed(compiled))
      return context.takeError(options.model);
    if (Status holds = checkMemory(compiled->module->lookupSymbol<mlir::func::FuncOp>("main"), options.model,
                                   request->calibration.maxMemory);
        !holds) {
      context.dropWarnings();
      return holds;
    }
    Result<calibration::Ranges> ranges = calibrate(*compiled->module, request->calibration);
    if (!ranges) {
      context.dropWarnings();
      return ranges.error();
    }
    if (Status written = writeFile(output, calibration::toJson(*ranges)); !written) {
      context.dropWarnings();
      return written;
    }
    complete.push_back(output);
    context.showWarnings();
    report(*ranges);
    return success();
  }

private:
  void addOptions(CLI::App &app) override {
    options.addTo(app);
    app.add_option("--calibration", options.data, "The data")->type_name("DATA");
    app.add_option("-o,--output", output, "The ranges file")->required()->type_name("FILE");
  }

  Result<calibration::Ranges> calibrate(mlir::ModuleOp module, const CalibrationRequest &request) {
    std::unique_ptr<Progress> progress;
    std::mutex mutex;
    std::vector<EvaluatedSample> none;
    return findRanges(module, request, none, [&](int64_t done, int64_t total) {
      std::lock_guard lock(mutex);
      if (!progress)
        progress = std::make_unique<Progress>(console(), "calibrating", total);
      progress->update(done);
    });
  }

  void report(const calibration::Ranges &ranges) {
    if (json)
      return printJson([&](llvm::json::OStream &out) {
        out.object([&] {
          out.attribute("output", jsonText(output));
          out.attribute("method", ranges.method);
          out.attribute("samples", ranges.samples);
          out.attribute("values", int64_t(ranges.values.size()));
        });
      });
    if (quiet)
      return;
    Table table(
        {{"value", Table::Align::left}, {"label", Table::Align::left}, {"min"}, {"max"}, {"seen min"}, {"seen max"}});
    for (const auto &[name, range] : ranges.values)
      table.add({name, range.label, fmt::format("{:.6g}", range.min), fmt::format("{:.6g}", range.max),
                 fmt::format("{:.6g}", range.seenMin), fmt::format("{:.6g}", range.seenMax)});
    table.print();
  }

  CalibrationOptions options;
  std::string output;
};

} // namespace

std::unique_ptr<Command> tare::makeCalibrateCommand() { return std::make_unique<CalibrateCommand>(); }
