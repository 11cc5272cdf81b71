//===- Evaluate.cpp - Scores on labelled data -----------------------------===//
#include "tare/Driver/Evaluate.h"

#include "Driver/Choices.h"
#include "Driver/Evaluate/EvaluationRun.h"
#include "Driver/Json.h"

using namespace tare;

/// One of the metrics, or "command:PROGRAM".
static Status checkMetric(const std::string &metric) {
  if (metric.starts_with(commandPrefix) && metric.size() > commandPrefix.size())
    return success();
  std::vector<std::string> names = metricNames();
  if (Status known = checkChoice("--metric", metric, names); known)
    return known;
  names.push_back(std::string(commandPrefix) + "PROGRAM");
  return checkChoice("--metric", metric, names);
}

Result<std::string> driver::evaluate(const EvaluateOptions &options, const Listener &listener) {
  if (Status known = checkMetric(options.metric); !known)
    return known.error();
  EvaluationRun run(options, listener);
  if (Status done = run.run(); !done)
    return done.error();
  // A table in which none has a score is none.
  if (Status scored = run.report().status(); !scored && !run.report().hasScores())
    return scored.error();
  else if (!scored)
    listener.warning(scored.error().message);
  run.tell();
  return jsonDocument([&](llvm::json::OStream &out) { out.object([&] { run.report().write(out); }); });
}
