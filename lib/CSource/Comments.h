//===- Comments.h - What is said of a layer in C ----------------*- C++ -*-===//
#ifndef TARE_LIB_CSOURCE_COMMENTS_H
#define TARE_LIB_CSOURCE_COMMENTS_H

#include "tare/Program/Model.h"

#include <string>

namespace tare::csource {

/// "3 'conv2': conv of int8 1x16x16x16 by 32x3x3x16, strides 2x2, pads 1,1,1,1, to int8 1x8x8x32; M 0.00123 to 0.0456".
std::string layerComment(const program::Model &model, size_t layer);

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_COMMENTS_H
