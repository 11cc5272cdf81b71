//===- SelfCheck.h - A conversion checks itself -----------------*- C++ -*-===//
//
// A few samples of the calibration run through the program. Its outputs are held against float, its layers against the
// QDQ form, which is made again from the model, with the ranges that are known. What has collapsed is looked into.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_CHECK_SELFCHECK_H
#define TARE_DRIVER_CHECK_SELFCHECK_H

#include "Driver/Check/LossSearch.h"
#include "Driver/Check/OutputCheck.h"
#include "Driver/Check/ProgramCheck.h"
#include "Driver/Check/WeightLoss.h"
#include "Driver/Compile/Compilation.h"
#include "tare/Diagnostics/Warning.h"
#include "llvm/Support/JSON.h"

#include <span>

namespace tare {

/// An output, and what became of it.
struct CheckedOutput {
  OutputQuality quality;
  /// Of its first collapse.
  std::optional<LossOrigin> origin;
  /// The option that mends it, as trying has shown; or that none does, and what the cause is.
  std::string remedy;
  /// Where it has not collapsed, but rounded weights leave little of it.
  std::optional<WeightLoss> weights;
};

struct SelfCheck {
  int64_t samples = 0;
  /// Why nothing was checked: there is no room for a sample. Empty where it was.
  std::string unchecked;
  /// Different samples give the same outputs, all of them, in float.
  bool isUnmoved = false;
  std::vector<CheckedOutput> outputs;
  ProgramCheck program;
};

/// Checks the program of a compilation that has kept samples. `request` is the compilation's, `told` the warnings that
/// it has made, and `file` the program as it would be written, which messages call `name`.
Result<SelfCheck> checkConversion(const CompilationRequest &request, const Compilation &compiled,
                                  std::span<const Warning> told, std::shared_ptr<const std::vector<std::byte>> file,
                                  const std::string &name);

/// One line per output: SQNR, cosine, the share of its range that is used. At most `most` lines.
std::vector<std::string> linesOf(const SelfCheck &check, size_t most);
/// A warning for each output that has collapsed, or of which rounded weights leave little.
std::vector<Warning> warningsOf(const SelfCheck &check);
/// A warning where the float network does not react to the samples; nothing where it does.
std::optional<Warning> unmovedWarning(const SelfCheck &check);
/// Writes "check": {..}.
void writeCheck(llvm::json::OStream &json, const SelfCheck &check);

} // namespace tare

#endif // TARE_DRIVER_CHECK_SELFCHECK_H
