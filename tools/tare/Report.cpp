//===- Report.cpp - tare report -------------------------------------------===//
#include "tare/Driver/Report.h"
#include "Commands.h"
#include "Driver/OutputFile.h"
#include "InputOptions.h"
#include "JsonOutput.h"
#include "Numbers.h"
#include "SharedOptions.h"
#include "StateOptions.h"
#include "tare/Tensor/AtomicFile.h"

#include <fmt/format.h>

using namespace tare;

namespace {

class ReportCommand : public Command {
public:
  ReportCommand()
      : Command(
            "report", "Show a program in a page of HTML: how good it is, where accuracy falls, what each layer does",
            "tare report model.onnx model.tare --inputs test.npz -o report.html\n"
            "  The page is one file that loads nothing. Without --inputs it shows the program alone, for which the\n"
            "  model may be left out. tare report --diff [MODEL] A B shows two programs side by side.") {}

  Status run() override {
    if (Status named = nameFiles(); !named)
      return named;
    if (Status writable = checkOutput(); !writable)
      return writable;
    options.threads = threads;
    Result<driver::MadeReport> made = driver::report(options, console());
    if (!made)
      return made.error();
    if (!output.empty()) {
      if (Status written = writeFile(output, made->page); !written)
        return written;
      complete.push_back(output);
    }
    tell(*made);
    return success();
  }

private:
  void addOptions(CLI::App &app) override {
    files.reads(app.add_option("FILES", given, "The model, if it is at hand, and the program (.tare)")
                    ->required()
                    ->type_name("[MODEL] PROGRAM"),
                given);
    files.writes(app.add_option("-o,--output", output, "The page; --json needs none")->type_name("FILE.html"), output);
    app.add_flag("--diff", isDiff, "Two programs side by side: [MODEL] A B");
    files.reads(addInputs(app, options.data), options.data);
    files.reads(app.add_option("--conversion", options.conversion,
                               "What 'tare convert --json' has printed of the program: its warnings and repairs")
                    ->type_name("FILE.json"),
                options.conversion);
    app.add_flag("--profile", options.profile, "Time the layers, on the data; times differ from run to run");
    addInputOptions(app, files, options);
    addStates(app, options.states);
    addMemoryLimit(app, options.maxMemory);
    app.add_option("--samples", options.samples, "How many samples to run (default: all)")
        ->type_name("N")
        ->check(wholeNumber(1));
    app.add_flag("--reference", options.reference, "Run programs on the reference kernels");
  }

  /// The programs come last, the model in front of them.
  Status nameFiles() {
    const size_t programs = isDiff ? 2 : 1;
    if (given.size() < programs || given.size() > programs + 1)
      return Error{fmt::format("found {} file{}, expected {}", given.size(), given.size() == 1 ? "" : "s",
                               isDiff ? "[MODEL] A B: two programs, and the model in front of them if it is at hand"
                                      : "[MODEL] PROGRAM; two programs are shown side by side by --diff")};
    if (given.size() > programs)
      options.model = given.front();
    options.program = given[given.size() - programs];
    if (isDiff)
      options.other = given.back();
    return success();
  }

  Status checkOutput() const {
    if (output.empty())
      return json ? success() : Status(Error{"needs a file to write: give -o FILE.html, or --json"});
    std::vector<std::string> inputs = given;
    inputs.insert(inputs.end(), {options.data, options.conversion});
    if (Status free = tare::checkOutput(output, inputs); !free)
      return free;
    return checkEnding(output, {".html"});
  }

  void tell(const driver::MadeReport &made) const {
    if (json)
      return printJson([&](llvm::json::OStream &out) { out.rawValue(llvm::StringRef(made.json).rtrim()); });
    console().note(made.verdict);
    console().note("wrote " + output);
  }

  driver::ReportOptions options;
  std::vector<std::string> given;
  std::string output;
  bool isDiff = false;
};

} // namespace

std::unique_ptr<Command> tare::makeReportCommand() { return std::make_unique<ReportCommand>(); }
