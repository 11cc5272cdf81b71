//===- Compile.cpp - From a network to a program --------------------------===//
#include "tare/Driver/Compile.h"

#include "Driver/Compile/ConvertReport.h"
#include "Driver/Json.h"

using namespace tare;

Result<driver::Compiled> driver::compile(const CompileOptions &options, const Listener &listener) {
  Conversion conversion(options, listener);
  if (Status made = conversion.run(); !made)
    return made.error();
  const ConvertReport report(options, conversion);
  return Compiled{conversion.takeBytes(), jsonDocument([&](llvm::json::OStream &out) { report.write(out); })};
}
