//===- Convert.cpp - tare convert -----------------------------------------===//
#include "CSourceFolder.h"
#include "CalibrationOptions.h"
#include "Choices.h"
#include "Commands.h"
#include "CompilerContext.h"
#include "DumpedFiles.h"
#include "HostReport.h"
#include "Json.h"
#include "Numbers.h"
#include "OutputFile.h"
#include "SelfCheck.h"
#include "WarningSummary.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Emitter/Emitter.h"
#include "tare/Kernels/Registry.h"
#include "tare/Program/Reader.h"
#include "tare/Tensor/AtomicFile.h"
#include "tare/Tensor/StandardStreams.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;

namespace {

constexpr char mlirPrefix[] = "mlir:";
constexpr char programForm[] = "program", cForm[] = "c";
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
    Result<CompilationRequest> request = makeRequest();
    if (!request)
      return request.error();
    if (Status free = checkOutput(output, options.files()); !free)
      return free;
    if (Status free =
            dumpFolder.empty() ? success() : checkDumpFolder(dumpFolder, options.model, request->isIr, options.files());
        !free)
      return free;
    if (emit == cForm) {
      if (Status made = makeFolder(); !made)
        return made;
    } else if (Status unused = c.checkUnused("--emit c"); !unused) {
      return unused;
    }
    CompilerContext context(console());
    auto compiled = compileWithProgress(*request, context);
    if (mlir::failed(compiled))
      return context.takeError(options.model);
    Status written = makesProgram() ? writeProgramOf(*request, *compiled, context) : writeModule(*compiled);
    if (!written) {
      context.dropWarnings();
      return written;
    }
    complete.push_back(output);
    noteUnused(*request);
    noteDrawn(*compiled);
    showHost();
    showCheck();
    context.showWarnings();
    report(*compiled, context);
    return success();
  }

private:
  void addOptions(CLI::App &app) override {
    options.addTo(app, files);
    auto *data = app.add_option("--calibration", options.data, "Calibration data, or a ranges file");
    files.reads(data->type_name("DATA"), options.data);
    app.add_option("--strip-io", stripIo,
                   "Leave these at the border to the host: quantize, dequantize, transpose, concat")
        ->type_name("LIST")
        ->check(listOf({"quantize", "dequantize", "transpose", "concat"}));
    app.add_option("--inputs", cutInputs, "Take the part of the network behind these values, by the model's names")
        ->type_name("LIST")
        ->allow_extra_args(false);
    app.add_option("--outputs", cutOutputs, "Take the part of the network in front of these values")
        ->type_name("LIST")
        ->allow_extra_args(false);
    app.add_option(
           "--host", host,
           "allow: layers that have no integer form run on the host in float, and are listed; error: refuse them")
        ->type_name("WHAT")
        ->check(oneOf({"allow", "error"}))
        ->capture_default_str();
    app.add_flag("--host-tail", hostTail, "Leave to the host all that stands behind the last products with weights");
    app.add_flag(
        "--narrow-states", narrowStates,
        "Keep the states of loops at 8 bits with the other activations (default: 16 where the target has them)");
    app.add_flag("--no-repair", noRepair, "Refuse what the hardware cannot hold, rather than change scales");
    app.add_flag("--allow-uncalibrated", allowUncalibrated,
                 "Convert although scales look as if nobody had calibrated them");
    auto *dump =
        app.add_option("--dump-ir", dumpFolder, "Write a numbered .mlir after each pass that changed something");
    files.writesFolder(dump->type_name("DIR"), dumpFolder);
    app.add_option("--emit", emit,
                   "What to write: program, c (a folder), or mlir:STAGE with STAGE one of import, float, ranges, qdq, "
                   "fused, npu")
        ->type_name("FORM")
        ->capture_default_str();
    c.addTo(app);
    checkOption =
        app.add_option("--check", checkSamples,
                       "Run N samples of the calibration through the result, and compare it with float; 0: none")
            ->type_name("N")
            ->check(wholeNumber(0))
            ->capture_default_str();
    app.add_flag("--strict", strict, "Refuse a result of which an output has collapsed");
    app.add_flag("--timing", timing, "Show the time and the memory that each step and each pass takes");
    files.writes(app.add_option("-o,--output", output, "The file or folder to write")->required()->type_name("OUT"),
                 output);
  }

  /// Whether a program is made, whatever is written of it.
  bool makesProgram() const { return emit == programForm || emit == cForm; }

  /// The folder of C, before any work.
  Status makeFolder() {
    if (output == standardOutput)
      return Error{"-o is -, found a stream, expected the name of a folder for --emit c"};
    auto made = CSourceFolder::create(output, c, options.model);
    if (!made)
      return made.error();
    folder.emplace(std::move(*made));
    return success();
  }

  Result<CompilationRequest> makeRequest() const {
    Result<CompilationRequest> request = options.request(threads);
    if (!request)
      return request;
    request->pipeline.stripIo = splitLists(stripIo);
    request->pipeline.repair = !noRepair;
    request->pipeline.hostTail = hostTail;
    request->pipeline.narrowStates = narrowStates;
    request->refusesHost = host == "error";
    if (hostTail && request->refusesHost)
      return Error{"--host-tail leaves layers to the host, which --host error refuses; leave one of them out"};
    request->inputs = splitLists(cutInputs);
    request->outputs = splitLists(cutOutputs);
    request->pipeline.allowUncalibrated = allowUncalibrated;
    request->dumpFolder = dumpFolder;
    request->timing = timing;
    if (makesProgram()) {
      request->calibration.kept = checkSamples;
      return request;
    }
    std::optional<Stage> stage;
    if (emit.rfind(mlirPrefix, 0) == 0)
      stage = stageOf(std::string_view(emit).substr(sizeof(mlirPrefix) - 1));
    for (const auto &[option, isGiven] :
         {std::pair("--strict", strict), std::pair("--check", checkOption->count() > 0 && checkSamples > 0)})
      if (isGiven)
        return Error{fmt::format("{} checks a program, but --emit {} makes none; leave one of them out", option, emit)};
    if (!stage)
      return Error{"--emit: " + noneOf(emit, {programForm, cForm, "mlir:import", "mlir:float", "mlir:ranges",
                                              "mlir:qdq", "mlir:fused", "mlir:npu"})};
    if (Status reached = checkReached(*request, *stage); !reached)
      return reached.error();
    request->last = *stage;
    return request;
  }

  /// An error where an option is of a stage behind `last`.
  Status checkReached(const CompilationRequest &request, Stage last) const {
    struct Use {
      const char *option;
      bool isGiven;
      Stage stage;
    };
    const Use uses[] = {{"--dump-ir", !dumpFolder.empty(), Stage::simplified},
                        {"--method, --percentile or --samples", request.choosesRanges, Stage::ranges},
                        {"--allow-uncalibrated", allowUncalibrated, Stage::qdq},
                        {"--no-repair", noRepair, Stage::qdq},
                        {"--host-tail", hostTail, Stage::qdq},
                        {"--narrow-states", narrowStates, Stage::qdq},
                        {"--host error", host == "error", Stage::qdq},
                        {"--strip-io", !stripIo.empty(), Stage::npu}};
    for (const Use &use : uses)
      if (use.isGiven && use.stage > last)
        return Error{
            fmt::format("{} is of the stage '{}' at the earliest, but --emit {} ends before; leave one of them out",
                        use.option, nameOf(use.stage), emit)};
    return success();
  }

  /// One command line makes every stage: what a later one is made by is no error, but has changed nothing.
  void noteUnused(const CompilationRequest &request) const {
    if (request.last >= Stage::ranges || json)
      return;
    std::vector<std::string> unused;
    for (const auto &[option, isGiven] :
         {std::pair("--calibration", !options.data.empty()), std::pair("--random-calibration", options.random),
          std::pair("--target", options.targetOption->count() > 0),
          std::pair("--activations", options.activationsOption->count() > 0)})
      if (isGiven)
        unused.push_back(option);
    if (!unused.empty())
      console().note(fmt::format("{} {} nothing here: --emit {} ends before the stage 'ranges'",
                                 fmt::join(unused, " and "), unused.size() == 1 ? "changes" : "change", emit));
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
    if (!strict && compiled.samples.empty() && checkOption->count() > 0 && checkSamples > 0)
      return Error{options.model + ": --check has no samples to run; convert the model with --calibration data (no "
                                   "ranges file, no IR that has ranges), or leave --check out"};
    StepClock emitting;
    mlir::FailureOr<EmittedProgram> emitted = emitProgram(*compiled.module);
    if (mlir::failed(emitted))
      return context.takeError(options.model);
    compiled.steps.push_back(emitting.stop("emit"));
    arenaBytes = emitted->program.arena_bytes;
    roundedTwice = countRoundedTwice(emitted->program);
    hostReport = hostReportOf(*compiled.module);
    StepClock writing;
    if (!isChecked(compiled)) {
      if (strict)
        return Error{options.model +
                     ": --strict has nothing to go by, as no samples were checked; convert the "
                     "model with --calibration data (no ranges file, no IR that has ranges), and --check 1 "
                     "or more"};
      if (std::optional<Warning> warning = zeroedWarning(compiled.qdq ? zeroedWeights(*compiled.qdq) : compiled.zeroed))
        reportWarning(mlir::UnknownLoc::get(&*context), *warning);
      Status written = folder ? writeFolder(std::move(*emitted))
                              : program::writeProgram(output, std::move(emitted->program), emitted->constants);
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
    Status written = folder ? writeFolder(*file)
                            : writeFile(output, {reinterpret_cast<const char *>((*file)->data()), (*file)->size()});
    compiled.steps.push_back(writing.stop("write"));
    compiled.steps.back().seconds += packing.seconds;
    return written;
  }

  using Bytes = std::shared_ptr<const std::vector<std::byte>>;

  Result<Bytes> bytesOf(EmittedProgram emitted) const {
    auto bytes = program::serialize(std::move(emitted.program), emitted.constants);
    if (!bytes)
      return Error{output + ": " + bytes.error().message};
    return std::make_shared<const std::vector<std::byte>>(std::move(*bytes));
  }

  Status writeFolder(EmittedProgram emitted) {
    auto file = bytesOf(std::move(emitted));
    return file ? writeFolder(*file) : Status(file.error());
  }

  /// The program as C. Messages are about the model.
  Status writeFolder(const Bytes &file) {
    auto model = program::readMemory(*file, file, options.model);
    return model ? folder->write(*model) : Status(model.error());
  }

  /// (A11) The layers that round at bit 31, and what is left of a shift again.
  static size_t countRoundedTwice(const program::ProgramT &program) {
    return std::ranges::count_if(program.layers, [](const auto &layer) {
      const program::RequantT *requant = kernels::requantOf(layer->op);
      return requant && requant->rounding == program::Rounding::gemmlowp_double &&
             std::ranges::any_of(requant->shifts, [](int shift) { return shift > 31; });
    });
  }

  /// No loss that an option avoids, but one that whoever compares means should know of.
  std::string doubleRoundingText() const {
    return fmt::format(
        "{} layer{} round{} twice, as the target's rounding (gemmlowp_double) does with shifts above 31: "
        "what is a quarter of a step above an integer becomes the next one, which moves the mean of "
        "results by up to a quarter of a step; tare verify --rounding half_up --inputs DATA counts what "
        "one rounding would change",
        roundedTwice, roundedTwice == 1 ? "" : "s", roundedTwice == 1 ? "s" : "");
  }

  /// Whether there is something to check with, and time for it.
  bool isChecked(const Compilation &compiled) const {
    if (compiled.samples.empty()) {
      if (console().isVerbose() && checkSamples > 0)
        console().note("not checked: there are no calibration data to run");
      return false;
    }
    mlir::ModuleOp module = *compiled.module;
    auto function = module.lookupSymbol<mlir::func::FuncOp>("main");
    size_t layers = function.front().getOperations().size();
    if (layers <= mostChecked || checkOption->count() > 0)
      return true;
    console().note(fmt::format("not checked: {} layers are many; --check N does it", layers));
    return false;
  }

  /// Before anything is written: a bug, or with --strict a collapse, leaves no file.
  Status check(const CompilationRequest &request, Compilation &compiled, CompilerContext &context,
               std::shared_ptr<const std::vector<std::byte>> file) {
    StepClock checking;
    Result<SelfCheck> result = checkConversion(request, compiled, context.warnings(), std::move(file), output);
    compiled.steps.push_back(checking.stop("check"));
    if (!result)
      return Error{options.model + ": " + result.error().message};
    if (!result->unchecked.empty()) {
      if (strict)
        return Error{
            fmt::format("{} (--strict is of a check, in which a layer's numbers are kept)", result->unchecked)};
      console().note("not checked: " + result->unchecked);
      return success();
    }
    checked = std::move(*result);
    if (checked->program.mismatch)
      return Error{options.model + ": " + checked->program.mismatch->message()};
    std::vector<Warning> collapses = warningsOf(*checked);
    if (strict && !collapses.empty())
      return Error{options.model + ": " + collapses.front().message()};
    if (std::optional<Warning> unmoved = unmovedWarning(*checked))
      collapses.push_back(*unmoved);
    for (const Warning &warning : collapses)
      reportWarning(mlir::UnknownLoc::get(&*context), warning);
    return success();
  }

  void showCheck() const {
    constexpr size_t mostOutputs = 12;
    if (checked)
      for (const std::string &line : linesOf(*checked, console().isVerbose() ? SIZE_MAX : mostOutputs))
        console().note(line);
  }

  void showHost() const {
    constexpr size_t mostLayers = 20;
    for (const std::string &line : linesOf(hostReport, console().isVerbose() ? SIZE_MAX : mostLayers))
      console().note(line);
  }

  /// Text, with all constants, so that the file runs alone; bytecode where the name ends in .mlirbc.
  Status writeModule(Compilation &compiled) {
    StepClock writing;
    mlir::ModuleOp module = *compiled.module;
    std::string text;
    llvm::raw_string_ostream stream(text);
    if (llvm::StringRef(output).ends_with(".mlirbc")) {
      if (mlir::failed(mlir::writeBytecodeToFile(module, stream)))
        return Error{output + ": the module cannot be written as bytecode"};
    } else {
      module->print(stream, mlir::OpPrintingFlags().enableDebugInfo(true));
      stream << "\n";
    }
    Status written = writeFile(output, text);
    compiled.steps.push_back(writing.stop("write"));
    return written;
  }

  void report(const Compilation &compiled, const CompilerContext &context) {
    uint64_t bytes = 0;
    if (folder)
      bytes = uint64_t(folder->bytes());
    else
      (void)llvm::sys::fs::file_size(output, bytes);
    double calibrating = 0, others = 0;
    for (const TimedStep &step : compiled.steps)
      (step.name == "calibrate" ? calibrating : others) += step.seconds;
    if (json)
      return reportJson(compiled, context, bytes);
    if (timing)
      printTimedSteps(compiled.steps);
    if (roundedTwice)
      console().note(doubleRoundingText());
    console().note(fmt::format("wrote {}calibration{} {:.2f} s on {}, everything else {:.2f} s; peak memory {:.0f} MB",
                               outputText(bytes),
                               compiled.ranges.method.empty() ? "" : fmt::format(" ({})", compiled.ranges.method),
                               calibrating, samplesText(compiled.ranges.samples), others, peakMegabytes()));
  }

  /// What was written, and how much.
  std::string outputText(uint64_t bytes) const {
    if (folder)
      return folder->text() + "; ";
    return fmt::format("{}: {}", output, output == standardOutput ? "" : fmt::format("{:.1f} kB; ", bytes / 1e3));
  }

  std::string samplesText(int64_t count) const {
    return fmt::format("{}{} sample{}", count, options.random ? " random" : "", count == 1 ? "" : "s");
  }

  void reportJson(const Compilation &compiled, const CompilerContext &context, uint64_t bytes) {
    printJson([&](llvm::json::OStream &out) {
      out.object([&] {
        out.attribute("output", jsonText(output));
        out.attribute("bytes", int64_t(bytes));
        out.attribute("samples", compiled.ranges.samples);
        out.attribute("random_calibration", options.random);
        if (options.random)
          writeDrawn(out, compiled.drawn);
        if (!compiled.ranges.method.empty())
          out.attribute("method", jsonText(compiled.ranges.method));
        if (arenaBytes)
          out.attribute("arena_bytes", int64_t(*arenaBytes));
        if (folder)
          folder->writeJson(out);
        if (roundedTwice)
          out.attribute("layers_rounded_twice", int64_t(roundedTwice));
        out.attribute("peak_memory_mb", peakMegabytes());
        writeWarnings(out, context.warnings());
        if (arenaBytes)
          writeHostReport(out, hostReport);
        if (checked)
          writeCheck(out, *checked);
        out.attributeArray("repairs", [&] {
          for (const RepairRecord &repair : context.repairs())
            out.object([&] { writeRepair(out, repair); });
        });
        out.attributeObject("seconds", [&] {
          for (const TimedStep &step : compiled.steps)
            out.attribute(step.name, step.seconds);
        });
        if (timing)
          writeTimedSteps(out, compiled.steps);
      });
    });
  }

  static void writeRepair(llvm::json::OStream &out, const RepairRecord &repair) {
    out.attribute("layer", jsonText(repair.layer));
    out.attribute("kind", repair.kind);
    out.attribute("channels", repair.channels);
    out.attribute("cost", repair.cost);
    out.attribute("unit", repair.unit);
  }

  CalibrationOptions options;
  std::vector<std::string> stripIo, cutInputs, cutOutputs;
  std::string dumpFolder, emit = programForm, output;
  std::string host = "allow";
  bool timing = false, noRepair = false, allowUncalibrated = false, strict = false, hostTail = false,
       narrowStates = false;
  int64_t checkSamples = 4;
  CLI::Option *checkOption = nullptr;
  CSourceOptions c;
  /// Of --emit c.
  std::optional<CSourceFolder> folder;
  std::optional<uint64_t> arenaBytes;
  size_t roundedTwice = 0;
  HostReport hostReport;
  std::optional<SelfCheck> checked;
};

} // namespace

std::unique_ptr<Command> tare::makeConvertCommand() { return std::make_unique<ConvertCommand>(); }
