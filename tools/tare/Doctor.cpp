//===- Doctor.cpp - tare doctor -------------------------------------------===//
#include "CalibrationOptions.h"
#include "Commands.h"
#include "DiagnosisTable.h"
#include "JsonOutput.h"

using namespace tare;

namespace {

class DoctorCommand : public Command {
public:
  DoctorCommand()
      : Command(
            "doctor", "Tell what of a network would convert, and what it would cost, before anything is calibrated",
            "tare doctor model.onnx --target generic\n"
            "  Needs no data: ranges of random numbers stand for those of data. Exit code 0 where the network would\n"
            "  convert, 1 where it would not; all nodes that are refused are listed, not only the first.") {}

  Status run() override {
    options.threads = threads;
    Result<Diagnosis> diagnosis = diagnoseModel(options, console());
    if (!diagnosis)
      return diagnosis.error();
    if (json)
      printJson([&](llvm::json::OStream &out) { writeDiagnosis(out, *diagnosis); });
    else
      printDiagnosis(*diagnosis);
    return diagnosis->converts() ? success() : Status(Error{errorOf(*diagnosis)});
  }

private:
  void addOptions(CLI::App &app) override {
    addModelOptions(app, files, options);
    app.add_option("--inputs", options.inputs, "Take the part of the network behind these values, by the model's names")
        ->type_name("LIST")
        ->allow_extra_args(false);
    app.add_option("--outputs", options.outputs, "Take the part of the network in front of these values")
        ->type_name("LIST")
        ->allow_extra_args(false);
  }

  driver::DoctorOptions options;
};

} // namespace

std::unique_ptr<Command> tare::makeDoctorCommand() { return std::make_unique<DoctorCommand>(); }
