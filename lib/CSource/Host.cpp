//===- Host.cpp - Layers of the host in C ---------------------------------===//
#include "Lowering.h"

using namespace tare;
using namespace tare::csource;

Status csource::lowerHost(LayerWriter &layer) {
  return refusal("{} has no C; leave it out by --outputs", layer.op().AsHost()->kind);
}
