//===- MediaNotes.h - What was lost on the way ------------------*- C++ -*-===//
#ifndef TARE_LIB_MEDIA_MEDIANOTES_H
#define TARE_LIB_MEDIA_MEDIANOTES_H

#include "tare/Media/Picture.h"
#include "tare/Media/Sound.h"

#include <atomic>

namespace tare::media {

/// Counts what was dropped or assumed of pictures and sounds. For several threads at once.
class MediaNotes {
public:
  /// `assumesUnits`: whether nobody has said what the network's numbers are.
  void add(const Picture &picture, bool assumesUnits);
  /// An array of numbers that are the network's own, of an input of which something is said.
  void addOwnNumbers() { own = 1; }
  /// A sound that is cut into samples of `length` frames.
  void add(const SoundFormat &sound, int64_t length);
  /// A line each, about an input of that name.
  std::vector<std::string> lines(const std::string &input) const;

private:
  using Count = std::atomic<int64_t>;
  Count transparent = 0, deep = 0, turned = 0, assumed = 0, mixed = 0, padded = 0, cut = 0, own = 0;
};

} // namespace tare::media

#endif // TARE_LIB_MEDIA_MEDIANOTES_H
