//===- TensorPlaces.h - What is left of the tensors -------------*- C++ -*-===//
#ifndef TARE_LIB_PROGRAM_TENSORPLACES_H
#define TARE_LIB_PROGRAM_TENSORPLACES_H

#include "tare/Program/Model.h"

namespace tare::program {

/// Drops tensors that nobody has any more; the others keep their order.
void dropTensors(ProgramT &program);

/// Places all tensors anew, as tare-plan-memory does: a reshape's result lies where its operand does.
void placeTensors(ProgramT &program);

} // namespace tare::program

#endif // TARE_LIB_PROGRAM_TENSORPLACES_H
