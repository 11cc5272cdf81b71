//===- TensorReader.h - ONNX tensors as host tensors ------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_TENSORREADER_H
#define TARE_LIB_ONNX_TENSORREADER_H

#include "ExternalData.h"
#include "tare/Dialect/Qnn/QnnAttributes.h"
#include "tare/Tensor/Tensor.h"

namespace tare::onnx {

/// No tensor of a model is larger (1 TB): what is, comes from a hostile file, and
/// would overflow the arithmetic of shapes.
inline constexpr size_t largestTensor = size_t(1) << 40;
/// Nor has one more axes.
inline constexpr size_t largestRank = 64;

/// Whether a tensor of this type may exist: no negative dimension, no overflow, at
/// most `largestRank` axes, at most `largestTensor` bytes.
bool isSane(const TensorType &type);
/// The name of an ONNX element type, as ONNX writes it: "float16".
std::string dataTypeName(int32_t dataType);
/// Whether it is a floating-point type that is imported as float32.
bool isFloat(int32_t dataType);
/// The format that a cast to this type rounds to; nothing where float32 numbers stay as they are.
std::optional<qnn::FloatFormat> roundingFormat(int32_t dataType);
/// The host type of ONNX's integer and bool types that are whole bytes.
std::optional<ElementType> integerType(int32_t dataType);
/// Integers of 4 bits, two of which are a byte in a file. Tensors of them hold int8.
inline bool isNarrowInteger(int32_t dataType) {
  return dataType == proto::TensorProto::INT4 || dataType == proto::TensorProto::UINT4;
}
/// The integers that a tensor of the type holds; nothing for another type.
std::optional<ElementType> storedType(int32_t dataType);
/// ONNX's number of a type.
int32_t dataTypeOf(ElementType element);

/// What a tensor holds.
struct ReadTensor {
  /// Floating point of any width as float32.
  Tensor elements;
  /// The elements of float64 as they are; null of other types.
  Tensor doubles;
};

/// Float64 numbers, rounded and as they are.
ReadTensor fromDoubles(Tensor doubles);
/// Whether float32 has not all of them.
bool areRounded(const Tensor &doubles);

/// Reads tensors in all of ONNX's encodings; keeps account of narrowed types.
class TensorReader {
public:
  explicit TensorReader(const std::string &modelPath) : external(modelPath) {}

  /// The elements of `tensor`: floating point of any width becomes float32. Takes
  /// raw data out of the message instead of copying it.
  Result<Tensor> read(proto::TensorProto &tensor);
  /// The same, and float64 as it is.
  Result<ReadTensor> readExactly(proto::TensorProto &tensor);

  /// Whether some tensor was of another floating-point type than float32.
  bool convertedFloats() const { return converted; }

private:
  Result<OwnedBytes> rawBytes(proto::TensorProto &tensor, size_t expected);
  /// Float64 as it is.
  Result<Tensor> readStored(proto::TensorProto &tensor, const TensorType &type);

  ExternalData external;
  bool converted = false;
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_TENSORREADER_H
