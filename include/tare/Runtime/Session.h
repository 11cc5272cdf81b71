//===- Session.h - Runs programs --------------------------------*- C++ -*-===//
//
//   auto model = program::readFile("model.tare");
//   auto session = runtime::Session::create(*model);
//   auto context = (*session)->makeContext(runtime::Form::model);
//   (*context)->run(inputs, outputs);
//
// A Session is a program whose layers are prepared: packed weights, primitives.
// It is immutable and shared; each thread runs it in a Context of its own.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_RUNTIME_SESSION_H
#define TARE_RUNTIME_SESSION_H

#include "tare/Program/Dataflow.h"
#include "tare/Program/Loops.h"
#include "tare/Program/Model.h"
#include "tare/Runtime/BoundOp.h"
#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"

#include <memory>
#include <string>
#include <vector>

namespace tare::runtime {

class Context;
class Trace;

/// What a value at an input or output is.
enum class Form {
  /// The program's own tensor, as its descriptor says.
  program,
  /// What the model says: the runtime does the ports' host steps.
  model,
  /// The integers on the port's grid, shaped like the program's tensor: where a
  /// quantize or dequantize layer stands at the boundary, what it makes or
  /// reads.
  raw,
};

struct SessionOptions {
  /// Runs the reference kernels only.
  bool forceReference = false;
  /// How long a thread's share of a layer must last: to hand it over and to wait for it takes half a microsecond, and
  /// what another thread has written must come from its cache.
  double leastShareMicroseconds = 2;
};

/// An input or output in one form.
struct PortDescription {
  std::string name;
  TensorType type;
  /// A letter per dimension, "NHWC"; empty where the program does not say.
  std::string layout;
  /// The grid of the integers: one scale, or one per channel along `axis` of
  /// type.shape; -1 where a reshape has spread the channels over several axes.
  /// None where parts with grids of their own are joined.
  std::vector<double> scales;
  int32_t axis = 0;
  int32_t zeroPoint = 0;
  /// The model's own format of an output's real numbers, which are float32 ones here.
  program::FloatFormat format = program::FloatFormat::f32;
};

class Session : public std::enable_shared_from_this<Session> {
public:
  static Result<std::shared_ptr<const Session>> create(std::shared_ptr<const program::Model> model,
                                                       SessionOptions options = {});

  const program::Model &model() const { return *source; }
  const program::ProgramT &program() const { return source->program(); }
  size_t inputCount() const { return program().inputs.size(); }
  /// The program's outputs; in the form of the model the model's, of which one
  /// may be joined of several.
  size_t outputCount(Form form = Form::program) const;
  const BoundOp &layer(size_t index) const { return layers[index]; }
  /// How often a layer runs in a run of the program: once, or in a loop at each of its steps.
  int64_t runsOf(size_t layer) const { return program::runsOf(layer, loops); }
  /// How often an observer is shown it: the end of a loop behind all of its steps.
  int64_t shownRunsOf(size_t layer) const;
  PortDescription describeInput(size_t index, Form form) const;
  /// `index` counts the outputs of this form.
  PortDescription describeOutput(size_t index, Form form) const;

  /// Memory to run in; an error where the machine does not have it. The context
  /// keeps the session alive. Each layer that is large enough runs in up to
  /// `threads` threads (0: defaultThreads()), which the context keeps; in no
  /// more than there are cores. Which layers are, is measured here.
  Result<std::unique_ptr<Context>> makeContext(Form form = Form::program, size_t threads = 1) const;
  /// The same with a form for each input, and one for all outputs.
  Result<std::unique_ptr<Context>> makeContext(std::vector<Form> inputForms, Form outputForm, size_t threads = 1) const;

private:
  friend class Context;
  friend class Trace;
  Session(std::shared_ptr<const program::Model> model, std::vector<program::TensorUse> uses,
          std::vector<program::Loop> loops, SessionOptions options);
  void prepareLayers();
  PortDescription describeModelOutput(size_t index) const;

  std::shared_ptr<const program::Model> source;
  std::vector<program::TensorUse> uses;
  std::vector<program::Loop> loops;
  SessionOptions options;
  /// One per layer of the program.
  std::vector<BoundOp> layers;
};

} // namespace tare::runtime

#endif // TARE_RUNTIME_SESSION_H
