//===- Executable.h - Whatever can be run -----------------------*- C++ -*-===//
//
// One interface over float ONNX models, IR at any stage and programs, so that
// `run` and `compare` do not know which they have.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_EXECUTE_EXECUTABLE_H
#define TARE_DRIVER_EXECUTE_EXECUTABLE_H

#include "Driver/Execute/InputRange.h"
#include "Driver/Execute/SampleMakers.h"
#include "tare/Calibration/Calibrate.h"
#include "tare/Driver/Listener.h"
#include "tare/Onnx/Import.h"
#include "tare/Runtime/Context.h"
#include "tare/Tensor/Dataset.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tare {

/// An input or output.
struct ExecutablePort {
  std::string name;
  /// What the model itself takes or gives: real numbers, as a rule.
  TensorType real;
  /// What the executable itself takes or gives: the integers on the port's grid, where a quantize or dequantize stands
  /// at the border; without what the host does.
  TensorType raw;
  /// Of an output of real numbers: the model's format of them, to which they are rounded where they are written.
  program::FloatFormat format = program::FloatFormat::f32;
  /// Of an input of real numbers that has a grid: what that holds.
  std::optional<RealRange> held = std::nullopt;
  /// Of an output: whether its elements are bools or indices (DiscreteValues.h).
  bool isDiscrete = false;
  /// Of an input: the device's pixels that it takes, "NHWC rgb"; empty where it takes none.
  std::string pixels = {};

  /// Of an input: whether it takes what another one does; and what that is, "uint8 1x48x48 (nv12 bt601 full)".
  bool takesWhat(const ExecutablePort &other) const { return real == other.real && pixels == other.pixels; }
  std::string taken() const;

  /// An output as the model has it, and the type that it has then.
  Tensor asInModel(const Tensor &value) const;
  TensorType typeInModel(const TensorType &type) const;
};

/// Which ports take or give `raw` in place of `real`.
struct PortForms {
  std::vector<bool> rawInputs;
  bool rawOutputs = false;
};

/// A result that an observer sees.
struct ExecutableLayer {
  /// The ONNX node's name, and the ONNX value's that the result holds.
  std::string name, value;
  /// "conv", "quantize", ...
  std::string kind;
  TensorType type;
  /// The type of its real numbers; `type` itself where it is real already, or where its grid is not known.
  TensorType real;
  /// Of a program's layers: what a run does, nothing where the layer costs nothing; and with what kind of kernel.
  int64_t macs = 0, readBytes = 0, writtenBytes = 0;
  bool isFast = false;
  /// Whether its elements are bools or indices (DiscreteValues.h).
  bool isDiscrete = false;
};

/// When a run and its layers ran, in nanoseconds of std::chrono::steady_clock.
struct RunTimes {
  uint64_t begin = 0, end = 0;
  size_t threads = 0;
  /// How long each observed layer took, and when each thread worked on it.
  std::vector<uint64_t> nanoseconds;
  std::vector<runtime::Interval> intervals;

  std::span<const runtime::Interval> of(size_t layer) const {
    return std::span(intervals).subspan(layer * threads, threads);
  }
};

/// Runs one sample after the other, from one thread; several runners of one executable run at once.
class Runner {
public:
  using Observer = std::function<void(size_t layer, const ConstTensorView &result)>;
  virtual ~Runner() = default;
  /// The observer may be empty; it is called in the order of the layers.
  virtual std::vector<Tensor> run(const std::vector<Tensor> &inputs, const Observer &observe) = 0;
  /// Whether the last sample, of that number, could be run; its results mean nothing where it could not.
  virtual Status status(int64_t sample) const = 0;
  /// From now on each run() runs twice, and writes the times of the second run to `times`, which outlives this; false
  /// where models of this kind have none.
  virtual bool recordTimes(RunTimes &) { return false; }
};

struct ExecutableOptions {
  /// For ONNX models.
  onnx::ImportOptions import;
  /// What becomes of pictures and sounds before they enter.
  Preprocess preprocess = {};
  /// Programs run on the reference kernels.
  bool reference = false;
  /// In units of 2^20 bytes; 0 for what there is.
  int64_t maxMemory = 0;
  /// Nobody will look at the layers' results, so that a float model may be computed by fewer: batch norms folded,
  /// activations fused.
  bool onlyOutputs = false;
};

class Executable {
public:
  /// Loads a model of any kind; which one it is, is found in its contents first and its name second.
  static Result<std::unique_ptr<Executable>> load(const std::string &path, const ExecutableOptions &options,
                                                  const Listener &listener);
  virtual ~Executable() = default;

  const std::vector<ExecutablePort> &inputs() const { return inputPorts; }
  /// The model's; once prepared for raw outputs, the executable's own.
  const std::vector<ExecutablePort> &outputs() const { return outputPorts; }
  /// What a Dataset is opened with; with `allowRaw`, arrays of the grid's own integer type are taken as they are.
  std::vector<InputDeclaration> declarations(bool allowRaw) const;

  /// Chooses what the ports take and give. Once, before anything below.
  virtual Status prepare(const PortForms &forms) = 0;
  /// In the order in which they run.
  const std::vector<ExecutableLayer> &layers() const { return observedLayers; }
  /// A runner whose programs run each sample in up to `threads` threads.
  virtual Result<std::unique_ptr<Runner>> makeRunner(size_t threads) const = 0;
  /// The real numbers of a layer's result; a copy.
  virtual Tensor realOf(size_t layer, const ConstTensorView &result) const = 0;
  /// What the layers that read a layer's result tell apart of its real numbers; nothing where that is all, or unknown.
  virtual std::optional<qnn::Interval> toldApart(size_t) const { return std::nullopt; }
  /// Whether layers' results have the order of dimensions that the model's values have.
  virtual bool hasModelLayout() const { return false; }
  /// By input, what it may hold where it is of integers that layers take as indices or masks; empty of models of which
  /// nothing is known.
  virtual std::vector<std::optional<calibration::IntegerRange>> integerInputs() const { return {}; }
  /// Shows what loading has warned of, when nothing is in the way of a run any more: an error stands alone. What is
  /// never shown is dropped.
  virtual void showWarnings() const {}
  /// How many samples the memory holds at once.
  size_t samplesAtOnce() const { return atOnce; }

protected:
  std::vector<ExecutablePort> inputPorts, outputPorts;
  std::vector<ExecutableLayer> observedLayers;
  size_t atOnce = 1024;
};

/// Kinds of files.
enum class ModelKind { onnx, ir, program };
/// An error where the file cannot be read, or is none of them.
Result<ModelKind> kindOfModel(const std::string &path);

/// An error where the options choose a program's kernels and none of the models is one.
Status checkReference(const ExecutableOptions &options, std::initializer_list<std::string> models);

/// "m.onnx: layer 'embedding': index 70 is out of range .. (sample 3)": samples are counted from 0.
Error ofSample(const std::string &model, int64_t sample, const std::string &problem);

/// A copy of what someone else owns.
Tensor copyOf(const ConstTensorView &view);

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_EXECUTABLE_H
