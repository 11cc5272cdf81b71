//===- MediaFuzzer.cpp - Reads any bytes as pictures and sounds -----------===//
#include "ScratchFile.h"

#include "tare/Media/MediaInput.h"

using namespace tare;

/// Pictures are told apart by their contents, whatever the name; sounds by the name.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const test::ScratchFile picture(".png"), sound(".wav");
  media::Preprocessing how;
  how.fit.fit = media::Fit::crop;
  for (const test::ScratchFile *file : {&picture, &sound}) {
    file->write(data, size);
    InputDeclaration input{"x", {ElementType::f32, {1, 3, 4, 4}}};
    auto maker = media::makerOf(input, &how);
    if (!maker)
      abort();
    input.maker = *maker;
    auto samples = Dataset::open(file->path(), {input}, /*limit=*/16);
    if (!samples)
      continue;
    for (auto next = (*samples)->next(); next && *next; next = (*samples)->next())
      if ((*next)->inputs.size() != 1 || (*next)->inputs.front().type() != input.type)
        abort();
  }
  return 0;
}
