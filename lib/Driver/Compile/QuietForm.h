//===- QuietForm.h - A conversion beside the one that is told ---*- C++ -*-===//
#ifndef TARE_DRIVER_COMPILE_QUIETFORM_H
#define TARE_DRIVER_COMPILE_QUIETFORM_H

#include "Driver/Compile/Compilation.h"
#include "Driver/Compile/CompilerContext.h"
#include "tare/Runtime/Session.h"

namespace tare {

/// The bytes of a program's file.
using ProgramFile = std::shared_ptr<const std::vector<std::byte>>;

/// A form of a model in a context of its own that says nothing.
class QuietForm {
public:
  /// The model up to `last`, with ranges that are known.
  static Result<std::unique_ptr<QuietForm>> make(CompilationRequest request, const calibration::Ranges &ranges,
                                                 Stage last);

  mlir::ModuleOp module() { return *form; }
  /// Of the npu form.
  Result<ProgramFile> program();

private:
  explicit QuietForm(std::string model) : context(silence), model(std::move(model)) {}

  Listener silence;
  CompilerContext context;
  std::string model;
  mlir::OwningOpRef<mlir::ModuleOp> form;
};

/// What runs a program, which messages call `name`.
Result<std::shared_ptr<const runtime::Session>> sessionOf(const ProgramFile &file, const std::string &name);

} // namespace tare

#endif // TARE_DRIVER_COMPILE_QUIETFORM_H
