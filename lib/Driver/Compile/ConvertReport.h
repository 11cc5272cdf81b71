//===- ConvertReport.h - What a conversion has done -------------*- C++ -*-===//
#ifndef TARE_DRIVER_COMPILE_CONVERTREPORT_H
#define TARE_DRIVER_COMPILE_CONVERTREPORT_H

#include "Driver/Compile/Conversion.h"

#include "llvm/Support/JSON.h"

namespace tare {

/// The end of what a conversion says.
class ConvertReport {
public:
  /// Of one that has succeeded; both outlive this.
  ConvertReport(const driver::CompileOptions &options, const Conversion &made);

  /// What was written, and what it took.
  void tell(const Listener &listener) const;
  /// One object.
  void write(llvm::json::OStream &out) const;

private:
  /// What was written, and how much.
  std::string outputText() const;
  std::string samplesText() const;
  /// No loss that an option avoids, but one that whoever compares means should know of.
  std::string doubleRoundingText() const;

  const driver::CompileOptions &options;
  const ConversionFacts &conversion;
  const Compilation &compiled;
  const CompilerContext &context;
  /// Of what was written.
  uint64_t bytes = 0;
};

} // namespace tare

#endif // TARE_DRIVER_COMPILE_CONVERTREPORT_H
