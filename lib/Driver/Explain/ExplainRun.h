//===- ExplainRun.h - A model and its program, explained --------*- C++ -*-===//
#ifndef TARE_DRIVER_EXPLAIN_EXPLAINRUN_H
#define TARE_DRIVER_EXPLAIN_EXPLAINRUN_H

#include "Driver/Compile/Compilation.h"
#include "Driver/Compile/CompilerContext.h"
#include "Driver/Execute/Executable.h"
#include "Driver/Execute/WatchedSamples.h"
#include "Driver/Explain/Explanation.h"
#include "Driver/Progress.h"
#include "tare/Driver/Explain.h"

namespace tare::explain {

/// Loads both, and measures on the data.
class ExplainRun {
public:
  /// Both outlive this.
  ExplainRun(const driver::ExplainOptions &options, const Listener &listener)
      : options(options), listener(listener), context(std::make_unique<CompilerContext>(listener)) {}

  /// Once; the rest is for after it has succeeded.
  Status run();
  const Explanation &result() const { return explanation; }
  /// Warns of data that do not fit, and of layers that are not told apart.
  void tell() const;

private:
  Status loadProgram();
  Result<CompilationRequest> requestFor(bool isPart, bool isEqualized) const;
  Status loadFloat();
  Status loadForm(bool isPart, bool isEqualized);
  bool hasPorts() const;
  Error nothingIn(const Sites &sites) const;
  Status makeNetworks(Sites sites, Replay real);
  Status matchPorts();
  Status limitThreads();
  Status chooseOutput();
  Status measureAll();
  Status measureRemedies();
  Result<std::unique_ptr<SampleSource>> openData() const;
  Status watchData();
  Result<Measured> measureSample(const Sample &sample, Runner &runner, Progress &progress) const;
  Result<std::vector<Powers>> tryRemedies(const Sample &sample, Progress &progress) const;
  std::vector<Tensor> inputsOfProgram(const std::vector<Tensor> &inputs) const;
  std::vector<Tensor> given(const std::vector<Tensor> &outputs) const;
  Allowed allowed() const;

  const driver::ExplainOptions &options;
  const Listener &listener;
  std::unique_ptr<CompilerContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp function;
  std::shared_ptr<const program::Model> model;
  std::shared_ptr<const runtime::Session> session;
  std::unique_ptr<Executable> executable;
  std::unique_ptr<Networks> networks;
  std::vector<ExplainedOutput> outputs;
  /// By input and by explained output of the float network's order: the program's.
  std::vector<size_t> inputNumbers, outputNumbers;
  size_t threads = 0, output = 0;
  Measured measured;
  std::vector<Remedy> remedies;
  Explanation explanation;
  std::unique_ptr<SampleSource> data;
  std::unique_ptr<WatchedSamples> watched;
};

} // namespace tare::explain

#endif // TARE_DRIVER_EXPLAIN_EXPLAINRUN_H
