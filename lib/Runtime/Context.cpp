//===- Context.cpp - Runs programs ----------------------------------------===//
#include "ContextParts.h"

#include "tare/Kernels/LoopEnds.h"
#include "tare/Program/HostLayer.h"
#include "tare/Program/Model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <set>

namespace tare::runtime {
namespace {

using Clock = std::chrono::steady_clock;

/// Adds the time of its life to a layer's total, where the caller wants times.
class LayerClock {
public:
  LayerClock(const RunOptions &options, size_t layer) {
    if (options.nanoseconds.empty())
      return;
    total = &options.nanoseconds[layer];
    begin = Clock::now();
  }
  ~LayerClock() {
    if (total)
      *total += std::chrono::nanoseconds(Clock::now() - begin).count();
  }
  LayerClock(const LayerClock &) = delete;
  LayerClock &operator=(const LayerClock &) = delete;

private:
  uint64_t *total = nullptr;
  Clock::time_point begin;
};

uint64_t nanosecondsNow() {
  return uint64_t(std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count());
}

} // namespace

size_t Context::outputCount() const { return outputs.size(); }

Status Context::run(std::span<const void *const> inputValues, std::span<void *const> outputValues,
                    const RunOptions &options) {
  assert(inputValues.size() == inputs.size() && "one pointer per input");
  assert(outputValues.size() == outputs.size() && "one pointer per output");
  bindValues(inputValues, outputValues);
  for (LoopRun &loop : loops)
    loop.step = 0;
  for (size_t layer = 0;; layer = layerBehind(layer)) {
    if (!isRepeating()) {
      admit(layer, inputValues);
      deliver(layer, outputValues);
    }
    if (layer == layers.size())
      return success();
    if (Status done = runLayer(layer, options); !done)
      return done;
  }
}

/// The loop that the layer is an end of, or null.
Context::LoopRun *Context::loopAt(size_t layer) { return layers[layer].loop; }

/// Whether what runs has run before in this run of the program.
bool Context::isRepeating() const {
  return std::ranges::any_of(loops, [](const LoopRun &each) { return each.step != 0; });
}

/// The layer that runs next: from a loop's end it goes back to its beginning until the last step.
size_t Context::layerBehind(size_t index) {
  LoopRun *at = loopAt(index);
  if (!at || at->loop.end != index)
    return index + 1;
  if (!at->isLast())
    return ++at->step, at->loop.begin;
  at->step = 0;
  return index + 1;
}

/// A loop's results are whole behind its last step.
bool Context::mayBeObserved(size_t layer) {
  const LoopRun *at = loopAt(layer);
  return !at || at->loop.end != layer || at->isLast();
}

/// Either end.
void Context::runLoopEnd(size_t index, LoopRun &at) {
  const Node &node = layers[index];
  const program::OpUnion &op = owner->program().layers[index]->op;
  if (index == at.loop.begin)
    return kernels::beginStep(*op.AsLoopBegin(), at.step, node.operands, node.results);
  kernels::endStep(*op.AsLoopEnd(), at.step, node.operands, node.results);
  if (!at.isLast())
    kernels::carryStates(*op.AsLoopEnd(), node.operands, layers[at.loop.begin].results, scratch.get());
}

void Context::execute(const Node &node, std::span<Interval> intervals) {
  if (!node.op)
    return;
  auto runShare = [&](kernels::Share share, size_t thread) {
    if (!intervals.empty() && intervals[thread].begin == 0)
      intervals[thread].begin = nanosecondsNow();
    node.op->run(node.operands, node.result, scratch.get() + thread * scratchBytes, share);
    if (!intervals.empty())
      intervals[thread].end = nanosecondsNow();
  };
  if (node.shares == 1)
    runShare({}, 0);
  else
    team->run(node.shares, node.wakes, runShare);
}

Status Context::runLayer(size_t index, const RunOptions &options) {
  const Node &node = layers[index];
  std::span<Interval> intervals;
  if (!options.intervals.empty())
    intervals = options.intervals.subspan(index * threadCount, threadCount);
  if (!isRepeating())
    std::fill(intervals.begin(), intervals.end(), Interval());
  {
    LayerClock clock(options, index);
    if (Status done = executeLayer(index, intervals); !done)
      return done;
  }
  if (!mayBeObserved(index))
    return success();
  if (options.observe && node.observed.front().data)
    options.observe(index, node.observed.front());
  if (options.observeFurther)
    for (size_t i = 1; i < node.observed.size(); ++i)
      options.observeFurther(index, i - 1, node.observed[i]);
  return success();
}

/// "; it follows from the input 'ids'": what the integers of a layer that are on no grid are computed from.
static std::string originText(const program::ProgramT &program, size_t layer) {
  auto makerOf = [&](uint32_t tensor) {
    return std::ranges::find_if(
        program.layers, [&](const auto &each) { return std::ranges::count(program::resultsOf(*each), tensor) > 0; });
  };
  std::vector<uint32_t> open;
  for (uint32_t operand : program.layers[layer]->operands)
    if (const program::TensorT &tensor = *program.tensors[operand];
        tensor.scales.empty() && program::typeOf(tensor).element != ElementType::f32)
      open.push_back(operand);
  std::set<uint32_t> seen;
  while (!open.empty()) {
    const uint32_t tensor = open.back();
    open.pop_back();
    if (!seen.insert(tensor).second)
      continue;
    if (auto maker = makerOf(tensor); maker != program.layers.end())
      open.insert(open.end(), (*maker)->operands.begin(), (*maker)->operands.end());
  }
  std::string inputs;
  for (const auto &input : program.inputs)
    if (seen.contains(input->tensor))
      inputs += (inputs.empty() ? "; it follows from the input '" : "', '") + input->name;
  return inputs.empty() ? "" : inputs + "'";
}

/// A host layer, and the ends of a loop, run in the calling thread; so does the check of a layer's operands.
Status Context::executeLayer(size_t index, std::span<Interval> intervals) {
  const Node &node = layers[index];
  LoopRun *at = loopAt(index);
  const bool isHost = !at && node.op && node.op->isHost();
  Status done = !at && node.op && !isHost ? node.op->check(node.operands) : success();
  if (done && !at && !isHost)
    return execute(node, intervals), success();
  uint64_t begin = intervals.empty() ? 0 : nanosecondsNow();
  if (at)
    runLoopEnd(index, *at);
  else if (isHost)
    done = node.op->runHost(node.operands, node.results);
  if (!intervals.empty())
    intervals[0] = {begin, nanosecondsNow()};
  if (done)
    return done;
  return Error{fmt::format("layer '{}': {}{}", owner->program().layers[index]->name, done.error().message,
                           originText(owner->program(), index))};
}

} // namespace tare::runtime
