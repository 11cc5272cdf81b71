//===- ImageParts.h - The operators of Images.cpp's other files -*- C++ -*-===//
#ifndef TARE_LIB_HOST_IMAGEPARTS_H
#define TARE_LIB_HOST_IMAGEPARTS_H

#include "tare/Host/Operator.h"

namespace tare::host {

void addResize(Operators &all);
void addGridSample(Operators &all);
void addRegions(Operators &all);

} // namespace tare::host

#endif // TARE_LIB_HOST_IMAGEPARTS_H
