//===- Places.cpp - Where the values of a graph lie -----------------------===//
#include "Graph.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Tensor/ArenaPlan.h"

using namespace tare;
using namespace mlir;

/// Outputs outlive the run, so that they have memory of their own, and so has what quantized() allocates.
void Evaluator::Graph::choosePlaces() {
  llvm::DenseSet<size_t> isOutput(outputSlots.begin(), outputSlots.end());
  for (Step &step : steps) {
    if (step.onReals || step.loop.value || isOutput.contains(step.result))
      step.place = Step::Place::own;
    else
      step.place = isa_and_nonnull<qnn::ReshapeOp>(step.op) ? Step::Place::operand : Step::Place::arena;
  }
}

/// A place in the arena for each value from its step to the last one that reads it, under whatever name.
void Evaluator::Graph::planMemory() {
  std::vector<MemoryBlock> blocks;
  DenseMap<size_t, size_t> blockOf;
  for (auto [time, step] : llvm::enumerate(steps)) {
    for (size_t slot : step.operands)
      if (auto block = blockOf.find(slot); block != blockOf.end())
        blocks[block->second].end = time;
    if (step.place == Step::Place::operand) {
      // Inputs are not in the arena.
      if (auto source = blockOf.find(step.operands[0]); source != blockOf.end())
        blockOf.try_emplace(step.result, size_t(source->second));
    } else if (step.place == Step::Place::arena) {
      blockOf[step.result] = blocks.size();
      blocks.push_back({int64_t(step.resultType.bytes()), int64_t(time), int64_t(time)});
    }
  }
  // What a loop reads must be there at its last step, too.
  for (const Loop &loop : loops)
    for (MemoryBlock &block : blocks)
      if (block.begin < int64_t(loop.begin) && block.end >= int64_t(loop.begin))
        block.end = std::max<int64_t>(block.end, loop.end);
  ArenaPlan plan = planArena(blocks, WorkspaceLayout::alignment);
  layout.arenaBytes = plan.arenaBytes;
  for (const Step &step : steps)
    if (step.place == Step::Place::arena)
      layout.placed.push_back({step.result, step.resultType, plan.offsets[blockOf.lookup(step.result)]});
}

void Evaluator::Graph::findLastUses() {
  std::vector<bool> known(constants.size(), true);
  for (size_t slot = 0; slot < inputs.size(); ++slot)
    fleeting.push_back(slot);
  for (const Step &step : steps)
    if (step.place != Step::Place::arena) {
      fleeting.push_back(step.result);
      known[step.result] = step.place != Step::Place::own;
    }
  for (const Step &step : steps)
    for (const Step::FurtherResult &further : step.further) {
      fleeting.push_back(further.slot);
      known[further.slot] = false;
    }
  for (size_t slot : outputSlots)
    known[slot] = true;
  DenseMap<size_t, size_t> makers;
  for (auto [index, step] : llvm::enumerate(steps)) {
    makers.try_emplace(step.result, index);
    for (const Step::FurtherResult &further : step.further)
      makers.try_emplace(further.slot, index);
  }
  for (size_t index = steps.size(); index-- != 0;)
    for (size_t slot : steps[index].operands)
      if (!known[slot]) {
        known[slot] = true;
        steps[lastRead(index, makers.lookup(slot))].lastUses.push_back(slot);
      }
}

/// The step behind which nobody reads any more what step `maker` makes and step `reader` reads last: the end of the
/// loops that hold the reader alone.
size_t Evaluator::Graph::lastRead(size_t reader, size_t maker) const {
  for (const Loop &loop : loops)
    if (maker < loop.begin && loop.begin <= reader && reader <= loop.end)
      reader = loop.end;
  return reader;
}
