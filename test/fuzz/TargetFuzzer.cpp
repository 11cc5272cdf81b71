//===- TargetFuzzer.cpp - Reads any text as a target's description --------===//
#include "tare/Target/Target.h"

using namespace tare;

/// What is read is written, and read again as the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto target = parseTarget({reinterpret_cast<const char *>(data), size}, "fuzzed.yaml");
  if (!target)
    return 0;
  std::string text = printTarget(*target);
  auto again = parseTarget(text, "printed.yaml");
  if (!again || printTarget(*again) != text)
    abort();
  return 0;
}
