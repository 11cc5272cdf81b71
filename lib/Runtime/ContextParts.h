//===- ContextParts.h - What a context is made of ---------------*- C++ -*-===//
#ifndef TARE_LIB_RUNTIME_CONTEXTPARTS_H
#define TARE_LIB_RUNTIME_CONTEXTPARTS_H

#include "PortPath.h"
#include "Team.h"
#include "tare/Runtime/Context.h"

namespace tare::runtime {

/// A prepared operator with the memory that it works on.
struct Context::Node {
  /// nullptr where there is nothing to do: a reshape in place, or a layer that
  /// a raw input comes from behind.
  const BoundOp *op = nullptr;
  /// In how many threads it should run, and in how many it does.
  size_t sharesWanted = 1, shares = 1;
  /// Whether it wakes threads that sleep: where what they save until they may sleep again is worth it.
  bool wakes = false;
  std::vector<ConstTensorView> operands;
  TensorView result;
  /// All results, of which host layers and loops' ends may have several.
  std::vector<TensorView> results;
  /// The results as an observer sees them; no data where the layer does not run.
  std::vector<ConstTensorView> observed;
  /// The loop that the layer is an end of, or null.
  LoopRun *loop = nullptr;
};

/// A loop, and at which of its steps a run is.
struct Context::LoopRun {
  program::Loop loop;
  int64_t step = 0;

  bool isLast() const { return step + 1 == loop.steps; }
};

/// What leads from a caller's value into the arena, or out of it.
struct Context::PortBinding {
  PortPath path;
  std::vector<BoundOp> steps;
  std::vector<Node> nodes;
  /// Where the caller's value is copied to, or from.
  std::byte *memory = nullptr;
  size_t bytes = 0;
  ElementType element = ElementType::f32;
  /// The views that can lead to the caller's memory instead; and where they lead in this run.
  std::vector<ConstTensorView *> readers;
  TensorView *writer = nullptr;
  void *bound = nullptr;

  /// Copies the value between the caller's memory and the tensor's, whichever way.
  void copy(const void *from, void *to) const;
};

} // namespace tare::runtime

#endif // TARE_LIB_RUNTIME_CONTEXTPARTS_H
