//===- Lowering.cpp - From a program's operators to TFLite's --------------===//
#include "Lowering.h"

using namespace tare;
using namespace tare::tflite;

Status tflite::lower(LayerWriter &layer) {
#define TARE_LOWERING(Member, member) lower##Member,
  static constexpr Status (*lowerings[])(LayerWriter &) = {nullptr, TARE_OP_MEMBERS(TARE_LOWERING)};
#undef TARE_LOWERING
  return lowerings[size_t(layer.op().type)](layer);
}
