//===- RemainingLayers.h - Layers that are not taken off --------*- C++ -*-===//
#ifndef TARE_LIB_PROGRAM_REMAININGLAYERS_H
#define TARE_LIB_PROGRAM_REMAININGLAYERS_H

#include "tare/Program/Model.h"
#include "tare/Program/Movements.h"

#include <optional>
#include <vector>

namespace tare::program {

/// The layers of a program but those that are taken off, which are marked, and erased at the end.
class RemainingLayers {
public:
  explicit RemainingLayers(ProgramT &program) : program(program), taken(program.layers.size()) {}

  bool isOutput(uint32_t tensor) const;
  /// The layers that read a tensor; a layer that reads it twice is there twice.
  std::vector<size_t> readersOf(uint32_t tensor) const;
  /// The layer that alone reads a tensor, which does not leave.
  std::optional<size_t> onlyReader(uint32_t tensor) const;
  std::optional<size_t> writerOf(uint32_t tensor) const;
  /// From the tensor back through what moves elements.
  Passage passageBack(uint32_t tensor) const;

  bool isTaken(size_t layer) const { return taken[layer]; }
  void take(size_t layer) { taken[layer] = true; }
  /// Moves layer `last` in front of layer `first`.
  void moveForward(size_t last, size_t first);
  void eraseTaken();

private:
  ProgramT &program;
  std::vector<bool> taken;
};

} // namespace tare::program

#endif // TARE_LIB_PROGRAM_REMAININGLAYERS_H
