//===- Runner.h - A test case, imported and run -----------------*- C++ -*-===//
#ifndef TARE_TEST_CONFORMANCE_RUNNER_H
#define TARE_TEST_CONFORMANCE_RUNNER_H

#include "Case.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "tare/Evaluator/Evaluator.h"

#include <filesystem>
#include <string>
#include <vector>

namespace tare::conformance {

enum class Outcome { Passed, Failed, Refused };
struct Verdict {
  Outcome outcome;
  std::string reason;
};

/// What a node that has no ops of its own becomes.
enum class Host { Allowed, Refused };

class Runner {
public:
  Runner();
  ~Runner();
  Runner(const Runner &) = delete;
  Runner &operator=(const Runner &) = delete;

  /// The case with its inputs from `constantsFrom` on as constants.
  Verdict run(const Case &test, int constantsFrom, Host host = Host::Allowed);
  /// Whether the model is refused as the case says: by the importer, or, where the host computes the node, with this
  /// reason.
  Verdict refuse(const Case &test);

private:
  mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> import(const Case &test, int constantsFrom, bool roundsTo16Bits);
  Verdict check(const Case &test, int inputCount, const Evaluator &evaluator, mlir::func::FuncOp function);

  std::filesystem::path directory;
  mlir::MLIRContext context;
  std::vector<std::string> errors;
};

} // namespace tare::conformance

#endif // TARE_TEST_CONFORMANCE_RUNNER_H
