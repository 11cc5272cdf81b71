//===- Trace.h - Layer by layer, with what each layer read ------*- C++ -*-===//
#ifndef TARE_RUNTIME_TRACE_H
#define TARE_RUNTIME_TRACE_H

#include "tare/Runtime/Session.h"

#include <functional>
#include <span>

namespace tare::runtime {

/// Runs a program with each tensor in memory of its own: where a Context writes over what is no longer needed, a trace
/// still has a layer's operands when its result is there. Safe to share among threads.
class Trace {
public:
  /// A layer that has run, in order.
  struct Step {
    size_t layer;
    std::span<const ConstTensorView> operands;
    ConstTensorView result;
    /// The results behind the first, which host layers and loops' ends may have.
    std::span<const ConstTensorView> further = {};
    /// Which of the layer's runs it is: a loop's layers run at each step. The end of a loop is shown at its last step,
    /// when its results are whole.
    int64_t run = 0;
  };
  using Visitor = std::function<void(const Step &step)>;

  /// An error where the machine does not have the memory.
  static Result<Trace> create(std::shared_ptr<const Session> session);

  const Session &session() const { return *owner; }

  /// What the model takes (Form::model), as the program's own input tensors (Form::program).
  std::vector<Tensor> enter(const std::vector<Tensor> &values) const;
  /// Runs the program on its own input tensors; its own output tensors (Form::program). An error as in Context::run().
  Result<std::vector<Tensor>> run(const std::vector<Tensor> &inputs, const Visitor &visit = {}) const;
  /// All results of one layer, no loop's end, on operands of its types; an error where a host layer does not take their
  /// elements.
  Result<std::vector<Tensor>> runLayer(size_t layer, std::span<const ConstTensorView> operands) const;

private:
  class Run;
  explicit Trace(std::shared_ptr<const Session> session) : owner(std::move(session)) {}

  std::shared_ptr<const Session> owner;
};

} // namespace tare::runtime

#endif // TARE_RUNTIME_TRACE_H
