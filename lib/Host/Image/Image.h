//===- Image.h - The parts of that family -----------------------*- C++ -*-===//
#ifndef TARE_LIB_HOST_IMAGE_IMAGE_H
#define TARE_LIB_HOST_IMAGE_IMAGE_H

#include "tare/Host/Operator.h"

namespace tare::host {

void addGridSample(Operators &all);
void addRegions(Operators &all);

} // namespace tare::host

#endif // TARE_LIB_HOST_IMAGE_IMAGE_H
