//===- Lowering.h - From a program's operators to C kernels -----*- C++ -*-===//
//
// One function for each operator of a program: it chooses kernels (lib/CSource/Kernels), makes them for the layer's
// types and ranges, and writes the layer's constants and calls. An error is the reason why a layer has no C.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_CSOURCE_LOWERING_H
#define TARE_LIB_CSOURCE_LOWERING_H

#include "LayerWriter.h"
#include "tare/Schema/program_op.h"

namespace tare::csource {

/// Writes a layer, by its operator.
Status lower(LayerWriter &layer);

// One for each member of the schema's union, in the file of its family: lowerConv. The linker names the one that
// nobody defines.
#define TARE_LOWERING(Member, member) Status lower##Member(LayerWriter &layer);
TARE_OP_MEMBERS(TARE_LOWERING)
#undef TARE_LOWERING

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_LOWERING_H
