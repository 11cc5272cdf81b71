//===- Remedies.h - Options that mend a collapsed output --------*- C++ -*-===//
#ifndef TARE_DRIVER_CHECK_REMEDIES_H
#define TARE_DRIVER_CHECK_REMEDIES_H

#include "Driver/Check/OutputCheck.h"
#include "Driver/Compile/Compilation.h"
#include "Driver/Compile/QuietForm.h"

#include <span>

namespace tare {

/// Tries what the command line offers: an option is a remedy if the program that it makes keeps the output.
class Remedies {
public:
  /// `real` is the float form, in which ranges are searched by other methods; `program` the file of the compilation's
  /// own.
  Remedies(const CompilationRequest &request, const Compilation &compiled, mlir::ModuleOp real,
           std::span<const std::byte> program);

  /// The first option that mends the output, with what it gives there where `collapse` is: "--method mse mends it (SQNR
  /// 21.0 dB)"; or else the one that mends an output as a whole best, but leaves slices of it as they are; empty where
  /// none does.
  std::string find(const std::vector<OutputParts> &parts, size_t output, const Collapse &collapse);

private:
  /// A conversion by other options, and what its outputs are.
  struct Candidate {
    std::string option;
    CompilationRequest request;
    /// Asked for when it is tried: a search takes its time.
    std::function<calibration::Ranges()> ranges;
    /// A list per sample; filled when it is tried, and empty where the option changes nothing or makes no program.
    std::optional<std::vector<std::vector<Tensor>>> outputs = std::nullopt;
  };

  /// Other ways to find ranges in what calibration has seen, as far as it is kept.
  void addMethods(mlir::ModuleOp real);
  void addWiderActivations(mlir::ModuleOp real);
  /// Converts anew and runs the program; nothing where it is the one that there is, or there is none.
  std::vector<std::vector<Tensor>> outputsOf(const Candidate &candidate) const;

  const CompilationRequest &request;
  const Compilation &compiled;
  std::span<const std::byte> program;
  std::vector<Candidate> candidates;
};

} // namespace tare

#endif // TARE_DRIVER_CHECK_REMEDIES_H
