//===- Sound.h - Sounds from WAV files --------------------------*- C++ -*-===//
#ifndef TARE_MEDIA_SOUND_H
#define TARE_MEDIA_SOUND_H

#include "tare/Tensor/Result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tare::media {

/// What the header of a WAV file says.
struct SoundFormat {
  /// In Hz.
  int64_t rate = 0;
  int64_t channels = 0;
  /// Values of each channel.
  int64_t frames = 0;
};

/// Whether a file's name ends in .wav, in any case.
bool isSoundName(const std::string &path);

/// Reads the header: PCM of 8, 16, 24 or 32 bits, float of 32 or 64. Errors begin with the file's name.
Result<SoundFormat> checkSound(const std::string &path);

/// `count` frames from `first` on, the mean of the channels, in units of a 16-bit value: 32768 is full scale, of which
/// 24 and 32 bits and floats have fractions. Zeros behind the end.
Result<std::vector<double>> readSound(const std::string &path, int64_t first, int64_t count);

} // namespace tare::media

#endif // TARE_MEDIA_SOUND_H
