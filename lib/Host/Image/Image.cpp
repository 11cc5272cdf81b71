//===- Image.cpp - Images seen otherwise ----------------------------------===//
#include "Image.h"
#include "Families.h"

using namespace tare;

void host::addImage(Operators &all) {
  addGridSample(all);
  addRegions(all);
}
