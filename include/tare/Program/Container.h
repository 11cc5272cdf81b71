//===- Container.h - The layout of a .tare file -----------------*- C++ -*-===//
//
// A file is one FlatBuffer (lib/Schema/program.fbs), the constants and a
// footer. With f the size of the FlatBuffer, c = f rounded up to 64, k the size
// of the constants (a multiple of 64):
//
//   offset      bytes   what
//   0           f       the FlatBuffer; its bytes 4 to 7 are the identifier
//   "TARE" f           c - f   zeros c           k       the constants, each
//   64-byte aligned, zeros between them c + k       8       f c + k + 8   8 c
//   c + k + 16  8       XXH3-64 of everything before
//
// Every number is little endian. docs/program-format.md says the same for
// users.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PROGRAM_CONTAINER_H
#define TARE_PROGRAM_CONTAINER_H

#include "tare/Tensor/Result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace tare::program {

/// The newest version of the schema and of the container that this build knows: it reads all versions from 1 on. A
/// program is written in the oldest version that has its operators, so that older builds read what they can run.
inline constexpr uint32_t formatVersion = 2;
/// Alignment of the constants in the file, and of every tensor in the arena.
inline constexpr uint64_t dataAlignment = 64;
inline constexpr size_t footerBytes = 24;

constexpr uint64_t alignUp(uint64_t size) { return (size + dataAlignment - 1) / dataAlignment * dataAlignment; }

/// The two parts of a file.
struct Container {
  std::span<const std::byte> flatBuffer;
  std::span<const std::byte> constants;
};

/// Finds the parts of a file and compares its checksum; what the parts hold is
/// not looked at.
Result<Container> openContainer(std::span<const std::byte> file);

/// Takes the bytes of a file, one piece after the other.
using ByteSink = std::function<Status(std::span<const std::byte>)>;

/// Gives the bytes of a file to `sink`: the FlatBuffer, the constants, each filled up with zeros to a multiple of
/// dataAlignment, and the footer. Copies nothing; stops at the sink's first error, which it returns.
Status writeContainer(std::span<const std::byte> flatBuffer, std::span<const std::span<const std::byte>> constants,
                      const ByteSink &sink);

/// The bytes of a file in memory. The size of `constants` is a multiple of dataAlignment.
std::vector<std::byte> makeContainer(const Container &parts);

} // namespace tare::program

#endif // TARE_PROGRAM_CONTAINER_H
