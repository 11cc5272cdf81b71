//===- Verify.cpp - tare verify -------------------------------------------===//
#include "Commands.h"
#include "InputOptions.h"
#include "Numbers.h"
#include "Verification.h"

#include "tare/Program/Reader.h"
#include "tare/Proof/OtherRounding.h"

using namespace tare;

namespace {

class VerifyCommand : public Command {
public:
  VerifyCommand()
      : Command("verify", "Prove how far a program's integers are from the real numbers",
                "tare verify model.tare\n"
                "  Walks every breakpoint of every channel's requantizer and tries every input of every table; what is "
                "too\n"
                "  much to try gets an upper bound, and is called so. An error of 0.5 LSB is that of rounding alone.\n"
                "  With --rounding floor: how many results would differ on a board that rounds so.\n"
                "  With --golden DIR: test vectors of every layer, to replay against a board's own implementation.") {}

  Status run() override {
    Result<std::shared_ptr<const program::Model>> model = program::readFile(path);
    if (!model)
      return model.error();
    Verification task{path, *model, threads, json, console()};
    if (!golden.folder.empty())
      return writeGolden(task, golden);
    return roundingOption->count() > 0 ? compareRounding(task) : prove(task);
  }

private:
  void addOptions(CLI::App &app) override {
    files.reads(app.add_option("PROGRAM", path, "A .tare")->required(), path);
    auto *limit = app.add_option("--max-error", maxError, "Fail where a layer's worst error is above this")
                      ->type_name("LSB")
                      ->check(positiveNumber());
    CLI::Option *mode = roundingOption =
        app.add_option("--rounding", rounding, "Compare with a board that rounds so: " + proof::roundingNames())
            ->type_name("MODE")
            ->excludes(limit);
    auto *folder = app.add_option("--golden", golden.folder,
                                  "Write what each layer reads, sums and gives, and its constants, as .npy files")
                       ->type_name("DIR")
                       ->excludes(limit, mode);
    auto *data = app.add_option(
        "--inputs", golden.data,
        "Real inputs, as `tare run` takes them, for --golden (default: random integers of the inputs' types)\n"
        "and for --rounding (default: every accumulator there is, in place of those of data)");
    files.reads(data->type_name("X.npz"), golden.data);
    files.reads(addPreprocess(app, golden.preprocess)->needs(data), golden.preprocess);
    files.writesFolder(folder, golden.folder);
    app.add_option("--samples", golden.samples, "How many samples (default: 4 for --golden, all for --rounding)")
        ->type_name("N")
        ->check(wholeNumber(1));
    app.add_option("--steps", golden.stepsPerChannel,
                   "At most so many steps of each channel's requantizer, evenly spread (default: 1024: all, at 8 bits)")
        ->type_name("N")
        ->check(wholeNumber(1))
        ->needs(folder);
  }

  Status prove(const Verification &task) const {
    if (!golden.data.empty() || golden.samples)
      return Error{"--inputs and --samples belong to --golden or --rounding"};
    return verifyProof(task, maxError);
  }

  Status compareRounding(const Verification &task) const {
    std::optional<program::Rounding> other = proof::roundingOf(rounding);
    if (!other)
      return Error{"--rounding: found '" + rounding + "', expected one of " + proof::roundingNames()};
    if (!golden.data.empty())
      return verifyRoundingOnData(task, *other, golden.data, golden.preprocess, golden.samples.value_or(Dataset::all));
    if (golden.samples)
      return Error{"--samples: give --inputs too; without data --rounding looks at every accumulator there is"};
    return verifyRounding(task, *other);
  }

  std::string path, rounding;
  CLI::Option *roundingOption = nullptr;
  std::optional<double> maxError;
  driver::GoldenOptions golden;
};

} // namespace

std::unique_ptr<Command> tare::makeVerifyCommand() { return std::make_unique<VerifyCommand>(); }
