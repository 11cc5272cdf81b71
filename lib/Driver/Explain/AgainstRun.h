//===- AgainstRun.h - A program beside another runtime's values -*- C++ -*-===//
#ifndef TARE_DRIVER_EXPLAIN_AGAINSTRUN_H
#define TARE_DRIVER_EXPLAIN_AGAINSTRUN_H

#include "Driver/Execute/Executable.h"
#include "Driver/Explain/Hypotheses.h"
#include "Driver/Explain/OtherValues.h"
#include "tare/Driver/Explain.h"

#include "llvm/Support/JSON.h"

namespace tare::explain {

/// A layer's integers in both.
struct AgainstLayer {
  /// The layer's number in the program; its name, its value's, and its operator.
  size_t number = 0;
  std::string name, value, kind;
  int64_t elements = 0, differing = 0;
  /// In steps.
  int64_t largest = 0;
};

struct AgainstResult {
  int64_t samples = 0;
  /// Layers that both have, in the order in which they run.
  std::vector<AgainstLayer> layers;
  /// The first of them that differs; nothing where none does.
  std::optional<size_t> first;
  /// What makes more of its elements equal, the best first.
  std::vector<Hypothesis> hypotheses;
  /// Arrays that are no layer's.
  std::vector<std::string> unused;

  void write(llvm::json::OStream &out) const;
};

/// Runs the program on the data, and finds the first layer whose integers are not those of the dump.
class AgainstRun {
public:
  /// Both outlive this.
  AgainstRun(const driver::ExplainOptions &options, const Listener &listener) : options(options), listener(listener) {}

  /// Once; the rest is for after it has succeeded.
  Status run();
  const AgainstResult &result() const { return found; }
  /// Notes what the dump has beside.
  void tell() const;

private:
  Status load();
  Status compare(SampleSource &data);
  Status explainFirst(const std::vector<Sample> &samples);
  void add(AgainstLayer &layer, const Integers &ours, const Integers &theirs);

  const driver::ExplainOptions &options;
  const Listener &listener;
  std::shared_ptr<const runtime::Session> session;
  std::unique_ptr<Executable> executable;
  std::optional<runtime::Trace> trace;
  std::optional<OtherValues> others;
  AgainstResult found;
};

} // namespace tare::explain

#endif // TARE_DRIVER_EXPLAIN_AGAINSTRUN_H
