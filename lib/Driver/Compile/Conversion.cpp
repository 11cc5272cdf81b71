//===- Conversion.cpp - From what is asked for to what is written ---------===//
#include "Driver/Compile/Conversion.h"

#include "Driver/Compile/DumpedFiles.h"
#include "Driver/OutputFile.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tare/Config/Grids.h"
#include "tare/Kernels/Registry.h"
#include "tare/Program/Reader.h"
#include "tare/Program/Writer.h"
#include "tare/Tensor/AtomicFile.h"
#include "tare/Tensor/StandardStreams.h"
#include "llvm/Support/raw_ostream.h"

#include <cstring>
#include <fmt/format.h>

using namespace tare;

/// With more layers a check takes longer than people wait for what they have not asked for.
static constexpr size_t mostChecked = 4096;

void ConversionFacts::note(const program::ProgramT &program) {
  arenaBytes = program.arena_bytes;
  roundedTwice = std::ranges::count_if(program.layers, [](const auto &layer) {
    const program::RequantT *requant = kernels::requantOf(layer->op);
    return requant && requant->rounding == program::Rounding::gemmlowp_double &&
           std::ranges::any_of(requant->shifts, [](int shift) { return shift > 31; });
  });
}

Status Conversion::run() {
  Result<CompilationRequest> request = requestOf(options);
  if (!request)
    return request.error();
  if (Status free = checkNames(*request); !free)
    return free;
  if (Status ready = prepareOutput(); !ready)
    return ready;
  if (Status chosen = chooseWidths(*request); !chosen)
    return chosen;
  auto made = compile(*request, *context, listener);
  if (mlir::failed(made))
    return context.takeError(options.model);
  compiled = std::move(*made);
  if (Status written = makesProgram(options) ? writeProgramOf(*request) : writeIr(); !written) {
    context.dropWarnings();
    return written;
  }
  tell(*request);
  return success();
}

/// Before any work.
Status Conversion::checkNames(const CompilationRequest &request) {
  if (Status free = checkOutput(options.output, filesOf(options)); !free || options.dumpFolder.empty())
    return free;
  return checkDumpFolder(options.dumpFolder, options.model, request.isIr, filesOf(options));
}

/// Makes the folder of C, or looks at the program's name.
Status Conversion::prepareOutput() {
  if (makesC(options))
    return makeFolder();
  if (makesTFLite(options))
    return checkEnding(options.output, {".tflite"});
  if (makesQdqModel(options))
    return checkEnding(options.output, {".onnx"});
  if (makesEncodings(options))
    return checkEnding(options.output, {".json", ".encodings"});
  return makesProgram(options) ? checkEnding(options.output, {".tare"}) : success();
}

/// By a budget, as a configuration behind all others.
Status Conversion::chooseWidths(CompilationRequest &request) {
  if (options.budget.empty())
    return success();
  Result<BudgetGoal> goal = parseBudget(options.budget);
  if (!goal)
    return goal.error();
  Result<BudgetOutcome> outcome = findWidths(request, *goal, listener);
  if (!outcome)
    return outcome.error();
  Result<NamelessConfig> file = NamelessConfig::write(outcome->config);
  if (!file)
    return file.error();
  widths.emplace(std::move(*file));
  request.pipeline.configs.push_back(widths->path());
  known.budget = std::move(*outcome);
  return success();
}

/// Before any work.
Status Conversion::makeFolder() {
  if (options.output == standardOutput)
    return Error{"-o is -, found a stream, expected the name of a folder for --emit c"};
  if (options.output.empty())
    return Error{"--emit c writes a folder, found no name for it; name one by -o"};
  CSourceOptions source{options.cPrefix, options.cSplitsWeights, options.cHasTest};
  auto made = CSourceFolder::create(options.output, source, options.model);
  if (!made)
    return made.error();
  known.folder.emplace(std::move(*made));
  return success();
}

void Conversion::tell(const CompilationRequest &request) {
  constexpr size_t mostLayers = 20, mostOutputs = 12;
  auto noteAll = [&](const std::vector<std::string> &lines) {
    for (const std::string &line : lines)
      listener.note(line);
  };
  if (std::string unused = unusedText(options, request); !unused.empty())
    listener.note(unused);
  if (std::string text = textOf(compiled->drawn); !text.empty())
    listener.note(text);
  if (known.budget)
    noteAll(linesOf(*known.budget, listener.isVerbose() ? SIZE_MAX : mostLayers));
  noteAll(linesOf(known.host, listener.isVerbose() ? SIZE_MAX : mostLayers));
  if (known.checked)
    noteAll(linesOf(*known.checked, listener.isVerbose() ? SIZE_MAX : mostOutputs));
  context.showWarnings();
}

Status Conversion::writeProgramOf(const CompilationRequest &request) {
  if (!options.strict && compiled->samples.empty() && asksForCheck(options))
    return Error{options.model + ": --check has no samples to run; convert the model with --calibration data (no "
                                 "ranges file, no IR that has ranges), or leave --check out"};
  StepClock emitting;
  mlir::FailureOr<EmittedProgram> emitted = emitProgram(*compiled->module);
  if (mlir::failed(emitted))
    return context.takeError(options.model);
  compiled->steps.push_back(emitting.stop("emit"));
  known.note(emitted->program);
  known.host = hostReportOf(*compiled->module);
  if (!isChecked())
    return writeUnchecked(std::move(*emitted));
  StepClock writing;
  auto file = fileOf(std::move(*emitted));
  if (!file)
    return file.error();
  TimedStep packing = writing.stop("write");
  if (Status passed = check(request, *file); !passed)
    return passed;
  writing = StepClock();
  Status written = writeForm(*file);
  compiled->steps.push_back(writing.stop("write"));
  compiled->steps.back().seconds += packing.seconds;
  return written;
}

Status Conversion::writeUnchecked(EmittedProgram emitted) {
  StepClock writing;
  if (options.strict)
    return Error{options.model + ": --strict has nothing to go by, as no samples were checked; convert the model with "
                                 "--calibration data (no ranges file, no IR that has ranges), and --check 1 or more"};
  if (std::optional<Warning> warning = zeroedWarning(compiled->qdq ? zeroedWeights(*compiled->qdq) : compiled->zeroed))
    reportWarning(mlir::UnknownLoc::get(&*context), *warning);
  Status written = success();
  if (!options.output.empty() && options.emit == "program") {
    written = program::writeProgram(options.output, std::move(emitted.program), emitted.constants);
  } else {
    auto file = fileOf(std::move(emitted));
    if (!file)
      return file.error();
    written = writeForm(*file);
  }
  compiled->steps.push_back(writing.stop("write"));
  return written;
}

Result<Conversion::File> Conversion::fileOf(EmittedProgram emitted) const {
  auto packed = program::serialize(std::move(emitted.program), emitted.constants);
  if (!packed)
    return Error{name() + ": " + packed.error().message};
  return std::make_shared<const std::vector<std::byte>>(std::move(*packed));
}

/// The program in the form that is asked for. Messages are about the model.
Status Conversion::writeForm(const File &file) {
  if (options.emit == "program")
    return writeBytes({reinterpret_cast<const char *>(file->data()), file->size()});
  auto model = program::readMemory(*file, file, options.model);
  if (!model)
    return model.error();
  return known.folder ? known.folder->write(*model) : writeFlatbuffer(**model);
}

Status Conversion::writeFlatbuffer(const program::Model &model) {
  auto made = TFLiteFile::make(model, options.output);
  if (!made)
    return made.error();
  known.flatbuffer.emplace(std::move(*made));
  return writeBytes(known.flatbuffer->contents());
}

/// To the file, or where none is named to memory.
Status Conversion::writeBytes(std::string_view text) {
  if (!options.output.empty())
    return writeFile(options.output, text);
  bytes.resize(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return success();
}

/// Whether there is something to check with, and time for it.
bool Conversion::isChecked() {
  if (compiled->samples.empty()) {
    if (listener.isVerbose() && options.check.value_or(1) > 0)
      listener.note("not checked: there are no calibration data to run");
    return false;
  }
  mlir::ModuleOp module = *compiled->module;
  auto function = module.lookupSymbol<mlir::func::FuncOp>("main");
  size_t layers = function.front().getOperations().size();
  if (layers <= mostChecked || options.check)
    return true;
  listener.note(fmt::format("not checked: {} layers are many; --check N does it", layers));
  return false;
}

/// Before anything is written: a bug, or with --strict a collapse, leaves no file.
Status Conversion::check(const CompilationRequest &request, File file) {
  StepClock checking;
  Result<SelfCheck> result = checkConversion(request, *compiled, context.warnings(), std::move(file), name());
  compiled->steps.push_back(checking.stop("check"));
  if (!result)
    return Error{options.model + ": " + result.error().message};
  if (!result->unchecked.empty()) {
    if (options.strict)
      return Error{fmt::format("{} (--strict is of a check, in which a layer's numbers are kept)", result->unchecked)};
    listener.note("not checked: " + result->unchecked);
    return success();
  }
  known.checked = std::move(*result);
  if (known.checked->program.mismatch)
    return Error{options.model + ": " + known.checked->program.mismatch->message()};
  std::vector<Warning> collapses = warningsOf(*known.checked);
  if (options.strict && !collapses.empty())
    return Error{options.model + ": " + collapses.front().message()};
  if (std::optional<Warning> unmoved = unmovedWarning(*known.checked))
    collapses.push_back(*unmoved);
  for (const Warning &warning : collapses)
    reportWarning(mlir::UnknownLoc::get(&*context), warning);
  return success();
}

/// The form of the IR that was asked for, or what is made of it.
Status Conversion::writeIr() {
  StepClock writing;
  Status written = makesQdqModel(options)    ? writeQdqModel()
                   : makesEncodings(options) ? writeEncodings()
                                             : writeModule();
  compiled->steps.push_back(writing.stop("write"));
  return written;
}

Status Conversion::writeQdqModel() {
  auto made = QdqModel::make(*compiled->module, options.model, options.output);
  if (!made)
    return made.error();
  known.qdqModel.emplace(std::move(*made));
  return writeBytes(known.qdqModel->contents());
}

Status Conversion::writeEncodings() {
  auto function = compiled->module->lookupSymbol<mlir::func::FuncOp>("main");
  Result<config::GridTable> table = config::writeGrids(config::gridsOf(function), "encodings");
  return table ? writeBytes(table->text) : Status(table.error());
}

/// Text, with all constants, so that the file runs alone; bytecode where the name ends in .mlirbc.
Status Conversion::writeModule() {
  if (Status named = checkEnding(options.output, {".mlir", ".mlirbc"}); !named)
    return named;
  mlir::ModuleOp module = *compiled->module;
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (llvm::StringRef(options.output).ends_with(".mlirbc")) {
    if (mlir::failed(mlir::writeBytecodeToFile(module, stream)))
      return Error{options.output + ": the module cannot be written as bytecode"};
  } else {
    module->print(stream, mlir::OpPrintingFlags().enableDebugInfo(true));
    stream << "\n";
  }
  return writeBytes(text);
}
