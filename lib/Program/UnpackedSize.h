//===- UnpackedSize.h - What a FlatBuffer grows to --------------*- C++ -*-===//
#ifndef TARE_LIB_PROGRAM_UNPACKEDSIZE_H
#define TARE_LIB_PROGRAM_UNPACKEDSIZE_H

#include "tare/Program/program_generated.h"

namespace tare::program {

/// A table that nobody shares takes at least its own vtable offset and
/// somebody's reference to it.
inline constexpr size_t minTableBytes = 8;

/// Whether the tables, strings and vectors under `root` would fit into `bytes`
/// if nothing were shared. The FlatBuffers verifier lets any number of
/// references lead to one table or vector, and unpacking copies it each time:
/// without this check a file of a few kilobytes could ask for terabytes. Safe
/// on what the verifier accepts.
bool unpacksWithin(const Program &root, size_t bytes);

} // namespace tare::program

#endif // TARE_LIB_PROGRAM_UNPACKEDSIZE_H
