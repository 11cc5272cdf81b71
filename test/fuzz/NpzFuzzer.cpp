//===- NpzFuzzer.cpp - Reads any bytes as data ----------------------------===//
#include "ScratchFile.h"

#include "tare/Tensor/Dataset.h"

using namespace tare;

/// As an archive and as a single array.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const test::ScratchFile archive(".npz"), array(".npy");
  for (const test::ScratchFile *file : {&archive, &array}) {
    file->write(data, size);
    auto samples = Dataset::open(file->path(), {{"x", {ElementType::f32, {1, 2}}}}, /*limit=*/16);
    if (!samples)
      continue;
    for (auto next = (*samples)->next(); next && *next; next = (*samples)->next())
      if ((*next)->inputs.size() != 1 || (*next)->inputs.front().type().count() != 2)
        abort();
  }
  return 0;
}
