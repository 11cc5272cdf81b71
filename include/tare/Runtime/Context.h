//===- Context.h - Memory in which a session runs ---------------*- C++ -*-===//
#ifndef TARE_RUNTIME_CONTEXT_H
#define TARE_RUNTIME_CONTEXT_H

#include "tare/Runtime/Session.h"

#include <cstdint>
#include <functional>
#include <span>

namespace tare::runtime {

/// When a thread worked on a layer, in nanoseconds of std::chrono::steady_clock; from its first share to its last.
struct Interval {
  uint64_t begin = 0, end = 0; // both 0 where it did nothing
};

struct RunOptions {
  /// Called after each layer, in order, while its result is still there. Layers
  /// that a raw input stands for do not run and are not observed; those of a loop
  /// are at each step, its end at the last one.
  std::function<void(size_t layer, const ConstTensorView &result)> observe;
  /// The same of the results behind the first, which host layers and loops' ends may have: `further` counts them
  /// from 0.
  std::function<void(size_t layer, size_t further, const ConstTensorView &result)> observeFurther;
  /// Where not empty, one element per layer, to which the layer's time is
  /// added.
  std::span<uint64_t> nanoseconds;
  /// Where not empty, threads() elements per layer, in which a thread that works on the layer notes when.
  std::span<Interval> intervals;
};

class Team;

/// An arena, scratch memory, threads and every view that the kernels take, made
/// beforehand: running only computes. A context is run from one thread at a
/// time; several contexts of one session may run at once.
class Context {
public:
  ~Context();

  Form inputForm(size_t input) const { return inputForms[input]; }
  Form outputForm() const { return formOfOutputs; }
  /// Of this form.
  size_t outputCount() const;
  /// In how many threads a layer runs at most, the caller's among them.
  size_t threads() const { return threadCount; }
  const Session &session() const { return *owner; }

  /// Runs the program once. `inputs` and `outputs` have one pointer per input
  /// and output (of the form that they have here), to as many bytes as its
  /// description in this form says. They need no alignment, but what is aligned
  /// to its elements is not copied. An error where an operand of a host layer
  /// has elements that its operator does not take (an index out of range): then
  /// the outputs hold nothing of use.
  Status run(std::span<const void *const> inputs, std::span<void *const> outputs, const RunOptions &options = {});

private:
  friend class Session;
  struct Node;
  struct PortBinding;
  struct LoopRun;
  struct Release {
    void operator()(std::byte *memory) const;
  };
  using Memory = std::unique_ptr<std::byte, Release>;

  Context(std::shared_ptr<const Session> session, std::vector<Form> inputForms, Form outputForm, size_t threads);
  Status prepare();
  void preparePorts();
  void prepareSteps(PortBinding &port);
  Status allocate();
  void makeTeam();
  std::vector<Node *> nodesInOrder();
  double timeAlone(const Node &node);
  void bindLayers();
  void bindSteps(PortBinding &port, size_t valueAt);
  std::byte *memoryOf(uint32_t tensor) const;
  uint64_t carriedBytes(const program::Loop &loop) const;

  void execute(const Node &node, std::span<Interval> intervals = {});
  Status executeLayer(size_t index, std::span<Interval> intervals);
  Status runLayer(size_t index, const RunOptions &options);
  LoopRun *loopAt(size_t layer);
  bool isRepeating() const;
  bool mayBeObserved(size_t layer);
  void runLoopEnd(size_t index, LoopRun &loop);
  size_t layerBehind(size_t index);
  std::vector<uint32_t> memoryOwners() const;
  bool isInPlace(const program::LayerT &layer) const;
  void bindViews();
  void addViews(PortBinding &port, const std::vector<uint32_t> &owners);
  void bindValues(std::span<const void *const> inputValues, std::span<void *const> outputValues);
  void bindValue(PortBinding &port, void *value, bool separate);
  void admit(size_t layer, std::span<const void *const> values);
  void deliver(size_t layer, std::span<void *const> values);

  std::shared_ptr<const Session> owner;
  std::vector<Form> inputForms;
  Form formOfOutputs;
  size_t threadCount;
  Memory arena;
  Memory scratch; // one after the other, one per thread
  size_t scratchBytes = 0;
  Memory stages[2]; // hold the values between a port's steps, in turn
  Memory kept;      // and those that a later step takes
  std::vector<Node> layers;
  std::vector<LoopRun> loops;
  std::vector<PortBinding> inputs;
  std::vector<PortBinding> outputs;
  std::unique_ptr<Team> team; // where a layer is worth more than one thread
};

} // namespace tare::runtime

#endif // TARE_RUNTIME_CONTEXT_H
