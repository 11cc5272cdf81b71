//===- IrOutput.cpp - Files that IR is written to -------------------------===//
#include "IrOutput.h"

#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/ToolOutputFile.h"

#include <csignal>

using namespace tare;

Result<bool> tare::writeIr(llvm::StringRef path, llvm::function_ref<bool(llvm::raw_ostream &)> print) {
  // A limit of file sizes is an error like that of a full disk, not an end by signal.
  std::signal(SIGXFSZ, SIG_IGN);
  std::string problem;
  std::unique_ptr<llvm::ToolOutputFile> file = mlir::openOutputFile(path, &problem);
  if (!file)
    return Error{problem};
  bool done = print(file->os());
  file->os().flush();
  if (std::error_code error = file->os().error()) {
    // LLVM would end the process by it.
    file->os().clear_error();
    return Error{"cannot write " + (path == "-" ? "to standard output" : path.str()) + ": " + error.message()};
  }
  if (done)
    file->keep();
  return done;
}
