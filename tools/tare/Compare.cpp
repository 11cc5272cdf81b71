//===- Compare.cpp - tare compare -----------------------------------------===//
#include "Commands.h"
#include "CompareReport.h"
#include "Driver/Compare/CompareRun.h"
#include "Driver/Compare/ComparisonJson.h"
#include "InputOptions.h"
#include "JsonOutput.h"
#include "Numbers.h"
#include "SharedOptions.h"
#include "StateOptions.h"

#include <fmt/format.h>

using namespace tare;

namespace {

class CompareCommand : public Command {
public:
  CompareCommand()
      : Command(
            "compare", "Run two forms of a model on the same samples, and show how far their layers are apart",
            "tare compare model.onnx model.tare --inputs test.npz\n"
            "  A and B are any two of an .onnx, an .mlir of any stage, and a .tare; A is the reference. A layer is\n"
            "  compared where both hold the same value of the model, in real numbers. One may be a part of the "
            "other.") {}

  Status run() override {
    options.threads = threads;
    CompareRun compared(options, console());
    if (Status done = compared.run(); !done)
      return done;
    report(compared.result(), compared.sampleCount());
    if (Status holds = check(compared.result()); !holds)
      return holds;
    compared.tell();
    noteUnlimited(compared.result());
    return success();
  }

private:
  void addOptions(CLI::App &app) override {
    files.reads(app.add_option("A", options.first, "The reference")->required(), options.first);
    files.reads(app.add_option("B", options.second, "What is compared with it")->required(), options.second);
    files.reads(addInputs(app, options.data)->required(), options.data);
    addInputOptions(app, files, options);
    addStates(app, options.states);
    addMemoryLimit(app, options.maxMemory);
    app.add_option("--samples", options.samples, "How many samples to run (default: all)")
        ->type_name("N")
        ->check(wholeNumber(1));
    app.add_flag("--reference", options.reference, "Run a program on the reference kernels");
    app.add_option("--min-sqnr", minSqnr, "Fail where an output's SQNR is below this, or NaN")
        ->type_name("DB")
        ->check(anyNumber());
    app.add_option("--min-cosine", minCosine, "Fail where an output's cosine is below this, or NaN")
        ->type_name("C")
        ->check(numberIn(-1, 1));
    app.add_option("--min-equal", minEqual, "Fail where the share of equal elements of indices or bools is below this")
        ->type_name("SHARE")
        ->check(numberIn(0, 1));
  }

  /// What the limits say nothing of.
  void noteUnlimited(const Comparison &comparison) const {
    auto isFree = [&](const ComparedValue &output) {
      return output.isDiscrete ? !minEqual && (minSqnr || minCosine) : minEqual && !minSqnr && !minCosine;
    };
    for (const ComparedValue &output : comparison.outputs())
      if (isFree(output))
        console().note(fmt::format("output '{}' holds {}, which {} limits", output.name,
                                   output.isDiscrete ? "indices or bools" : "numbers",
                                   output.isDiscrete ? "--min-equal" : "--min-sqnr or --min-cosine"));
  }

  /// The report has been printed; outputs below the limits are the error. NaN is below everything.
  Status check(const Comparison &comparison) const {
    std::string failing;
    auto require = [&](const ComparedValue &output, const char *what, double found, const char *option, double least) {
      if (found >= least)
        return;
      const Difference &d = output.difference;
      failing += fmt::format("{}the {} of output '{}' is {:.6g}, below {} {}", failing.empty() ? "" : "; ", what,
                             output.name, found, option, least);
      if (!d.isFinite())
        failing += fmt::format(" ({} and {} of {} elements are NaN or infinite)", d.nonFiniteReference,
                               d.nonFiniteOther, d.total);
    };
    for (const ComparedValue &output : comparison.outputs()) {
      if (minEqual && output.isDiscrete)
        require(output, "share of equal elements", output.difference.equalShare(), "--min-equal", *minEqual);
      if (minSqnr && !output.isDiscrete)
        require(output, "SQNR", output.difference.sqnr(), "--min-sqnr", *minSqnr);
      if (minCosine && !output.isDiscrete)
        require(output, "cosine", output.difference.cosine(), "--min-cosine", *minCosine);
    }
    return failing.empty() ? success()
                           : Status(Error{fmt::format("{} and {}: {}", options.first, options.second, failing)});
  }

  void report(const Comparison &comparison, int64_t sampleCount) const {
    if (!json)
      return printComparison(comparison, sampleCount);
    printJson([&](llvm::json::OStream &out) {
      out.object([&] {
        out.attribute("a", jsonText(options.first));
        out.attribute("b", jsonText(options.second));
        out.attribute("samples", sampleCount);
        writeComparison(out, comparison);
      });
    });
  }

  driver::CompareOptions options;
  std::optional<double> minSqnr, minCosine, minEqual;
};

} // namespace

std::unique_ptr<Command> tare::makeCompareCommand() { return std::make_unique<CompareCommand>(); }
