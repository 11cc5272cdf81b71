//===- PortPath.h - From a caller's value to a tensor -----------*- C++ -*-===//
#ifndef TARE_LIB_RUNTIME_PORTPATH_H
#define TARE_LIB_RUNTIME_PORTPATH_H

#include "tare/Program/Dataflow.h"
#include "tare/Program/HostSteps.h"
#include "tare/Program/Model.h"
#include "tare/Runtime/Session.h"

#include <optional>

namespace tare::runtime {

/// A value between a caller and the program.
struct PathValue {
  TensorType type;
  /// Where it lies in the program; nothing for the caller's value and for what
  /// lies between.
  std::optional<uint32_t> tensor = std::nullopt;
  /// What makes it; nullptr where the path begins.
  const program::OpUnion *op = nullptr;
  /// What that takes: indices of values before. Each value is taken once.
  std::vector<size_t> operands = {};
};

/// The operators between a caller's value in one form and the tensors of the
/// program that it becomes, or comes from.
struct PortPath {
  /// In the order in which they are made. Of an input, the caller's value is
  /// the first and the tensor the last, and each is made of the one before. Of
  /// an output, the caller's value is the last, and the beginnings are tensors.
  std::vector<PathValue> values;
  /// Inputs: the layers that need not run, because the value comes from behind
  /// them.
  std::vector<size_t> stoodFor;
  /// The value enters or leaves the arena just before this layer runs. A raw
  /// input cannot come earlier: another tensor may still use the memory.
  size_t layer = 0;
  /// Whether the caller's integers are unsigned where the tensor's are signed.
  bool isUnsigned = false;
};

/// What the host does with a verified program's outputs.
program::HostOutputs hostOutputsOf(const program::Model &model);

using Uses = std::vector<program::TensorUse>;

PortPath inputPath(const program::Model &model, const Uses &uses, size_t index, Form form);
/// In the form of the model `index` counts the model's outputs.
PortPath outputPath(const program::Model &model, const Uses &uses, size_t index, Form form);

} // namespace tare::runtime

#endif // TARE_LIB_RUNTIME_PORTPATH_H
