//===- Families.h - The operators by family ---------------------*- C++ -*-===//
#ifndef TARE_LIB_HOST_FAMILIES_H
#define TARE_LIB_HOST_FAMILIES_H

#include "tare/Host/Operator.h"

namespace tare::host {

// One per family: <Family>/<Family>.cpp.
void addFunction(Operators &all);
void addBinary(Operators &all);
void addMatrix(Operators &all);
void addConvolution(Operators &all);
void addNormalization(Operators &all);
void addPooling(Operators &all);
void addReduction(Operators &all);
void addMovement(Operators &all);
void addRecurrent(Operators &all);
void addBorder(Operators &all);
// The dialects have no op of these.
void addSelection(Operators &all);
void addImage(Operators &all);
void addSignal(Operators &all);
void addAttention(Operators &all);

} // namespace tare::host

#endif // TARE_LIB_HOST_FAMILIES_H
