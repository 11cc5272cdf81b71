//===- PortVerifier.h - Inputs and outputs describe themselves --*- C++ -*-===//
#ifndef TARE_LIB_PROGRAM_PORTVERIFIER_H
#define TARE_LIB_PROGRAM_PORTVERIFIER_H

#include "tare/Program/Dataflow.h"

namespace tare::program {

/// Checks names, grids and host steps of all ports. Tensors and layers are
/// verified.
Status verifyPorts(const ProgramT &program, const std::vector<TensorUse> &uses);

} // namespace tare::program

#endif // TARE_LIB_PROGRAM_PORTVERIFIER_H
