//===- RangesFuzzer.cpp - Reads any text as a ranges file -----------------===//
#include "tare/Calibration/Ranges.h"

using namespace tare::calibration;

/// What is read is written, and read again as the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto ranges = parseRanges({reinterpret_cast<const char *>(data), size}, "fuzzed.json");
  if (!ranges)
    return 0;
  std::string text = toJson(*ranges);
  auto again = parseRanges(text, "printed.json");
  if (!again || toJson(*again) != text)
    abort();
  return 0;
}
