//===- MediaNotes.cpp - What was lost on the way --------------------------===//
#include "MediaNotes.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::media;

void MediaNotes::add(const Picture &picture, bool assumesUnits) {
  transparent += picture.hadAlpha;
  deep += picture.had16Bits;
  turned += picture.wasTurned;
  assumed += assumesUnits;
}

void MediaNotes::add(const SoundFormat &sound, int64_t length) {
  mixed += sound.channels > 1;
  padded += sound.frames < length;
  cut += sound.frames > length && sound.frames % length != 0;
}

std::vector<std::string> MediaNotes::lines(const std::string &input) const {
  std::vector<std::string> all;
  auto say = [&](int64_t count, const char *noun, const std::string &what) {
    if (count)
      all.push_back(fmt::format("input '{}': {} {}{} {}", input, count, noun, count == 1 ? "" : "s", what));
  };
  say(assumed, "picture", "as numbers from 0 to 255, red first; --preprocess says otherwise (mean, std, channels)");
  say(transparent, "picture", "with a transparency, which is left out");
  say(deep, "picture", "of 16 bits, rounded to 8");
  say(turned, "picture", "turned upright, as the EXIF orientation says");
  say(mixed, "sound", "of several channels, of which the mean is taken");
  say(padded, "sound", "shorter than the input, with zeros behind");
  say(cut, "sound", "whose end is left out, as it does not fill the input once more");
  if (own)
    all.push_back(fmt::format("input '{}': its arrays are the network's own numbers, which --preprocess leaves as they "
                              "are; it is of pictures, sounds and arrays of uint8",
                              input));
  return all;
}
