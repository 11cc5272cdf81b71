//===- Memory.h - The arena of a C source -----------------------*- C++ -*-===//
//
// The program's tensors, placed anew: a C source has scratch memory of its kernels in the same arena, and aligns blocks
// to what C needs alone. A tensor that is a movement's operand under another shape shares its block.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_CSOURCE_MEMORY_H
#define TARE_LIB_CSOURCE_MEMORY_H

#include "tare/Program/Loops.h"
#include "tare/Program/Model.h"
#include "tare/Tensor/ArenaPlan.h"

namespace tare::csource {

/// The largest alignment of an element.
inline constexpr int64_t arenaAlignment = 8;

class Memory {
public:
  /// `uses` and `loops` are those of the model's program.
  Memory(const program::Model &model, const std::vector<program::TensorUse> &uses,
         std::span<const program::Loop> loops);

  /// The result has the elements of the operand, neither of them a constant: from now on they are one block.
  void join(uint32_t operand, uint32_t result);
  bool areJoined(uint32_t a, uint32_t b) const { return leaderOf(a) == leaderOf(b); }
  /// Memory of so many bytes for the time in which a layer runs; the block's number.
  size_t addScratch(size_t layer, int64_t bytes);

  /// Places all blocks.
  void plan();
  int64_t arenaBytes() const;
  int64_t offsetOfTensor(uint32_t tensor) const;
  int64_t offsetOfScratch(size_t block) const;

private:
  uint32_t leaderOf(uint32_t tensor) const;

  std::vector<uint32_t> leaders;
  /// By tensor; scratch memory behind them. Of constants and of joined tensors but the first: no bytes.
  std::vector<MemoryBlock> blocks;
  size_t tensors;
  ArenaPlan placement;
};

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_MEMORY_H
