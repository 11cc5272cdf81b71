//===- PortPath.h - From a caller's value to a tensor -----------*- C++ -*-===//
#ifndef TARE_LIB_RUNTIME_PORTPATH_H
#define TARE_LIB_RUNTIME_PORTPATH_H

#include "tare/Program/Dataflow.h"
#include "tare/Program/Model.h"
#include "tare/Runtime/Session.h"

namespace tare::runtime {

/// The operators between a port's value in one form and a tensor of the
/// program.
struct PortPath {
  /// The tensor that the value becomes, or comes from.
  uint32_t tensor = 0;
  /// In the order in which they run: towards the tensor of an input, away from
  /// that of an output.
  std::vector<const program::OpUnion *> steps;
  /// The types between them, one more than there are steps: types[i] is the
  /// operand of steps[i].
  std::vector<TensorType> types;
  /// Inputs: the layers that need not run, because the value comes from behind
  /// them.
  std::vector<size_t> stoodFor;
  /// The value enters or leaves the arena just before this layer runs. A raw
  /// input cannot come earlier: another tensor may still use the memory.
  size_t layer = 0;
};

using Uses = std::vector<program::TensorUse>;

PortPath inputPath(const program::Model &model, const Uses &uses, size_t index, Form form);
PortPath outputPath(const program::Model &model, const Uses &uses, size_t index, Form form);

} // namespace tare::runtime

#endif // TARE_LIB_RUNTIME_PORTPATH_H
