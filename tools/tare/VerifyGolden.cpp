//===- VerifyGolden.cpp - tare verify: golden vectors ---------------------===//
#include "Driver/Verify/GoldenRun.h"
#include "JsonOutput.h"
#include "Verification.h"

#include <fmt/format.h>

using namespace tare;

Status tare::writeGolden(const Verification &task, driver::GoldenOptions request) {
  request.program = task.path;
  request.threads = task.threads;
  GoldenRun golden(request, task.console);
  if (Status done = golden.run(task.model); !done)
    return done;
  if (task.json)
    printJson([&](llvm::json::OStream &out) { golden.write(out); });
  else
    task.console.note(
        fmt::format("wrote {}: {} layers, {} samples", request.folder, golden.layers(), golden.samples()));
  return success();
}
