//===- MediaInput.h - Pictures and sounds as samples ------------*- C++ -*-===//
#ifndef TARE_MEDIA_MEDIAINPUT_H
#define TARE_MEDIA_MEDIAINPUT_H

#include "tare/Media/Preprocessing.h"
#include "tare/Tensor/Dataset.h"

namespace tare::media {

/// Makes samples of an input out of files of pictures and sounds, and out of arrays of pixels: uint8 [N, H, W, C],
/// [N, C, H, W], or one without N, of any size.
///
/// Where `input.layout` names a device's pixels the sample is what that device has; otherwise the network's own
/// numbers. `given` is what the user says of it, null for nothing: pictures of the input's size are then its numbers, 0
/// to 255 with red first, and sounds from -1 to 1; arrays of pixels are taken for numbers. An error where `given` does
/// not fit the input. Files are for `isOnly`, the model's only input.
Result<std::shared_ptr<const SampleMaker>> makerOf(const InputDeclaration &input, const Preprocessing *given,
                                                   bool isOnly = true);

} // namespace tare::media

#endif // TARE_MEDIA_MEDIAINPUT_H
