//===- DumpIr.cpp - One numbered file per pass ----------------------------===//
#include "DumpIr.h"

#include "tare/Dialect/Qnn/WeightFiles.h"
#include "tare/Tensor/AtomicFile.h"

#include "mlir/Pass/Pass.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Regex.h"

using namespace mlir;

namespace tare {

/// Longer constants are left out.
constexpr int64_t readableElements = 16;

static std::string print(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream, OpPrintingFlags()
                            .enableDebugInfo(true)
                            .elideLargeElementsAttrs(readableElements)
                            .elideLargeResourceString(readableElements));
  return text + "\n";
}

class DumpInstrumentation : public PassInstrumentation {
public:
  explicit DumpInstrumentation(IrDump &dump) : dump(dump) {}

  void runBeforePass(Pass *pass, Operation *op) override {
    if (isReal(pass) && before.empty())
      before = print(moduleOf(op));
  }

  void runAfterPass(Pass *pass, Operation *op) override {
    if (!isReal(pass))
      return;
    std::string after = print(moduleOf(op));
    if (after == before)
      return;
    before = std::move(after);
    dump.write(moduleOf(op), pass->getArgument(), before);
  }

private:
  /// Nested pass managers are adaptors without an argument.
  static bool isReal(Pass *pass) { return !pass->getArgument().empty(); }
  static ModuleOp moduleOf(Operation *op) {
    auto module = dyn_cast<ModuleOp>(op);
    return module ? module : op->getParentOfType<ModuleOp>();
  }

  IrDump &dump;
  std::string before;
};

std::unique_ptr<PassInstrumentation> IrDump::instrumentation() { return std::make_unique<DumpInstrumentation>(*this); }

bool isRootFolder(const std::string &folder) {
  SmallString<128> path;
  return !folder.empty() && !llvm::sys::fs::real_path(folder, path) && path == llvm::sys::path::root_path(path);
}

/// What an earlier dump left, whose weights this one may replace.
static std::error_code removeDump(StringRef folder) {
  static const llvm::Regex ours("^[0-9][0-9]+-[a-z-]+\\.mlir$");
  std::error_code error = llvm::sys::fs::create_directories(folder);
  for (llvm::sys::fs::directory_iterator file(folder, error), end; !error && file != end; file.increment(error))
    if (ours.match(llvm::sys::path::filename(file->path())))
      error = llvm::sys::fs::remove(file->path());
  return error;
}

void IrDump::write(ModuleOp module, StringRef pass, StringRef text) {
  if (!outcome)
    return;
  if (std::error_code error = count == 0 ? removeDump(folder) : std::error_code())
    outcome = Error{folder + ": " + error.message()};
  else if (outcome = qnn::writeWeights(module, folder, weights); outcome)
    outcome = writeFile(llvm::formatv("{0}/{1:02}-{2}.mlir", folder, ++count, pass).str(), text);
}

} // namespace tare
