//===- Compilation.cpp - From a model to a program ------------------------===//
#include "Driver/Compile/Compilation.h"
#include "Driver/Compile/CalibrationSamples.h"
#include "Driver/Compile/DumpIr.h"
#include "Driver/Compile/HostReport.h"
#include "Driver/Compile/ModuleFile.h"
#include "Driver/Compile/WeightRounding.h"
#include "Driver/Compile/WidthWarnings.h"
#include "Driver/Execute/InputRange.h"
#include "Driver/Execute/MemoryLimit.h"
#include "Driver/Execute/States.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "tare/Dialect/Npu/NpuInterfaces.h"
#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Dialect/Qnn/Choices.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Host.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Dialect/Qnn/RunTimeRanges.h"
#include "tare/Dialect/Qnn/States.h"

using namespace tare;
using namespace mlir;
using calibration::Observations;
using calibration::Ranges;

/// A stage's own name stands before that of the arrow that leads to it.
constexpr std::pair<std::string_view, Stage> stageNames[] = {
    {"import", Stage::import}, {"float", Stage::simplified}, {"ranges", Stage::ranges}, {"calibrate", Stage::ranges},
    {"qdq", Stage::qdq},       {"quantize", Stage::qdq},     {"fused", Stage::fused},   {"fuse", Stage::fused},
    {"npu", Stage::npu},       {"lower", Stage::npu}};

std::optional<Stage> tare::stageOf(std::string_view name) {
  for (auto [known, stage] : stageNames)
    if (known == name)
      return stage;
  return std::nullopt;
}

std::string_view tare::nameOf(Stage stage) {
  return llvm::find_if(stageNames, [&](const auto &entry) { return entry.second == stage; })->first;
}

namespace {

/// On a module: the last stage that it has reached, so that a file of it is converted from there.
constexpr llvm::StringLiteral stageAttrName = "qnn.stage";

/// The stage of a module that was read from a file: import where nothing says more. Passes that were run alone leave
/// ranges and integers behind, whatever the module says.
Stage stageOf(ModuleOp module) {
  if (module.walk([](npu::NpuOpInterface) { return WalkResult::interrupt(); }).wasInterrupted())
    return Stage::npu;
  auto name = module->getAttrOfType<StringAttr>(stageAttrName);
  Stage stage = name ? tare::stageOf(name.getValue()).value_or(Stage::import) : Stage::import;
  bool isMeasured = module.lookupSymbol("main")->hasAttr(qnn::measuredRangesAttrName);
  return isMeasured ? std::max(stage, Stage::ranges) : stage;
}

bool quantizesItself(ModuleOp module) {
  return module.walk([](quant::QuantizeCastOp) { return WalkResult::interrupt(); }).wasInterrupted();
}

/// The elements in the attribute itself, where booleans are packed to bits.
DenseElementsAttr inAttribute(DenseResourceElementsAttr resource) {
  ArrayRef<char> data = resource.getData();
  if (resource.getElementType().isInteger(1))
    return DenseElementsAttr::get(resource.getShapedType(),
                                  ArrayRef(reinterpret_cast<const bool *>(data.data()), data.size()));
  return DenseElementsAttr::getFromRawBuffer(resource.getShapedType(), data);
}

/// A copy whose constants the passes that replace weights do not free; null where they are larger than `small`, in
/// bytes.
OwningOpRef<ModuleOp> smallCopy(ModuleOp module, size_t small = size_t(16) << 20) {
  size_t bytes = 0;
  module.walk([&](qnn::ConstantOp op) {
    if (auto resource = dyn_cast<DenseResourceElementsAttr>(op.getValue()))
      bytes += resource.getData().size();
  });
  if (bytes > small)
    return {};
  OwningOpRef<ModuleOp> copy(module.clone());
  copy->walk([&](qnn::ConstantOp op) {
    if (auto resource = dyn_cast<DenseResourceElementsAttr>(op.getValue()))
      op.setValueAttr(inAttribute(resource));
  });
  return copy;
}

/// Runs the arrows one after the other, and times them.
class Compiler {
public:
  Compiler(const CompilationRequest &request, MLIRContext &context, const Listener &listener)
      : request(request), context(context), listener(listener), dump(request.dumpFolder) {}

  FailureOr<Compilation> compile() {
    if (failed(phase("import", [&] { return import(); })))
      return failure();
    if (failed(arrow(Stage::simplified, "simplify",
                     [&](OpPassManager &p) { buildSimplifyPipeline(p, request.pipeline); })))
      return failure();
    if (request.refusesHost && request.last >= Stage::qdq && failed(checkHost()))
      return failure();
    if (failed(calibrate()))
      return failure();
    warnOfMisfits(*result.module, result.ranges, result.samples);
    auto &options = request.pipeline;
    if (request.chosenBits && first < Stage::qdq && request.last >= Stage::qdq)
      warnOfGivenWidths(*result.module, *request.chosenBits);
    if (failed(quantize()))
      return failure();
    if (!result.samples.empty() && request.last == Stage::npu)
      // To make it again would take the measurement again.
      result.qdq = isMeasured ? smallCopy(*result.module, SIZE_MAX) : smallCopy(*result.module);
    // A form that is made to be looked at says nothing.
    if (result.samples.empty() && request.last == Stage::npu && !request.calibration.known)
      result.zeroed = zeroedWeights(*result.module);
    if (failed(arrow(Stage::fused, "fuse", buildFusePipeline)) ||
        failed(arrow(Stage::npu, "lower", [&](OpPassManager &p) { buildLowerPipeline(p, options); })))
      return failure();
    if (request.refusesHost && request.last == Stage::npu && failed(checkPlaced()))
      return failure();
    return std::move(result);
  }

private:
  LogicalResult import() {
    if (Status holds = checkFile(request.model, request.calibration.maxMemory); !holds)
      return emitError(UnknownLoc::get(&context)) << holds.error().message;
    onnx::ImportOptions options = request.import;
    options.inputs = request.inputs;
    options.outputs = request.outputs;
    FailureOr<OwningOpRef<ModuleOp>> module =
        request.isIr ? readModule(request.model, context) : onnx::importModel(request.model, options, context);
    if (failed(module))
      return failure();
    result.module = std::move(*module);
    if (request.isIr)
      first = stageOf(*result.module);
    setStage(first);
    return failed(checkRequest()) || failed(cut()) ? failure() : markStates();
  }

  /// The passes put a state on one grid as it enters and as it leaves.
  LogicalResult markStates() {
    auto states = findStates(request.calibration.states, inputsOf(*result.module), outputsOf(*result.module));
    if (!states)
      return emitError(UnknownLoc::get(&context)) << request.model << ": " << states.error().message;
    auto function = result.module->lookupSymbol<func::FuncOp>("main");
    for (const State &state : *states)
      function.setArgAttr(state.input, qnn::nextStateAttrName,
                          StringAttr::get(&context, outputsOf(*result.module)[state.output].name));
    return mlir::success();
  }

  /// Before passes look at the network: what is not taken need not be supported further on.
  LogicalResult cut() {
    if (request.inputs.empty() && request.outputs.empty())
      return mlir::success();
    PassManager passes(&context, ModuleOp::getOperationName());
    buildCutPipeline(passes, request.inputs, request.outputs);
    return passes.run(*result.module);
  }

  void setStage(Stage stage) { (*result.module)->setAttr(stageAttrName, StringAttr::get(&context, nameOf(stage))); }

  /// What IR has behind it cannot be asked for any more.
  LogicalResult checkRequest() {
    const CalibrationRequest &wanted = request.calibration;
    auto refuse = [&](StringRef option) {
      return emitError(UnknownLoc::get(&context))
             << request.model << ": " << option << " comes too late: the IR has reached the stage '" << nameOf(first)
             << "'; leave the option out, or convert an earlier stage";
    };
    const bool isFusedAlready = request.takesFused && first == Stage::fused;
    if (first > request.last && !isFusedAlready)
      return emitError(UnknownLoc::get(&context)) << request.model << ": has passed the stage '" << nameOf(request.last)
                                                  << "': it is at '" << nameOf(first) << "'";
    if (first >= Stage::ranges && (wanted.random || !wanted.path.empty()))
      return refuse("calibration");
    if (first >= Stage::ranges && (!request.inputs.empty() || !request.outputs.empty()))
      return refuse("--inputs or --outputs");
    if (first >= Stage::ranges && request.choosesRanges)
      return refuse("--method, --percentile or --samples");
    if (first >= Stage::simplified && !request.pipeline.configs.empty())
      return refuse("--config");
    if (first >= Stage::simplified && request.pipeline.equalize)
      return refuse("--equalize");
    if (first >= Stage::ranges && request.pipeline.biasCorrection)
      return refuse("--bias-correction");
    if (first >= Stage::qdq && request.roundsByData)
      return refuse("--weight-rounding");
    if (first >= Stage::qdq && request.choosesTarget)
      return refuse("--target or --activations");
    if (first >= Stage::qdq && request.pipeline.allowUncalibrated)
      return refuse("--allow-uncalibrated");
    if (first >= Stage::qdq && request.pipeline.hostTail)
      return refuse("--host-tail");
    if (first >= Stage::qdq && !wanted.states.empty())
      return refuse("--state");
    if (first >= Stage::qdq && request.pipeline.narrowStates)
      return refuse("--narrow-states");
    if (first >= Stage::npu && !request.pipeline.repair)
      return refuse("--no-repair");
    if (request.choosesRanges && !wanted.random && wanted.path.empty())
      return emitError(UnknownLoc::get(&context))
             << request.model
             << ": --method, --percentile and --samples are of calibration data, and there are none; give "
                "--calibration DATA, or leave them out";
    return mlir::success();
  }

  /// IR of a later stage has its host layers already.
  LogicalResult checkHost() {
    auto function = result.module->lookupSymbol<func::FuncOp>("main");
    std::string layers;
    function.walk([&](npu::HostOp op) {
      layers += (layers.empty() ? "'" : ", '") + qnn::layerName(op) + "' (" + op.getNode().str() + ")";
    });
    if (layers.empty())
      return qnn::checkIntegerForms(function);
    return emitError(UnknownLoc::get(&context))
           << request.model << ": the host computes the layers " << layers
           << ", which --host error refuses; convert the model without them, or leave the option out";
  }

  /// What turned out to be the host's when grids and layouts were chosen.
  LogicalResult checkPlaced() {
    std::vector<std::string> lines = linesOf(hostReportOf(*result.module), SIZE_MAX);
    if (lines.empty())
      return mlir::success();
    InFlightDiagnostic error = emitError(UnknownLoc::get(&context))
                               << request.model << ": --host error refuses that " << lines.front() << " ";
    llvm::interleave(llvm::drop_begin(lines), [&](StringRef line) { error << line.ltrim(); }, [&] { error << "; "; });
    return error << "; take a target that has what these need, or let the host compute them (--host allow)";
  }

  /// One command line makes every stage: data that a later one runs are looked at only.
  LogicalResult checkData(const std::string &path) {
    Status readable = tare::success();
    if (isRangesFile(path)) {
      if (Result<Ranges> ranges = calibration::readRanges(path); !ranges)
        readable = ranges.error();
    } else if (auto states =
                   findStates(request.calibration.states, inputsOf(*result.module), outputsOf(*result.module));
               !states) {
      readable = states.error();
    } else if (auto data = openData(*result.module, request.calibration, *states); !data) {
      readable = data.error();
    }
    return readable ? mlir::success() : LogicalResult(emitError(UnknownLoc::get(&context)) << readable.error().message);
  }

  /// Ranges from data or a file, attached to the values.
  LogicalResult calibrate() {
    const CalibrationRequest &wanted = request.calibration;
    bool given = wanted.known || wanted.random || !wanted.path.empty();
    const qnn::Choices choices = qnn::Choices::of(result.module->lookupSymbol("main"));
    auto function = result.module->lookupSymbol<func::FuncOp>("main");
    bool isHere = request.last >= Stage::ranges && first < Stage::ranges;
    bool computes = isHere && given && !wanted.known && (wanted.random || !isRangesFile(wanted.path));
    CalibrationRequest bounded = wanted;
    // A limit that the user sets holds whether or not it is here that the layers are computed.
    if (computes || wanted.maxMemory) {
      Result<size_t> atOnce = samplesThatFit(function, request.model, wanted.maxMemory);
      if (!atOnce)
        return emitError(UnknownLoc::get(&context)) << atOnce.error().message;
      bounded.threads = threadsWithin(wanted.threads, *atOnce);
    }
    if (request.last < Stage::ranges && !wanted.known && !wanted.path.empty())
      return checkData(wanted.path);
    if (!isHere)
      return mlir::success();
    std::optional<std::string> why = qnn::needOfRanges(result.module->lookupSymbol("main"));
    // A configuration may say all ranges; what it does not say is an error by names.
    if (!given && !why && llvm::any_of(choices.values, [](const auto &entry) { return entry.second.hasGrid(); })) {
      result.ranges.activations = wanted.search.grid.isFine() ? "int16" : "int8";
      return arrow(Stage::ranges, "ranges", [&](OpPassManager &passes) { buildRangesPipeline(passes, result.ranges); });
    }
    if (!given && !why && quantizesItself(*result.module))
      return mlir::success();
    if (!given)
      return emitError(UnknownLoc::get(&context))
             << request.model << ": needs calibration data" << (why ? ": " + *why : "")
             << "; give --calibration DATA, or --random-calibration to try the flow";
    LogicalResult found = phase("calibrate", [&]() -> LogicalResult {
      Result<FoundRanges> found = findRanges(*result.module, bounded, listener);
      if (!found)
        return emitError(UnknownLoc::get(&context)) << found.error().message;
      result.ranges = std::move(found->ranges);
      result.samples = std::move(found->samples);
      result.seen = std::move(found->seen);
      result.drawn = std::move(found->drawn);
      if (!computes && !wanted.known)
        warnOfRangesWidth(*result.module, wanted.path, result.ranges, wanted.search.grid);
      return mlir::success();
    });
    if (failed(found))
      return failure();
    if (!result.samples.empty() && request.last == Stage::npu)
      result.real = smallCopy(*result.module);
    return arrow(Stage::ranges, "ranges", [&](OpPassManager &passes) { buildRangesPipeline(passes, result.ranges); });
  }

  /// To the QDQ form; where weights are rounded by what data make of it, in two halves.
  LogicalResult quantize() {
    auto &options = request.pipeline;
    if (first >= Stage::qdq || request.last < Stage::qdq || !roundsByData(request, *result.module))
      return arrow(Stage::qdq, "quantize", [&](OpPassManager &p) { buildQuantizePipeline(p, options); });
    const CalibrationRequest &data = request.calibration;
    if (!data.random && (data.path.empty() || isRangesFile(data.path)))
      return emitError(UnknownLoc::get(&context))
             << request.model << ": adaptive rounding of weights needs calibration data"
             << (data.path.empty() ? "" : ", found the ranges file " + data.path)
             << "; give --calibration DATA, or leave --weight-rounding out";
    if (failed(arrow(Stage::qdq, "quantize", [&](OpPassManager &p) { buildGridsPipeline(p, options); })) ||
        failed(phase("measure", [&] { return measureProducts(); })))
      return failure();
    isMeasured = true;
    return arrow(Stage::qdq, "round", [&](OpPassManager &p) { buildConstantsPipeline(p, options); });
  }

  /// What layers with weights read, once more, on their grids.
  LogicalResult measureProducts() {
    Result<OpenedSamples> samples = openSamples(*result.module, request.calibration, result.drawn);
    if (!samples)
      return emitError(UnknownLoc::get(&context)) << samples.error().message;
    Result<std::vector<std::string>> tooLarge = attachProducts(request, *result.module, *samples->source, listener);
    if (!tooLarge)
      return emitError(UnknownLoc::get(&context)) << request.model << ": " << tooLarge.error().message;
    if (std::optional<Warning> warning = notMeasuredWarning(*tooLarge))
      reportWarning(UnknownLoc::get(&context), *warning);
    return mlir::success();
  }

  LogicalResult arrow(Stage stage, const char *name, llvm::function_ref<void(OpPassManager &)> build) {
    // The npu form may lack its last passes still, which change nothing where they have run.
    if (request.last < stage || (first >= stage && stage != Stage::npu))
      return mlir::success();
    std::vector<TimedStep> timed;
    LogicalResult outcome = phase(name, [&] {
      PassManager passes(&context, ModuleOp::getOperationName());
      build(passes);
      if (!request.dumpFolder.empty())
        passes.addInstrumentation(dump.instrumentation());
      if (request.timing)
        passes.addInstrumentation(timePasses(timed));
      // Once, behind the last pass: verifying behind each would take longer than most passes do.
      passes.enableVerifier(false);
      LogicalResult outcome = passes.run(*result.module);
      if (succeeded(outcome))
        outcome = verify(*result.module);
      if (succeeded(outcome) && !dump.status())
        outcome = emitError(UnknownLoc::get(&context), "--dump-ir: " + dump.status().error().message);
      setStage(stage);
      // The context is this compilation's own: what a pass replaced need not wait for its end.
      qnn::releaseUnusedResources(*result.module);
      return outcome;
    });
    result.steps.back().passes = std::move(timed);
    return outcome;
  }

  /// There is one function: passes have nothing to share among threads, and need no locks. Samples are evaluated on
  /// many.
  LogicalResult phase(const char *name, llvm::function_ref<LogicalResult()> run) {
    bool isParallel = StringRef(name) == "calibrate" || StringRef(name) == "measure";
    context.disableMultithreading(!isParallel);
    StepClock clock;
    LogicalResult outcome = run();
    context.disableMultithreading(false);
    result.steps.push_back(clock.stop(name));
    return outcome;
  }

  const CompilationRequest &request;
  MLIRContext &context;
  const Listener &listener;
  Compilation result;
  /// Where the module begins.
  Stage first = Stage::import;
  /// Whether samples ran through the quantized network, so that weights are rounded by what they make of it.
  bool isMeasured = false;
  IrDump dump;
};

} // namespace

FailureOr<Stage> tare::stageOfFile(const std::string &path, MLIRContext &context) {
  FailureOr<OwningOpRef<ModuleOp>> module = readModule(path, context);
  return failed(module) ? FailureOr<Stage>(failure()) : ::stageOf(**module);
}

FailureOr<Compilation> tare::compile(const CompilationRequest &request, MLIRContext &context,
                                     const Listener &listener) {
  return Compiler(request, context, listener).compile();
}
