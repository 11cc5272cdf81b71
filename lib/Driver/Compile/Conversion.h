//===- Conversion.h - From what is asked for to what is written -*- C++ -*-===//
#ifndef TARE_DRIVER_COMPILE_CONVERSION_H
#define TARE_DRIVER_COMPILE_CONVERSION_H

#include "Driver/Budget/Budget.h"
#include "Driver/Budget/Rules.h"
#include "Driver/Check/SelfCheck.h"
#include "Driver/Compile/CSourceFolder.h"
#include "Driver/Compile/CompilerContext.h"
#include "Driver/Compile/HostReport.h"
#include "Driver/Compile/QdqModel.h"
#include "Driver/Compile/Request.h"
#include "Driver/Compile/TFLiteFile.h"
#include "tare/Emitter/Emitter.h"

namespace tare {

/// What is known of a conversion but for the compilation.
struct ConversionFacts {
  /// Of C.
  std::optional<CSourceFolder> folder;
  /// Of TFLite.
  std::optional<TFLiteFile> flatbuffer;
  /// Of a QDQ model.
  std::optional<QdqModel> qdqModel;
  std::optional<uint64_t> arenaBytes;
  /// (A11) The layers that round at bit 31, and what is left of a shift again.
  size_t roundedTwice = 0;
  HostReport host;
  std::optional<SelfCheck> checked;
  std::optional<BudgetOutcome> budget;

  /// Notes what the program itself says.
  void note(const program::ProgramT &program);
};

/// Compiles, checks what was made, and writes it.
class Conversion {
public:
  /// Both outlive this.
  Conversion(const driver::CompileOptions &options, const Listener &listener)
      : options(options), listener(listener), context(listener) {}

  /// Once. Notes and warnings are told when it has succeeded; what fails leaves no file.
  Status run();

  const ConversionFacts &facts() const { return known; }
  /// Meaningless before run() has succeeded.
  const Compilation &compilation() const { return *compiled; }
  const CompilerContext &compilerContext() const { return context; }
  /// What would be in the file, where none is named.
  std::vector<std::byte> takeBytes() { return std::move(bytes); }
  /// How many there are; 0 where they are in a file.
  size_t byteCount() const { return bytes.size(); }

private:
  using File = std::shared_ptr<const std::vector<std::byte>>;

  Status checkNames(const CompilationRequest &request);
  Status prepareOutput();
  Status chooseWidths(CompilationRequest &request);
  Status makeFolder();
  Status writeProgramOf(const CompilationRequest &request);
  Status writeUnchecked(EmittedProgram emitted);
  Status writeForm(const File &file);
  Status writeFlatbuffer(const program::Model &model);
  Status writeIr();
  Status writeModule();
  Status writeQdqModel();
  Status writeEncodings();
  Status writeBytes(std::string_view text);
  Result<File> fileOf(EmittedProgram emitted) const;
  bool isChecked();
  Status check(const CompilationRequest &request, File file);
  void tell(const CompilationRequest &request);
  /// What messages call the program.
  std::string name() const { return options.output.empty() ? options.model : options.output; }

  const driver::CompileOptions &options;
  const Listener &listener;
  CompilerContext context;
  std::optional<Compilation> compiled;
  /// The chosen widths, as the passes read them.
  std::optional<NamelessConfig> widths;
  ConversionFacts known;
  std::vector<std::byte> bytes;
};

} // namespace tare

#endif // TARE_DRIVER_COMPILE_CONVERSION_H
