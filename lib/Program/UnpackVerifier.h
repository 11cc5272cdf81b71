//===- UnpackVerifier.h - What may be unpacked ------------------*- C++ -*-===//
#ifndef TARE_LIB_PROGRAM_UNPACKVERIFIER_H
#define TARE_LIB_PROGRAM_UNPACKVERIFIER_H

#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Result.h"

namespace tare::program {

/// A table that nobody shares takes at least its own vtable offset and
/// somebody's reference to it.
inline constexpr size_t minTableBytes = 8;

/// Checks what the FlatBuffers verifier leaves open and unpacking relies on:
/// - every layer and host step has an operator;
/// - vectors of 8-byte numbers are aligned;
/// - the tables, strings and vectors under `root` would fit into `bytes` if none
///   were shared. Any number of references may lead to one table or vector, and
///   unpacking copies it each time: a file of kilobytes could ask for gigabytes.
/// Safe on what the FlatBuffers verifier accepts.
Status verifyUnpacking(const Program &root, size_t bytes);

} // namespace tare::program

#endif // TARE_LIB_PROGRAM_UNPACKVERIFIER_H
