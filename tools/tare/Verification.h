//===- Verification.h - What `tare verify` does -----------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_VERIFICATION_H
#define TARE_TOOLS_TARE_VERIFICATION_H

#include "Console.h"
#include "tare/Driver/Verify.h"
#include "tare/Program/Model.h"
#include "tare/Tensor/Dataset.h"

#include <memory>
#include <optional>
#include <string>

namespace tare {

/// The program to verify, and how to tell.
struct Verification {
  std::string path;
  std::shared_ptr<const program::Model> model;
  size_t threads = 0;
  bool json = false;
  Console console;
};

/// Prints the worst error of each layer; above `maxError` (LSB) is an error.
Status verifyProof(const Verification &task, std::optional<double> maxError);

/// Prints how many of all accumulators would give another output on a board that rounds so.
Status verifyRounding(const Verification &task, program::Rounding rounding);

/// Prints how many elements of each layer's result would differ on a board that rounds so, given the program's own
/// operands on this data; and how many of the outputs where every layer rounds so. `preprocess`: a file, or empty.
Status verifyRoundingOnData(const Verification &task, program::Rounding rounding, const std::string &inputs,
                            const std::string &preprocess, int64_t samples);

/// Writes a folder of golden vectors: docs/golden.md.
Status writeGolden(const Verification &task, driver::GoldenOptions request);

} // namespace tare

#endif // TARE_TOOLS_TARE_VERIFICATION_H
