//===- ConvertReport.h - What tare convert has done -------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_CONVERTREPORT_H
#define TARE_TOOLS_TARE_CONVERTREPORT_H

#include "CompilerContext.h"
#include "Console.h"
#include "ConvertOptions.h"
#include "HostReport.h"
#include "SelfCheck.h"
#include "TFLiteFile.h"
#include "tare/Schema/program_generated.h"

namespace tare {

/// What is known of a conversion but for the compilation.
struct Conversion {
  /// Of --emit c.
  std::optional<CSourceFolder> folder;
  /// Of --emit tflite.
  std::optional<TFLiteFile> flatbuffer;
  std::optional<uint64_t> arenaBytes;
  /// (A11) The layers that round at bit 31, and what is left of a shift again.
  size_t roundedTwice = 0;
  HostReport host;
  std::optional<SelfCheck> checked;

  /// Notes what the program itself says.
  void note(const program::ProgramT &program);
};

/// The end of the output of `tare convert`.
class ConvertReport {
public:
  ConvertReport(const ConvertOptions &options, const Conversion &conversion, const Compilation &compiled,
                const CompilerContext &context);

  void print(const Console &console) const;
  void printAsJson() const;

private:
  /// What was written, and how much.
  std::string outputText() const;
  std::string samplesText() const;
  /// No loss that an option avoids, but one that whoever compares means should know of.
  std::string doubleRoundingText() const;

  const ConvertOptions &options;
  const Conversion &conversion;
  const Compilation &compiled;
  const CompilerContext &context;
  /// Of what was written.
  uint64_t bytes = 0;
};

} // namespace tare

#endif // TARE_TOOLS_TARE_CONVERTREPORT_H
