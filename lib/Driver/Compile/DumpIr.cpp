//===- DumpIr.cpp - One numbered file per pass ----------------------------===//
#include "Driver/Compile/DumpIr.h"

#include "tare/Dialect/Qnn/WeightFiles.h"
#include "tare/Tensor/AtomicFile.h"

#include "mlir/Pass/Pass.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace tare {

/// Longer constants are left out.
constexpr int64_t readableElements = 16;
/// No resource is printed. Of any other limit each would be written out in full before it is found too long: seconds,
/// for networks of some megabytes.
constexpr int64_t readableResource = 0;

static std::string print(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream, OpPrintingFlags()
                            .enableDebugInfo(true)
                            .elideLargeElementsAttrs(readableElements)
                            .elideLargeResourceString(readableResource));
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

void IrDump::write(ModuleOp module, StringRef pass, StringRef text) {
  auto claim = [&](const std::string &file) { return files.claim(file); };
  if (outcome && count == 0)
    outcome = files.begin();
  if (outcome)
    outcome = qnn::writeWeights(module, folder, weights, claim);
  if (!outcome)
    return;
  std::string file = llvm::formatv("{0}/{1:02}-{2}.mlir", folder, ++count, pass).str();
  outcome = claim(file);
  if (outcome)
    outcome = writeFile(file, text);
}

} // namespace tare
