//===- Verify.cpp - tare verify -------------------------------------------===//
#include "Commands.h"
#include "Verification.h"

#include "tare/Program/Reader.h"
#include "tare/Proof/OtherRounding.h"

using namespace tare;

namespace {

class VerifyCommand : public Command {
public:
  VerifyCommand()
      : Command(
            "verify", "Prove how far a program's integers are from the real numbers",
            "tare verify model.tare\n"
            "  Walks every breakpoint of every channel's requantizer. An error of 0.5 LSB is that of rounding alone.\n"
            "  With --rounding floor: how many results would differ on a board that rounds so.\n"
            "  With --golden DIR: test vectors of every layer, to replay against a board's own implementation.") {}

  Status run() override {
    Result<std::shared_ptr<const program::Model>> model = program::readFile(path);
    if (!model)
      return model.error();
    Verification task{path, *model, threads, json, console()};
    if (!golden.folder.empty())
      return writeGolden(task, golden);
    if (data->count() + samplesOption->count() > 0)
      return Error{"--inputs and --samples belong to --golden"};
    if (rounding.empty())
      return verifyProof(task, maxError);
    std::optional<program::Rounding> other = proof::roundingOf(rounding);
    if (!other)
      return Error{"--rounding: found '" + rounding + "', expected one of " + proof::roundingNames()};
    return verifyRounding(task, *other);
  }

private:
  void addOptions(CLI::App &app) override {
    app.add_option("PROGRAM", path, "A .tare")->required();
    auto *limit = app.add_option("--max-error", maxError, "Fail where a layer's worst error is above this")
                      ->type_name("LSB")
                      ->check(CLI::PositiveNumber);
    auto *mode =
        app.add_option("--rounding", rounding, "Compare with a board that rounds so: " + proof::roundingNames())
            ->type_name("MODE")
            ->excludes(limit);
    auto *folder = app.add_option("--golden", golden.folder,
                                  "Write what each layer reads, sums and gives, and its constants, as .npy files")
                       ->type_name("DIR")
                       ->excludes(limit, mode);
    data = app.add_option("--inputs", golden.inputs,
                          "Real inputs, as `tare run` takes them (default: random integers of the inputs' types)")
               ->type_name("X.npz");
    samplesOption = app.add_option("--samples", golden.samples, "How many samples to write (default: 4)")
                        ->type_name("N")
                        ->check(CLI::PositiveNumber);
    app.add_option("--steps", golden.stepsPerChannel,
                   "At most so many steps of each channel's requantizer, evenly spread (default: 1024: all, at 8 bits)")
        ->type_name("N")
        ->check(CLI::PositiveNumber)
        ->needs(folder);
  }

  std::string path, rounding;
  std::optional<double> maxError;
  GoldenRequest golden;
  CLI::Option *data = nullptr, *samplesOption = nullptr;
};

} // namespace

std::unique_ptr<Command> tare::makeVerifyCommand() { return std::make_unique<VerifyCommand>(); }
