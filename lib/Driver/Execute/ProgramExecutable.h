//===- ProgramExecutable.h - Programs in the runtime ------------*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_PROGRAMEXECUTABLE_H
#define TARE_DRIVER_EXECUTE_PROGRAMEXECUTABLE_H

#include "Driver/Execute/Executable.h"
#include "tare/Runtime/Session.h"

#include <mutex>

namespace tare {

class ProgramExecutable : public Executable {
public:
  static Result<std::unique_ptr<Executable>> load(const std::string &path, const ExecutableOptions &options);

  Status prepare(const PortForms &forms) override;
  Result<std::unique_ptr<Runner>> makeRunner(size_t threads) const override;
  Tensor realOf(size_t layer, const ConstTensorView &result) const override;
  std::vector<std::optional<calibration::IntegerRange>> integerInputs() const override;

  /// A result that is observed: which one of which of the program's layers.
  struct Observed {
    size_t layer = 0, result = 0;
  };

private:
  explicit ProgramExecutable(std::shared_ptr<const runtime::Session> session);
  void listLayers(const std::vector<bool> &skipped);
  std::vector<ExecutablePort> outputsIn(runtime::Form form) const;

  std::shared_ptr<const runtime::Session> session;
  /// By tensor (DiscreteValues.h).
  std::vector<bool> discrete;
  std::vector<runtime::Form> inputForms;
  runtime::Form outputForm = runtime::Form::model;
  std::vector<Observed> observed;
};

/// The real numbers of a tensor's integers; a copy of the elements where it has no grid.
Tensor realNumbers(const program::TensorT &tensor, const ConstTensorView &result);

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_PROGRAMEXECUTABLE_H
