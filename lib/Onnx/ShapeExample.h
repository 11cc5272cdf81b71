//===- ShapeExample.h - A shape that a user may give ------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_SHAPEEXAMPLE_H
#define TARE_LIB_ONNX_SHAPEEXAMPLE_H

#include "Dimensions.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <string>

namespace tare::onnx {

/// A number for each dimension that nothing binds, as networks of that rank have them: a batch of 1, three channels,
/// images of 224 rows and columns, sequences of 16; one number for one name. An image's where the model declares no
/// shape. `bound` is what is known of an open dimension.
Shape exampleShape(const proto::TensorShapeProto *declared,
                   llvm::function_ref<std::optional<int64_t>(const Dimension &)> bound);

/// "x=1,3,224,224", as --input-shape takes it.
std::string exampleText(const std::string &name, const Shape &shape);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_SHAPEEXAMPLE_H
