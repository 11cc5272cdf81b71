//===- Verify.cpp - How far a program's integers are off ------------------===//
#include "tare/Driver/Verify.h"

#include "Driver/Json.h"
#include "Driver/Verify/GoldenRun.h"
#include "Driver/Verify/Proofs.h"
#include "tare/Program/Reader.h"

using namespace tare;

Result<std::string> driver::verify(const VerifyOptions &options, const Listener &) {
  auto model = program::readFile(options.program);
  if (!model)
    return model.error();
  Proofs proofs(**model, options.threads);
  if (Status proven = proofs.check(options.program, options.maxError); !proven)
    return proven.error();
  return jsonDocument([&](llvm::json::OStream &out) { proofs.write(out); });
}

Result<std::string> driver::writeGolden(const GoldenOptions &options, const Listener &listener) {
  auto model = program::readFile(options.program);
  if (!model)
    return model.error();
  GoldenRun run(options, listener);
  if (Status done = run.run(*model); !done)
    return done.error();
  return jsonDocument([&](llvm::json::OStream &out) { run.write(out); });
}
