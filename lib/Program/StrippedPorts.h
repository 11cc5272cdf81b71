//===- StrippedPorts.h - Border layers as host steps ------------*- C++ -*-===//
#ifndef TARE_LIB_PROGRAM_STRIPPEDPORTS_H
#define TARE_LIB_PROGRAM_STRIPPEDPORTS_H

#include "RemainingLayers.h"
#include "tare/Program/StripIo.h"

namespace tare::program {

/// Takes layers off behind an input, whose first reader is one that the host can run instead.
class InputStripper {
public:
  InputStripper(ProgramT &program, StrippedKinds kinds, RemainingLayers &layers)
      : program(program), kinds(kinds), layers(layers) {}

  /// One layer; false where there is none.
  bool strip(PortT &port);

private:
  bool take(PortT &port, size_t layer);
  /// Movements in front of the quantize that an input leads to move integers afterwards; false where it leads to none.
  bool bringQuantizeFirst(PortT &port);
  uint32_t addTensor(const TensorT &shaped, const TensorT &integers);

  ProgramT &program;
  StrippedKinds kinds;
  RemainingLayers &layers;
};

/// Takes layers off in front of an output that alone has their result.
class OutputStripper {
public:
  OutputStripper(ProgramT &program, StrippedKinds kinds, RemainingLayers &layers)
      : program(program), kinds(kinds), layers(layers) {}

  /// One layer; false where there is none.
  bool strip(PortT &port);

private:
  /// Nobody but one output has it.
  bool mayLeave(uint32_t tensor) const;
  /// Through movements that nobody else reads, as they are taken off together.
  bool comesFromDequantize(uint32_t tensor) const;
  bool takeBack(PortT &port, size_t layer);

  ProgramT &program;
  StrippedKinds kinds;
  RemainingLayers &layers;
};

} // namespace tare::program

#endif // TARE_LIB_PROGRAM_STRIPPEDPORTS_H
