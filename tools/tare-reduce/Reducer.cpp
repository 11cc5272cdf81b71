//===- Reducer.cpp - Makes a module smaller, as long as it matters --------===//
#include "Reducer.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

namespace tare::reduce {
namespace {

/// All but the module itself, in their order, which is the same in each copy of a module.
SmallVector<Operation *> opsOf(ModuleOp module) {
  SmallVector<Operation *> ops;
  module->walk<WalkOrder::PreOrder>([&](Operation *op) { ops.push_back(op); });
  ops.erase(ops.begin());
  return ops;
}

OwningOpRef<ModuleOp> copyOf(ModuleOp module) { return cast<ModuleOp>(module->clone()); }

/// As the test gets it.
size_t printedSize(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  return text.size();
}

} // namespace

bool Reducer::isInteresting(ModuleOp module) {
  ScopedDiagnosticHandler silent(module.getContext(), [](Diagnostic &) { return success(); });
  if (failed(verify(module)))
    return false;
  ++testRuns;
  return tester.isInteresting(module).first == Tester::Interestingness::True;
}

OwningOpRef<ModuleOp> Reducer::reduce(OwningOpRef<ModuleOp> module) {
  smallest = std::move(module);
  // Weights are most of a file, and seldom matter: without them all that follows is fast.
  if (OwningOpRef<ModuleOp> copy = copyOf(*smallest); makeAllZeros(*copy))
    accept(std::move(copy));
  bool changed = true;
  while (changed) {
    changed = false;
    // Large parts first: the test takes the time of what is left.
    for (size_t step = opsOf(*smallest).size() / 2; step != 0; step /= 2)
      changed |= changeAt(step, cuts());
    changed |= changeAt(1, details());
    changed |= runPasses();
  }
  return std::move(smallest);
}

bool Reducer::changeAt(size_t step, ArrayRef<Change> changes) {
  bool changed = false;
  for (Change change : changes)
    for (size_t i = step - 1; i < opsOf(*smallest).size(); i += step) {
      OwningOpRef<ModuleOp> copy = copyOf(*smallest);
      if (!change(opsOf(*copy)[i]))
        continue;
      eraseUnread(*copy);
      changed |= accept(std::move(copy));
    }
  return changed;
}

bool Reducer::runPasses() {
  bool changed = false;
  for (const std::string &pipeline : pipelines) {
    OwningOpRef<ModuleOp> copy = copyOf(*smallest);
    ScopedDiagnosticHandler silent(copy->getContext(), [](Diagnostic &) { return success(); });
    auto passes = parsePassPipeline(pipeline, llvm::nulls());
    PassManager manager(copy->getContext(), passes->getOpAnchorName());
    static_cast<OpPassManager &>(manager) = *passes;
    if (succeeded(manager.run(*copy)))
      changed |= accept(std::move(copy));
  }
  return changed;
}

bool Reducer::accept(OwningOpRef<ModuleOp> next) {
  if (printedSize(*next) >= printedSize(*smallest) || !isInteresting(*next))
    return false;
  smallest = std::move(next);
  return true;
}

} // namespace tare::reduce
