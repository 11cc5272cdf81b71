//===- Explain.cpp - tare explain -----------------------------------------===//
#include "Commands.h"
#include "Driver/Explain/AgainstRun.h"
#include "Driver/Explain/ExplainRun.h"
#include "ExplanationTable.h"
#include "InputOptions.h"
#include "JsonOutput.h"
#include "Numbers.h"
#include "SharedOptions.h"

#include <fmt/format.h>

using namespace tare;

namespace {

class ExplainCommand : public Command {
public:
  ExplainCommand()
      : Command(
            "explain", "Show which layer makes how much of an output's error, by what, and what would mend it",
            "tare explain model.onnx model.tare --inputs test.npz\n"
            "  tare explain model.tare --inputs test.npz --against other.npz\n"
            "  The first measures what each layer does to the outputs: its rounded weights, bias and multipliers,\n"
            "  its range and its steps. The second finds the first layer whose integers are not another runtime's.") {}

  Status run() override {
    options.threads = threads;
    if (Status taken = takeFiles(); !taken)
      return taken;
    return options.against.empty() ? explainErrors() : explainDifference();
  }

private:
  void addOptions(CLI::App &app) override {
    files.reads(app.add_option("MODEL", first, "The float model; with --against the program")->required(), first);
    files.reads(app.add_option("PROGRAM", second, "What was made of the model; not with --against"), second);
    files.reads(addInputs(app, options.data)->required(), options.data);
    auto *against = app.add_option("--against", options.against,
                                   "Another runtime's values, an array of samples by the name of each layer or value:\n"
                                   "finds the first layer that differs, and what explains it");
    files.reads(against->type_name("DUMP.npz"), options.against);
    app.add_option("--output", options.output,
                   "The output whose error is told apart (default: the one that is furthest from float)")
        ->type_name("NAME");
    app.add_option("--samples", options.samples, "How many samples to run (default: 8)")
        ->type_name("N")
        ->check(wholeNumber(1));
    app.add_option("--top", options.top, "How many layers are listed, and remedies tried for (default: 10)")
        ->type_name("N")
        ->check(wholeNumber(1));
    addInputOptions(app, files, options);
    addMemoryLimit(app, options.maxMemory);
  }

  Status takeFiles() {
    if (!options.against.empty())
      return takeProgram();
    options.model = first, options.program = second;
    return second.empty() ? Status(Error{first + ": found one file, expected the float model and its program (MODEL "
                                                 "PROGRAM), or a program and --against"})
                          : success();
  }

  Status takeProgram() {
    options.program = first;
    if (!second.empty())
      return Error{second + ": --against needs the program alone; leave " + first + " out"};
    if (!options.output.empty() || !options.inputShapes.empty() || !options.inputValues.empty())
      return Error{first +
                   ": --output, --input-shape and --input-value belong to the float model, which --against does "
                   "without; leave them out"};
    return success();
  }

  Status explainErrors() {
    explain::ExplainRun explained(options, console());
    if (Status done = explained.run(); !done)
      return done;
    report(explained.result(), [&] { printExplanation(explained.result(), size_t(options.top)); });
    explained.tell();
    return success();
  }

  Status explainDifference() {
    explain::AgainstRun compared(options, console());
    if (Status done = compared.run(); !done)
      return done;
    report(compared.result(), [&] { printDifference(compared.result(), size_t(options.top)); });
    compared.tell();
    return success();
  }

  template <typename R, typename F> void report(const R &result, F print) const {
    if (!json)
      return print();
    printJson([&](llvm::json::OStream &out) { out.object([&] { result.write(out); }); });
  }

  driver::ExplainOptions options;
  /// The files without an option's name.
  std::string first, second;
};

} // namespace

std::unique_ptr<Command> tare::makeExplainCommand() { return std::make_unique<ExplainCommand>(); }
