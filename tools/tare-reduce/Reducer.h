//===- Reducer.h - Makes a module smaller, as long as it matters *- C++ -*-===//
//
// MLIR's own reduction tree leaves ops out whose results others read: of a network, in which each op is read by the
// next one, no variant of it is IR (and LLVM 22's crashes on them). So networks are cut, here, in ways that leave them
// valid.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_TOOLS_TAREREDUCE_REDUCER_H
#define TARE_TOOLS_TAREREDUCE_REDUCER_H

#include "Changes.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Reducer/Tester.h"

namespace tare::reduce {

class Reducer {
public:
  /// `pipelines`: passes to try, too, as mlir-opt's --pass-pipeline.
  Reducer(const mlir::Tester &tester, llvm::ArrayRef<std::string> pipelines) : tester(tester), pipelines(pipelines) {}

  /// Whether the user's test says so; a module that is not valid never is.
  bool isInteresting(mlir::ModuleOp module);

  /// The smallest interesting module that is found: no single change makes it smaller. `module` must be interesting.
  mlir::OwningOpRef<mlir::ModuleOp> reduce(mlir::OwningOpRef<mlir::ModuleOp> module);

  /// How often the test has run.
  size_t runs() const { return testRuns; }

private:
  /// Tries changes at every op, or at every `step`-th; whether any was made.
  bool changeAt(size_t step, llvm::ArrayRef<Change> changes);
  bool runPasses();
  /// Goes on from `next` if that is smaller and interesting.
  bool accept(mlir::OwningOpRef<mlir::ModuleOp> next);

  const mlir::Tester &tester;
  llvm::ArrayRef<std::string> pipelines;
  mlir::OwningOpRef<mlir::ModuleOp> smallest;
  size_t testRuns = 0;
};

} // namespace tare::reduce

#endif // TARE_TOOLS_TAREREDUCE_REDUCER_H
