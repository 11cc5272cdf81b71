//===- Dimensions.h - What a model and a user say of shapes -----*- C++ -*-===//
#ifndef TARE_LIB_ONNX_DIMENSIONS_H
#define TARE_LIB_ONNX_DIMENSIONS_H

#include "ModelFile.h"
#include "tare/Onnx/Import.h"

#include <optional>

namespace tare::onnx {

using Dimension = proto::TensorShapeProto::Dimension;

/// Some exporters write 0 or -1 for a dimension that they leave open.
bool isStatic(const Dimension &dim);
/// Whether it says 0, which may be meant.
bool isZero(const Dimension &dim);
/// "1x3xheightx224"
std::string print(const proto::TensorShapeProto &shape);
/// The shape that the model declares; null where it declares none.
const proto::TensorShapeProto *shapeOf(const proto::ValueInfoProto &input);
/// The type of a tensor of ONNX's type; nothing for one that is not supported.
std::optional<ElementType> elementOf(int32_t dataType);
/// What the user gives by that name; null where it is nothing.
const InputShape *find(const std::vector<InputShape> &shapes, const std::string &name);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_DIMENSIONS_H
