//===- Signal.h - The parts of that family ----------------------*- C++ -*-===//
#ifndef TARE_LIB_HOST_SIGNAL_SIGNAL_H
#define TARE_LIB_HOST_SIGNAL_SIGNAL_H

#include "tare/Host/Operator.h"

namespace tare::host {

/// Windows and the weights of the mel scale.
void addSignalConstants(Operators &all);

} // namespace tare::host

#endif // TARE_LIB_HOST_SIGNAL_SIGNAL_H
