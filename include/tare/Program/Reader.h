//===- Reader.h - Loads programs --------------------------------*- C++ -*-===//
//
// Whatever the bytes are, reading gives a verified Model or one error that
// begins with the file's name.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PROGRAM_READER_H
#define TARE_PROGRAM_READER_H

#include "tare/Program/Model.h"
#include "tare/Tensor/Result.h"

#include <memory>
#include <span>
#include <string>

namespace tare::program {

/// Maps a .tare file and verifies all of it; constants are used in place.
Result<std::shared_ptr<const Model>> readFile(const std::string &path);

/// The same for a file's bytes in memory, which `owner` keeps alive and nobody
/// changes. `name` stands in messages. Bytes that are not aligned to
/// dataAlignment are copied.
Result<std::shared_ptr<const Model>> readMemory(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                                                std::string name);

} // namespace tare::program

#endif // TARE_PROGRAM_READER_H
