//===- DumpIr.cpp - One numbered file per pass ----------------------------===//
#include "DumpIr.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Tensor/AtomicFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace tare;

namespace {

/// Longer constants are left out.
constexpr int64_t readableElements = 16;

std::string print(Operation *op) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  op->print(stream, OpPrintingFlags()
                        .enableDebugInfo(true)
                        .elideLargeElementsAttrs(readableElements)
                        .elideLargeResourceString(readableElements));
  return text + "\n";
}

class DumpIr : public PassInstrumentation {
public:
  DumpIr(std::string folder, unsigned &counter) : folder(std::move(folder)), counter(counter) {}

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
    before = after;
    (void)llvm::sys::fs::create_directories(folder);
    std::string name = llvm::formatv("{0}/{1:02}-{2}.mlir", folder, ++counter, pass->getArgument());
    if (tare::Status written = tare::writeFile(name, after); !written)
      reportWarning(op->getLoc(),
                    {"DumpFailed", "", "", 0, CostUnit::none, "the IR was not dumped: " + written.error().message, ""});
  }

private:
  /// Nested pass managers are adaptors without an argument.
  static bool isReal(Pass *pass) { return !pass->getArgument().empty(); }
  static Operation *moduleOf(Operation *op) {
    auto module = op->getParentOfType<ModuleOp>();
    return module ? module.getOperation() : op;
  }

  std::string folder;
  unsigned &counter;
  std::string before;
};

} // namespace

std::unique_ptr<PassInstrumentation> tare::dumpIr(std::string folder, unsigned &counter) {
  return std::make_unique<DumpIr>(std::move(folder), counter);
}
