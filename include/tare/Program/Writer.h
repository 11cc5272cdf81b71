//===- Writer.h - Writes programs -------------------------------*- C++ -*-===//
#ifndef TARE_PROGRAM_WRITER_H
#define TARE_PROGRAM_WRITER_H

#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Result.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace tare::program {

/// The data of tensor i at index i; empty where the tensor is not a constant.
using ConstantData = std::vector<std::span<const std::byte>>;

/// The bytes of a .tare file. Sets the version, the constants' offsets and
/// constant_bytes, and verifies the result: what a reader would refuse is an
/// error here. The same program gives the same bytes.
Result<std::vector<std::byte>> serialize(ProgramT program, const ConstantData &constants);

/// serialize() into a file, which appears whole or not at all. The constants are written from where they are.
Status writeProgram(const std::string &path, ProgramT program, const ConstantData &constants);

} // namespace tare::program

#endif // TARE_PROGRAM_WRITER_H
