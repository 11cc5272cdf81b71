//===- Decoders.h - The decoders of single formats --------------*- C++ -*-===//
#ifndef TARE_LIB_MEDIA_DECODERS_H
#define TARE_LIB_MEDIA_DECODERS_H

#include "tare/Media/Picture.h"

namespace tare::media {

using Bytes = std::span<const std::byte>;

/// A picture's size, or the picture; errors do not name the file. `size` has been checked when pixels are read.
Result<PictureSize> sizeOfPng(Bytes file);
Result<Picture> readPng(Bytes file);
Result<PictureSize> sizeOfJpeg(Bytes file);
Result<Picture> readJpeg(Bytes file);
Result<PictureSize> sizeOfBmp(Bytes file);
Result<Picture> readBmp(Bytes file);

/// The orientation, 1 to 8, that the contents of a JPEG's APP1 marker say; 1 where they say none.
int exifOrientation(Bytes marker);
/// Turned and mirrored so that it is upright; 1 is upright already.
Picture upright(Picture picture, int orientation);

/// An error where a picture is empty or has more than mostPixels.
Status checkSize(PictureSize size);

} // namespace tare::media

#endif // TARE_LIB_MEDIA_DECODERS_H
