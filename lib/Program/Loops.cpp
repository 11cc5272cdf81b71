//===- Loops.cpp - The loops of a program ---------------------------------===//
#include "tare/Program/Loops.h"

#include "tare/Program/HostLayer.h"
#include "tare/Program/Model.h"

#include <fmt/format.h>

#include <algorithm>

namespace tare::program {
namespace {

const TensorType stepNumber{ElementType::i64, {1}};

Status checkSteps(int64_t steps) {
  if (steps < 1 || steps > mostSteps)
    return Error{fmt::format("there are {} steps, expected 1 to {}", steps, mostSteps)};
  return success();
}

Status checkReversed(const std::vector<bool> &reversed, size_t sequences) {
  if (!reversed.empty() && reversed.size() != sequences)
    return Error{fmt::format("{} sequences are said to be reversed or not, expected {}", reversed.size(), sequences)};
  return success();
}

class LoopFinder {
public:
  LoopFinder(const ProgramT &program, const std::vector<TensorUse> &uses) : program(program), uses(uses) {}

  Result<std::vector<Loop>> run() {
    for (size_t i = 0; i != program.layers.size(); ++i)
      if (Status done = visit(i); !done)
        return Error{fmt::format("layer {} ('{}'): {}", i, program.layers[i]->name, done.error().message)};
    if (!open.empty())
      return Error{
          fmt::format("layer {} ('{}') begins a loop that has no end", open.back(), program.layers[open.back()]->name)};
    return std::move(loops);
  }

private:
  Status visit(size_t index) {
    const LayerT &layer = *program.layers[index];
    if (layer.op.type == Op::LoopBegin)
      open.push_back(index);
    if (layer.op.type != Op::LoopEnd)
      return success();
    if (!layer.op.value || layer.operands.empty() || open.empty() ||
        program.layers[open.back()]->result != layer.operands.front())
      return Error{"ends no loop that is open: its first operand must be the first result of the last loop_begin"};
    const size_t begin = open.back();
    open.pop_back();
    loops.push_back({begin, index, layer.op.AsLoopEnd()->steps});
    if (Status done = checkEnds(*program.layers[begin], layer); !done)
      return done;
    if (Status done = checkRuns(loops.back()); !done)
      return done;
    return checkReaders(loops.back());
  }

  Status checkEnds(const LayerT &begin, const LayerT &end) const {
    const LoopBeginT *first = begin.op.AsLoopBegin();
    const LoopEndT &last = *end.op.AsLoopEnd();
    if (!first || first->steps != last.steps)
      return Error{"has another number of steps than the beginning of its loop"};
    const size_t states = begin.operands.size() - std::min<size_t>(first->sequences, begin.operands.size());
    if (last.carries != states)
      return Error{fmt::format("carries {} states, expected the {} of its loop", last.carries, states)};
    for (size_t i = 0; i != states && i + 1 < end.operands.size(); ++i) {
      TensorType carried = typeOf(*program.tensors[end.operands[1 + i]]);
      TensorType state = typeOf(*program.tensors[begin.operands[first->sequences + i]]);
      if (carried != state)
        return Error{fmt::format("carries {} into state {}, which is {}", toString(carried), i, toString(state))};
    }
    return success();
  }

  /// How often a loop's innermost steps run.
  Status checkRuns(const Loop &loop) {
    int64_t most = 1;
    for (size_t i = loops.size() - 1; i-- != 0 && loops[i].begin > loop.begin;)
      most = std::max(most, runs[i]);
    if (loop.steps < 1 || most > mostSteps / loop.steps)
      return Error{fmt::format("ends loops within each other that run more than {} times", mostSteps)};
    runs.push_back(most * loop.steps);
    return success();
  }

  Status checkReaders(const Loop &loop) const {
    for (size_t i = loop.begin; i != loop.end; ++i)
      for (uint32_t result : resultsOf(*program.layers[i]))
        if (!uses[result].readers.empty() && uses[result].lastUse() > int64_t(loop.end))
          return Error{fmt::format("ends a loop whose tensor '{}' is read behind it", program.tensors[result]->name)};
    return success();
  }

  const ProgramT &program;
  const std::vector<TensorUse> &uses;
  std::vector<size_t> open;
  std::vector<Loop> loops;
  /// By loop.
  std::vector<int64_t> runs;
};

/// Whether a result of a loop's end is a sequence, and no state.
bool isSequence(uint32_t tensor, const LayerT &end) {
  std::vector<uint32_t> results = resultsOf(end);
  return std::ranges::find(results, tensor) - results.begin() >= int64_t(end.op.AsLoopEnd()->carries);
}

} // namespace

Result<std::vector<Loop>> findLoops(const ProgramT &program, const std::vector<TensorUse> &uses) {
  return LoopFinder(program, uses).run();
}

Lifetime lifetimeOf(uint32_t tensor, const ProgramT &program, const std::vector<TensorUse> &uses,
                    std::span<const Loop> loops) {
  const TensorUse &use = uses[tensor];
  Lifetime life{use.writer, use.lastUse()};
  // Inner loops come first.
  for (const Loop &loop : loops) {
    if (use.writer == int64_t(loop.end) && isSequence(tensor, *program.layers[loop.end]))
      life.begin = loop.begin;
    // A state is written at the end of each step, too.
    if (use.writer == int64_t(loop.begin) || (life.begin < int64_t(loop.begin) && loop.holds(life.end)))
      life.end = std::max<int64_t>(life.end, loop.end);
  }
  return life;
}

int64_t runsOf(size_t layer, std::span<const Loop> loops) {
  int64_t runs = 1;
  for (const Loop &loop : loops)
    if (loop.holds(int64_t(layer)))
      runs *= loop.steps;
  return runs;
}

Result<std::vector<TensorType>> inferLoopBegin(const LoopBeginT &loop, std::span<const TensorType> operands) {
  if (Status done = checkSteps(loop.steps); !done)
    return done.error();
  if (loop.sequences > operands.size())
    return Error{fmt::format("there are {} sequences among {} operands", loop.sequences, operands.size())};
  if (Status done = checkReversed(loop.reversed, loop.sequences); !done)
    return done.error();
  std::vector<TensorType> results{stepNumber};
  for (size_t i = 0; i != operands.size(); ++i) {
    results.push_back(operands[i]);
    if (i >= loop.sequences)
      continue;
    Shape &shape = results.back().shape;
    if (shape.empty() || shape.front() != loop.steps)
      return Error{fmt::format("sequence {} is {}, expected {} elements along its first axis", i, toString(operands[i]),
                               loop.steps)};
    shape.erase(shape.begin());
  }
  return results;
}

Result<std::vector<TensorType>> inferLoopEnd(const LoopEndT &loop, std::span<const TensorType> operands) {
  if (Status done = checkSteps(loop.steps); !done)
    return done.error();
  if (operands.empty() || operands.front() != stepNumber || loop.carries > operands.size() - 1)
    return Error{fmt::format("there are {} operands, expected the step's number and {} states first", operands.size(),
                             loop.carries)};
  if (Status done = checkReversed(loop.reversed, operands.size() - 1 - loop.carries); !done)
    return done.error();
  std::vector<TensorType> results;
  for (size_t i = 1; i != operands.size(); ++i) {
    results.push_back(operands[i]);
    if (i > loop.carries)
      results.back().shape.insert(results.back().shape.begin(), loop.steps);
  }
  return results;
}

} // namespace tare::program
