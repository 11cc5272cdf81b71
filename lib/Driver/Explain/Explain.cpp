//===- Explain.cpp - Whose error an output's error is ---------------------===//
#include "tare/Driver/Explain.h"

#include "Driver/Explain/AgainstRun.h"
#include "Driver/Explain/ExplainRun.h"
#include "Driver/Json.h"

using namespace tare;

static Result<std::string> explainAgainst(const driver::ExplainOptions &options, const Listener &listener) {
  explain::AgainstRun run(options, listener);
  if (Status done = run.run(); !done)
    return done.error();
  run.tell();
  return jsonDocument([&](llvm::json::OStream &out) { out.object([&] { run.result().write(out); }); });
}

Result<std::string> driver::explain(const ExplainOptions &options, const Listener &listener) {
  if (!options.against.empty())
    return explainAgainst(options, listener);
  explain::ExplainRun run(options, listener);
  if (Status done = run.run(); !done)
    return done.error();
  run.tell();
  return jsonDocument([&](llvm::json::OStream &out) { out.object([&] { run.result().write(out); }); });
}
