//===- Images.cpp - Images seen otherwise ---------------------------------===//
#include "Families.h"
#include "ImageParts.h"

using namespace tare;

void host::addImages(Operators &all) {
  addResize(all);
  addGridSample(all);
  addRegions(all);
}
