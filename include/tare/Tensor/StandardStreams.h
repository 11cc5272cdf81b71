//===- StandardStreams.h - Standard input and output as files ---*- C++ -*-===//
//
// A file may be standard input, or standard output, wherever one is read or
// written: its path is one of the names below then, which messages show.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_TENSOR_STANDARDSTREAMS_H
#define TARE_TENSOR_STANDARDSTREAMS_H

#include "tare/Tensor/Result.h"

#include <string>

namespace tare {

inline constexpr char standardInput[] = "<stdin>", standardOutput[] = "<stdout>";

/// The path that a file is opened by: `path` itself, but for standardInput. That
/// one's bytes are put down in a nameless file by the first call, whole, as
/// files are opened more than once and read out of order. An error where they
/// cannot be read, and of another pipe or a device, which would be read in vain
/// the second time, or waited for. For several threads at once.
Result<std::string> pathToOpen(const std::string &path);

} // namespace tare

#endif // TARE_TENSOR_STANDARDSTREAMS_H
