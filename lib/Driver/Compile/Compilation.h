//===- Compilation.h - From a model to a program ----------------*- C++ -*-===//
//
// The arrows of the design in order; any of them can be the last one.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_COMPILE_COMPILATION_H
#define TARE_DRIVER_COMPILE_COMPILATION_H

#include "Driver/Calibrate/DrawnIntegers.h"
#include "Driver/Calibrate/SampleKeeper.h"
#include "Driver/Compile/RoundedWeights.h"
#include "Driver/Compile/Timing.h"
#include "Driver/Execute/SampleMakers.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "tare/Calibration/Calibrate.h"
#include "tare/Calibration/SampleHashes.h"
#include "tare/Driver/Listener.h"
#include "tare/Onnx/Import.h"
#include "tare/Passes/Pipelines.h"
#include "tare/Tensor/States.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tare {

/// The forms of a module on its way, in order.
enum class Stage { import, simplified, ranges, qdq, fused, npu };

/// A form's name, or that of the arrow that leads to it: "import", "float", "ranges" or "calibrate", "qdq" or
/// "quantize", "fused" or "fuse", "npu" or "lower".
std::optional<Stage> stageOf(std::string_view name);
/// The first of these.
std::string_view nameOf(Stage stage);

/// Where ranges come from: a ranges file or data (told apart by contents), random data, or nowhere.
struct CalibrationRequest {
  std::string path;
  bool random = false;
  /// At most so many samples; random data: exactly so many.
  std::optional<int64_t> samples;
  calibration::SearchOptions search;
  size_t threads = 0;
  /// A model that takes more bytes is refused before any sample runs; as of samplesThatFit().
  std::optional<uint64_t> maxMemory;
  /// Inputs that the data need not give: samples are steps.
  std::vector<StateNames> states = {};
  /// What becomes of pictures and sounds before they enter.
  Preprocess preprocess = {};
  /// So many samples of the data are kept, with what the float graph gives for them.
  int64_t kept = 0;
  /// Whether these are those whose contents have the least hashes, in that order: which ones depends on the set of
  /// samples alone. Otherwise they lie evenly in the data.
  bool keepsByHash = false;
  /// Whether the means of what layers with weights read are found, too.
  bool wantsMeans = false;
  /// Where the ranges are known already they are taken from here, and nothing is run.
  const calibration::Ranges *known = nullptr;
};

struct CompilationRequest {
  /// An ONNX model, or IR of any stage.
  std::string model;
  bool isIr = false;
  onnx::ImportOptions import;
  /// Names of values between which a part of the network is taken; empty for its own ends.
  std::vector<std::string> inputs, outputs;
  CalibrationRequest calibration;
  PipelineOptions pipeline;
  /// Whether weights of layers of which no configuration says anything else are rounded by what calibration data make
  /// of their results, and not to the nearest step.
  bool roundsByData = false;
  /// Whether the user chose the target or the type of activations: in IR that is quantized both are settled.
  bool choosesTarget = false;
  /// The bits of the activations that the user asked for; nothing where the target's preferred ones are taken.
  std::optional<unsigned> chosenBits;
  /// The same of how ranges are found, in IR that has them.
  bool choosesRanges = false;
  Stage last = Stage::npu;
  /// Whether IR that is fused already will do where `last` is before.
  bool takesFused = false;
  /// One numbered .mlir per pass that changed something; empty for none.
  std::string dumpFolder;
  /// Whether a model is refused of which the host would have to compute a part.
  bool refusesHost = false;
  /// Whether the passes of each step are timed, too.
  bool timing = false;
};

struct Compilation {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// The module as it was before "fuse", with constants of its own, where samples are kept and it is small; null
  /// otherwise, as larger ones had better be made again than held in memory.
  mlir::OwningOpRef<mlir::ModuleOp> qdq;
  /// The same of the simplified float form.
  mlir::OwningOpRef<mlir::ModuleOp> real;
  /// Empty where nothing was calibrated.
  calibration::Ranges ranges;
  /// Spread over the data; empty where ranges come from a file.
  std::vector<EvaluatedSample> samples;
  /// What the ranges were found in, where samples are kept and it is small.
  std::optional<calibration::Observations> seen;
  /// Of the QDQ form, where no samples are kept to measure what they cost, and a program is made.
  std::vector<ZeroedWeights> zeroed;
  /// What was drawn for inputs of integers, where calibration is random.
  DrawnInputs drawn;
  /// In order: "import", "simplify", "calibrate", "ranges", "quantize", ..
  std::vector<TimedStep> steps;
};

/// Whether the file at `path` is a ranges file and no data, by its contents.
bool isRangesFile(const std::string &path);

/// Compiles up to the request's last stage. Failure has been reported to the context's diagnostic handler.
/// The context must hold nothing else: constants that the module no longer refers to are freed.
/// The listener sees the progress of the calibration.
mlir::FailureOr<Compilation> compile(const CompilationRequest &request, mlir::MLIRContext &context,
                                     const Listener &listener);

/// The stage that the IR in a file has reached. A failure has been reported, as above.
mlir::FailureOr<Stage> stageOfFile(const std::string &path, mlir::MLIRContext &context);

/// What was found of a module's values.
struct FoundRanges {
  calibration::Ranges ranges;
  /// Those that the request keeps, and what data made of the values, where these were run and it is small.
  std::vector<EvaluatedSample> samples;
  std::optional<calibration::Observations> seen;
  DrawnInputs drawn = {};
  /// Which samples of data they were found on; empty of ranges files and random numbers.
  calibration::SampleHashes hashes = {};
};

/// The ranges that the request asks for, of a module in its simplified float form.
/// `observed`, if given, gets what data made of the values, however large.
Result<FoundRanges> findRanges(mlir::ModuleOp module, const CalibrationRequest &request, const Listener &listener,
                               calibration::Observations *observed = nullptr);

} // namespace tare

#endif // TARE_DRIVER_COMPILE_COMPILATION_H
