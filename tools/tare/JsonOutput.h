//===- JsonOutput.h - The document that a run prints ------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_JSONOUTPUT_H
#define TARE_TOOLS_TARE_JSONOUTPUT_H

#include "Driver/Json.h"

namespace tare {

/// Whether the command line asks for JSON; to be known before it is parsed, as that may fail.
bool asksForJson(int argc, char **argv);

/// The one JSON document that a run prints to standard output, its keys in the order in which `write` gives them; it is
/// kept until the run ends.
void printJson(llvm::function_ref<void(llvm::json::OStream &)> write);
/// Prints what printJson() was given; where there is an error, that object behind the key "error" of it, or alone.
void writeDocument(const std::string &error = "");

} // namespace tare

#endif // TARE_TOOLS_TARE_JSONOUTPUT_H
