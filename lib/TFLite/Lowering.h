//===- Lowering.h - From a program's operators to TFLite's ------*- C++ -*-===//
//
// One function for each operator of a program, in the file of its family. An error is the reason why a layer has no
// TFLite form, and what to do.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_TFLITE_LOWERING_H
#define TARE_LIB_TFLITE_LOWERING_H

#include "LayerWriter.h"
#include "tare/Schema/program_op.h"

namespace tare::tflite {

/// Writes a layer, by its operator.
Status lower(LayerWriter &layer);

// One for each member of the schema's union: lowerConv. The linker names the one that nobody defines.
#define TARE_LOWERING(Member, member) Status lower##Member(LayerWriter &layer);
TARE_OP_MEMBERS(TARE_LOWERING)
#undef TARE_LOWERING

} // namespace tare::tflite

#endif // TARE_LIB_TFLITE_LOWERING_H
