//===- QuietForm.cpp - A conversion beside the one that is told -----------===//
#include "Driver/Compile/QuietForm.h"

#include "tare/Emitter/Emitter.h"
#include "tare/Program/Reader.h"

using namespace tare;

Result<std::unique_ptr<QuietForm>> QuietForm::make(CompilationRequest request, const calibration::Ranges &ranges,
                                                   Stage last) {
  std::unique_ptr<QuietForm> quiet(new QuietForm(request.model));
  request.last = last;
  request.dumpFolder.clear();
  request.timing = false;
  request.calibration.known = &ranges;
  auto compiled = compile(request, *quiet->context, quiet->silence);
  if (mlir::failed(compiled))
    return quiet->context.takeError(request.model);
  quiet->form = std::move(compiled->module);
  return quiet;
}

Result<ProgramFile> QuietForm::program() {
  auto emitted = emitProgram(*form);
  if (mlir::failed(emitted))
    return context.takeError(model);
  auto bytes = program::serialize(std::move(emitted->program), emitted->constants);
  if (!bytes)
    return Error{model + ": " + bytes.error().message};
  return std::make_shared<const std::vector<std::byte>>(std::move(*bytes));
}

Result<std::shared_ptr<const runtime::Session>> tare::sessionOf(const ProgramFile &file, const std::string &name) {
  auto model = program::readMemory(*file, file, name);
  if (!model)
    return model.error();
  return runtime::Session::create(std::move(*model));
}
