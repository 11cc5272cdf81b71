//===- ProgramResults.h - What a program computed, by value -----*- C++ -*-===//
#ifndef TARE_DRIVER_CHECK_PROGRAMRESULTS_H
#define TARE_DRIVER_CHECK_PROGRAMRESULTS_H

#include "Driver/Compare/Difference.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Runtime/Context.h"
#include "tare/Runtime/Session.h"

#include <map>
#include <optional>

namespace tare {

/// A tensor per sample.
using SampleTensors = std::vector<Tensor>;

/// A program's integers for a few samples: of every layer, found by the name of the model's value that it holds.
class ProgramResults {
public:
  /// Room for that many samples, none of which has run.
  ProgramResults(std::shared_ptr<const runtime::Session> session, size_t samples);
  /// Runs a sample in a context of the session, whose forms are the model's. What the sample was before is overwritten,
  /// in the same memory. Several threads may, with a context and a sample each.
  Status run(runtime::Context &context, size_t sample, const std::vector<Tensor> &inputs);

  /// What the model gives, a list of outputs per sample.
  const std::vector<std::vector<Tensor>> &outputs() const { return modelOutputs; }
  const runtime::Session &session() const { return *owner; }

  /// The last of the program's tensors that a layer makes of `value`, integers if any is; nothing where there is none.
  std::optional<uint32_t> tensorOf(llvm::StringRef value) const;
  /// The one that holds `value` on this grid of a whole tensor. Where a value is rounded to a grid, to a coarser one
  /// and back to the first, several do: it is the one that the first of `layers` has made that made any, or else the
  /// last.
  std::optional<uint32_t> tensorOf(llvm::StringRef value, const qnn::Grid &grid,
                                   llvm::ArrayRef<std::string> layers) const;
  /// What the program says of it.
  const program::TensorT &describe(uint32_t tensor) const { return *owner->program().tensors[tensor]; }
  /// Its elements for a sample, those of one of its runs: in a loop there is one at each step. Of what runs once, these
  /// whatever the run.
  Tensor of(uint32_t tensor, size_t sample, int64_t run = 0) const;
  /// Its real numbers.
  Tensor realOf(uint32_t tensor, size_t sample, int64_t run = 0) const;

private:
  std::shared_ptr<const runtime::Session> owner;
  /// By name, the tensors that layers make, in their order.
  std::multimap<std::string, uint32_t> tensors;
  /// By tensor, the layer that makes it.
  std::map<uint32_t, size_t> makers;
  /// By tensor: all runs, one after the other.
  std::vector<SampleTensors> results;
  std::vector<std::vector<Tensor>> modelOutputs;
};

/// What a thread runs samples in, one after the other, in the same memory; made when the first comes.
class SampleRunner {
public:
  /// The results of the sample, until the next one runs.
  Result<const ProgramResults *> run(const std::shared_ptr<const runtime::Session> &session,
                                     const std::vector<Tensor> &inputs);

private:
  std::unique_ptr<runtime::Context> context;
  std::unique_ptr<ProgramResults> results;
};

/// What the program gives for what the model takes, a list of outputs per sample.
Result<std::vector<std::vector<Tensor>>> runProgram(const runtime::Session &session,
                                                    const std::vector<std::vector<Tensor>> &inputs, size_t threads);

/// The order of a tensor's dimensions in which it agrees best with the reference; nothing where the shapes allow none.
std::optional<Alignment> alignmentOf(const Tensor &tensor, const Tensor &reference);
/// The tensor under the reference's shape and in the order of elements in which they agree; nothing where the shapes
/// allow none.
std::optional<Tensor> aligned(const Tensor &tensor, const Tensor &reference);

} // namespace tare

#endif // TARE_DRIVER_CHECK_PROGRAMRESULTS_H
