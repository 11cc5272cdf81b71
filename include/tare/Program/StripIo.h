//===- StripIo.h - Leaves layers at the border to the host ------*- C++ -*-===//
#ifndef TARE_PROGRAM_STRIPIO_H
#define TARE_PROGRAM_STRIPIO_H

#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Result.h"

namespace tare::program {

/// Which layers a program leaves to the host.
struct StrippedKinds {
  bool quantize = false, dequantize = false, transpose = false;
};

/// Takes layers of these kinds off the inputs and outputs of a verified program, records them there as host steps, and
/// places the tensors in the arena anew. A quantize behind movements comes to the border first; movements behind a
/// dequantize leave with it. What surrounds a host layer stays. An error that names each quantize or dequantize which
/// is next to no input or output. Constants stay where they are.
Status stripIo(ProgramT &program, StrippedKinds kinds);

} // namespace tare::program

#endif // TARE_PROGRAM_STRIPIO_H
