//===- Convert.cpp - tare convert -----------------------------------------===//
#include "Commands.h"
#include "CompilerContext.h"
#include "ConvertOptions.h"
#include "ConvertReport.h"
#include "DumpedFiles.h"
#include "OutputFile.h"
#include "WarningSummary.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Emitter/Emitter.h"
#include "tare/Program/Reader.h"
#include "tare/Tensor/AtomicFile.h"
#include "tare/Tensor/StandardStreams.h"
#include "llvm/Support/raw_ostream.h"

#include <fmt/format.h>

using namespace tare;

namespace {

/// With more layers a check takes longer than people wait for what they have not asked for.
constexpr size_t mostChecked = 4096;

class ConvertCommand : public Command {
public:
  ConvertCommand()
      : Command(
            "convert", "Turn an ONNX network into an integer-only program",
            "tare convert model.onnx --calibration data.npz -o model.tare\n"
            "  DATA is an .npz whose keys are the inputs' names, its first axis counting samples; a .npy where the\n"
            "  network has one input; a folder of such files; or a ranges file of `tare calibrate`.") {}

  Status run() override {
    Result<CompilationRequest> request = options.request(threads);
    if (!request)
      return request.error();
    if (Status free = checkOutput(options.output, options.calibration.files()); !free)
      return free;
    if (Status free = options.dumpFolder.empty() ? success()
                                                 : checkDumpFolder(options.dumpFolder, options.calibration.model,
                                                                   request->isIr, options.calibration.files());
        !free)
      return free;
    if (Status ready = prepareOutput(); !ready)
      return ready;
    CompilerContext context(console());
    auto compiled = compileWithProgress(*request, context);
    if (mlir::failed(compiled))
      return context.takeError(options.calibration.model);
    Status written = options.makesProgram() ? writeProgramOf(*request, *compiled, context) : writeModule(*compiled);
    if (!written) {
      context.dropWarnings();
      return written;
    }
    complete.push_back(options.output);
    if (std::string unused = options.unusedText(*request); !unused.empty() && !json)
      console().note(unused);
    noteDrawn(*compiled);
    showHost();
    showCheck();
    context.showWarnings();
    const ConvertReport report(options, conversion, *compiled, context);
    json ? report.printAsJson() : report.print(console());
    return success();
  }

private:
  void addOptions(CLI::App &app) override { options.addTo(app, files); }

  /// Makes the folder of C, or looks at the program's name.
  Status prepareOutput() {
    if (options.makesC())
      return makeFolder();
    if (Status unused = options.c.checkUnused("--emit c"); !unused)
      return unused;
    if (options.makesTFLite())
      return checkEnding(options.output, {".tflite"});
    return options.makesProgram() ? checkEnding(options.output, {".tare"}) : success();
  }

  /// Before any work.
  Status makeFolder() {
    if (options.output == standardOutput)
      return Error{"-o is -, found a stream, expected the name of a folder for --emit c"};
    auto made = CSourceFolder::create(options.output, options.c, options.calibration.model);
    if (!made)
      return made.error();
    conversion.folder.emplace(std::move(*made));
    return success();
  }

  void noteDrawn(const Compilation &compiled) const {
    if (std::string text = textOf(compiled.drawn); !text.empty())
      console().note(text);
  }

  mlir::FailureOr<Compilation> compileWithProgress(const CompilationRequest &request, CompilerContext &context) {
    std::unique_ptr<Progress> progress;
    std::mutex mutex;
    return compile(request, *context, [&](int64_t done, int64_t total) {
      std::lock_guard lock(mutex);
      if (!progress)
        progress = std::make_unique<Progress>(console(), "calibrating", total);
      progress->update(done);
    });
  }

  Status writeProgramOf(const CompilationRequest &request, Compilation &compiled, CompilerContext &context) {
    if (!options.strict && compiled.samples.empty() && options.asksForCheck())
      return Error{options.calibration.model +
                   ": --check has no samples to run; convert the model with --calibration data (no "
                   "ranges file, no IR that has ranges), or leave --check out"};
    StepClock emitting;
    mlir::FailureOr<EmittedProgram> emitted = emitProgram(*compiled.module);
    if (mlir::failed(emitted))
      return context.takeError(options.calibration.model);
    compiled.steps.push_back(emitting.stop("emit"));
    conversion.note(emitted->program);
    conversion.host = hostReportOf(*compiled.module);
    StepClock writing;
    if (!isChecked(compiled)) {
      if (options.strict)
        return Error{options.calibration.model +
                     ": --strict has nothing to go by, as no samples were checked; convert the "
                     "model with --calibration data (no ranges file, no IR that has ranges), and --check 1 "
                     "or more"};
      if (std::optional<Warning> warning = zeroedWarning(compiled.qdq ? zeroedWeights(*compiled.qdq) : compiled.zeroed))
        reportWarning(mlir::UnknownLoc::get(&*context), *warning);
      Status written = writeEmitted(std::move(*emitted));
      compiled.steps.push_back(writing.stop("write"));
      return written;
    }
    auto file = bytesOf(std::move(*emitted));
    if (!file)
      return file.error();
    TimedStep packing = writing.stop("write");
    if (Status passed = check(request, compiled, context, *file); !passed)
      return passed;
    writing = StepClock();
    Status written = writeForm(*file);
    compiled.steps.push_back(writing.stop("write"));
    compiled.steps.back().seconds += packing.seconds;
    return written;
  }

  using Bytes = std::shared_ptr<const std::vector<std::byte>>;

  Result<Bytes> bytesOf(EmittedProgram emitted) const {
    auto bytes = program::serialize(std::move(emitted.program), emitted.constants);
    if (!bytes)
      return Error{options.output + ": " + bytes.error().message};
    return std::make_shared<const std::vector<std::byte>>(std::move(*bytes));
  }

  Status writeEmitted(EmittedProgram emitted) {
    if (options.emit == "program")
      return program::writeProgram(options.output, std::move(emitted.program), emitted.constants);
    auto file = bytesOf(std::move(emitted));
    return file ? writeForm(*file) : Status(file.error());
  }

  /// The program in the form that --emit names. Messages are about the model.
  Status writeForm(const Bytes &file) {
    if (options.emit == "program")
      return writeFile(options.output, {reinterpret_cast<const char *>(file->data()), file->size()});
    auto model = program::readMemory(*file, file, options.calibration.model);
    if (!model)
      return model.error();
    return conversion.folder ? conversion.folder->write(*model) : writeFlatbuffer(**model);
  }

  Status writeFlatbuffer(const program::Model &model) {
    auto written = TFLiteFile::write(model, options.output);
    if (!written)
      return written.error();
    conversion.flatbuffer.emplace(std::move(*written));
    return success();
  }

  /// Whether there is something to check with, and time for it.
  bool isChecked(const Compilation &compiled) const {
    if (compiled.samples.empty()) {
      if (console().isVerbose() && options.checkSamples > 0)
        console().note("not checked: there are no calibration data to run");
      return false;
    }
    mlir::ModuleOp module = *compiled.module;
    auto function = module.lookupSymbol<mlir::func::FuncOp>("main");
    size_t layers = function.front().getOperations().size();
    if (layers <= mostChecked || options.checkOption->count() > 0)
      return true;
    console().note(fmt::format("not checked: {} layers are many; --check N does it", layers));
    return false;
  }

  /// Before anything is written: a bug, or with --strict a collapse, leaves no file.
  Status check(const CompilationRequest &request, Compilation &compiled, CompilerContext &context,
               std::shared_ptr<const std::vector<std::byte>> file) {
    StepClock checking;
    Result<SelfCheck> result = checkConversion(request, compiled, context.warnings(), std::move(file), options.output);
    compiled.steps.push_back(checking.stop("check"));
    if (!result)
      return Error{options.calibration.model + ": " + result.error().message};
    if (!result->unchecked.empty()) {
      if (options.strict)
        return Error{
            fmt::format("{} (--strict is of a check, in which a layer's numbers are kept)", result->unchecked)};
      console().note("not checked: " + result->unchecked);
      return success();
    }
    conversion.checked = std::move(*result);
    if (conversion.checked->program.mismatch)
      return Error{options.calibration.model + ": " + conversion.checked->program.mismatch->message()};
    std::vector<Warning> collapses = warningsOf(*conversion.checked);
    if (options.strict && !collapses.empty())
      return Error{options.calibration.model + ": " + collapses.front().message()};
    if (std::optional<Warning> unmoved = unmovedWarning(*conversion.checked))
      collapses.push_back(*unmoved);
    for (const Warning &warning : collapses)
      reportWarning(mlir::UnknownLoc::get(&*context), warning);
    return success();
  }

  void showCheck() const {
    constexpr size_t mostOutputs = 12;
    if (conversion.checked)
      for (const std::string &line : linesOf(*conversion.checked, console().isVerbose() ? SIZE_MAX : mostOutputs))
        console().note(line);
  }

  void showHost() const {
    constexpr size_t mostLayers = 20;
    for (const std::string &line : linesOf(conversion.host, console().isVerbose() ? SIZE_MAX : mostLayers))
      console().note(line);
  }

  /// Text, with all constants, so that the file runs alone; bytecode where the name ends in .mlirbc.
  Status writeModule(Compilation &compiled) {
    if (Status named = checkEnding(options.output, {".mlir", ".mlirbc"}); !named)
      return named;
    StepClock writing;
    mlir::ModuleOp module = *compiled.module;
    std::string text;
    llvm::raw_string_ostream stream(text);
    if (llvm::StringRef(options.output).ends_with(".mlirbc")) {
      if (mlir::failed(mlir::writeBytecodeToFile(module, stream)))
        return Error{options.output + ": the module cannot be written as bytecode"};
    } else {
      module->print(stream, mlir::OpPrintingFlags().enableDebugInfo(true));
      stream << "\n";
    }
    Status written = writeFile(options.output, text);
    compiled.steps.push_back(writing.stop("write"));
    return written;
  }

  ConvertOptions options;
  Conversion conversion;
};

} // namespace

std::unique_ptr<Command> tare::makeConvertCommand() { return std::make_unique<ConvertCommand>(); }
