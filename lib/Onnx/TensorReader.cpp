//===- TensorReader.cpp - ONNX tensors as host tensors --------------------===//
//
// A tensor's elements are either raw bytes (in the message or in another file)
// or a list field that depends on the type. Raw bytes are little-endian, as is
// every machine that this runs on.
//
//===----------------------------------------------------------------------===//
#include "TensorReader.h"
#include "tare/Tensor/Convert.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using Proto = proto::TensorProto;

namespace {

/// bfloat16 is the upper half of a float32.
float fromBits(uint16_t bits, int32_t dataType) {
  return dataType == Proto::BFLOAT16 ? std::bit_cast<float>(uint32_t(bits) << 16) : halfToFloat(bits);
}

size_t bytesPerElement(int32_t dataType) {
  if (dataType == Proto::FLOAT)
    return 4;
  if (dataType == Proto::DOUBLE)
    return 8;
  if (dataType == Proto::FLOAT16 || dataType == Proto::BFLOAT16)
    return 2;
  return sizeOf(*integerType(dataType));
}

/// Two elements in a byte, the first one in its lower half.
Tensor unpackHalfBytes(int32_t dataType, Shape shape, std::span<const std::byte> raw) {
  Tensor tensor(ElementType::i8, std::move(shape));
  for (int64_t i = 0, count = tensor.count(); i < count; ++i) {
    int bits = (std::to_integer<int>(raw[i / 2]) >> (i % 2 * 4)) & 15;
    tensor.mutableAs<int8_t>()[i] = static_cast<int8_t>(dataType == Proto::INT4 && bits > 7 ? bits - 16 : bits);
  }
  return tensor;
}

/// The bytes that so many elements take in a file.
size_t storedBytes(int32_t dataType, int64_t count) {
  return isNarrowInteger(dataType) ? (count + 1) / 2 : count * bytesPerElement(dataType);
}

/// Half bytes in the list field, one byte in each number.
std::vector<std::byte> listedBytes(const Proto &proto) {
  std::vector<std::byte> bytes;
  for (int32_t value : proto.int32_data())
    bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

/// float32 from raw elements of 16 bits.
Tensor convertHalfs(int32_t dataType, Shape shape, const std::byte *raw) {
  Tensor tensor(ElementType::f32, std::move(shape));
  float *out = tensor.mutableAs<float>();
  for (int64_t i = 0, count = tensor.count(); i < count; ++i) {
    uint16_t bits;
    std::memcpy(&bits, raw + 2 * i, 2);
    out[i] = fromBits(bits, dataType);
  }
  return tensor;
}

template <typename T, typename List> Tensor copyList(Shape shape, const List &list) {
  Tensor tensor(ElementTypeOf<T>::value, std::move(shape));
  T *out = tensor.mutableAs<T>();
  for (auto value : list)
    *out++ = static_cast<T>(value);
  return tensor;
}

Tensor copyHalfs(int32_t dataType, Shape shape, const Proto &proto) {
  Tensor tensor(ElementType::f32, std::move(shape));
  float *out = tensor.mutableAs<float>();
  for (int32_t bits : proto.int32_data())
    *out++ = fromBits(static_cast<uint16_t>(bits), dataType);
  return tensor;
}

/// How many elements the list field of the tensor's type holds.
int64_t listLength(const Proto &proto) {
  switch (proto.data_type()) {
  case Proto::FLOAT:
    return proto.float_data_size();
  case Proto::DOUBLE:
    return proto.double_data_size();
  case Proto::INT64:
    return proto.int64_data_size();
  case Proto::UINT32:
  case Proto::UINT64:
    return proto.uint64_data_size();
  default:
    return proto.int32_data_size();
  }
}

/// The elements from the list field of the tensor's type; float64 as it is.
Tensor readList(const Proto &proto, Shape shape) {
  switch (proto.data_type()) {
  case Proto::FLOAT:
    return copyList<float>(std::move(shape), proto.float_data());
  case Proto::DOUBLE:
    return copyList<double>(std::move(shape), proto.double_data());
  case Proto::INT64:
    return copyList<int64_t>(std::move(shape), proto.int64_data());
  case Proto::UINT32:
    return copyList<uint32_t>(std::move(shape), proto.uint64_data());
  case Proto::UINT64:
    return copyList<uint64_t>(std::move(shape), proto.uint64_data());
  case Proto::INT32:
    return copyList<int32_t>(std::move(shape), proto.int32_data());
  case Proto::INT16:
    return copyList<int16_t>(std::move(shape), proto.int32_data());
  case Proto::UINT16:
    return copyList<uint16_t>(std::move(shape), proto.int32_data());
  case Proto::INT8:
    return copyList<int8_t>(std::move(shape), proto.int32_data());
  case Proto::UINT8:
    return copyList<uint8_t>(std::move(shape), proto.int32_data());
  case Proto::BOOL:
    return copyList<bool>(std::move(shape), proto.int32_data());
  default:
    return copyHalfs(proto.data_type(), std::move(shape), proto);
  }
}

/// The type, checked: every dimension and the size in bytes are sane. Of float64 it is that, of narrower floats
/// float32.
Result<TensorType> readType(const Proto &proto) {
  std::optional<ElementType> element = storedType(proto.data_type());
  if (isFloat(proto.data_type()))
    element = proto.data_type() == Proto::DOUBLE ? ElementType::f64 : ElementType::f32;
  if (!element)
    return Error{fmt::format("elements of type {} are not supported", dataTypeName(proto.data_type()))};
  if (proto.has_segment())
    return Error{"tensors in segments are not supported"};
  TensorType type{*element, Shape(proto.dims().begin(), proto.dims().end())};
  if (!isSane(type))
    return Error{fmt::format("no tensor can have the shape {}", toString(type.shape))};
  return type;
}

/// Shares `raw`, or copies it where the elements are not aligned.
Tensor wrap(const TensorType &type, const OwnedBytes &raw) {
  if (reinterpret_cast<uintptr_t>(raw.bytes.data()) % 8 == 0 && type.count())
    return Tensor(type, raw.owner, raw.bytes.data());
  Tensor tensor(type);
  if (!raw.bytes.empty())
    std::memcpy(tensor.mutableAs<char>(), raw.bytes.data(), raw.bytes.size());
  return tensor;
}

/// Any byte but 0 and 1 is no bool to C++.
Tensor normalizeBools(const Tensor &raw) {
  return copyList<bool>(raw.shape(), std::span(raw.as<uint8_t>(), raw.count()));
}

} // namespace

std::string tare::onnx::dataTypeName(int32_t dataType) {
  if (!Proto::DataType_IsValid(dataType))
    return fmt::format("number {}", dataType);
  return llvm::StringRef(Proto::DataType_Name(static_cast<Proto::DataType>(dataType))).lower();
}

bool tare::onnx::isFloat(int32_t dataType) {
  return dataType == Proto::FLOAT || dataType == Proto::DOUBLE || dataType == Proto::FLOAT16 ||
         dataType == Proto::BFLOAT16;
}

std::optional<qnn::FloatFormat> tare::onnx::roundingFormat(int32_t dataType) {
  if (dataType == Proto::FLOAT16)
    return qnn::FloatFormat::F16;
  return dataType == Proto::BFLOAT16 ? std::optional(qnn::FloatFormat::BF16) : std::nullopt;
}

std::optional<ElementType> tare::onnx::integerType(int32_t dataType) {
  switch (dataType) {
  case Proto::INT8:
    return ElementType::i8;
  case Proto::UINT8:
    return ElementType::u8;
  case Proto::INT16:
    return ElementType::i16;
  case Proto::UINT16:
    return ElementType::u16;
  case Proto::INT32:
    return ElementType::i32;
  case Proto::UINT32:
    return ElementType::u32;
  case Proto::INT64:
    return ElementType::i64;
  case Proto::UINT64:
    return ElementType::u64;
  case Proto::BOOL:
    return ElementType::boolean;
  default:
    return std::nullopt;
  }
}

std::optional<ElementType> tare::onnx::storedType(int32_t dataType) {
  return isNarrowInteger(dataType) ? ElementType::i8 : integerType(dataType);
}

int32_t tare::onnx::dataTypeOf(ElementType element) {
  switch (element) {
  case ElementType::f32:
    return Proto::FLOAT;
  case ElementType::f64:
    return Proto::DOUBLE;
  case ElementType::f16:
    return Proto::FLOAT16;
  case ElementType::i8:
    return Proto::INT8;
  case ElementType::u8:
    return Proto::UINT8;
  case ElementType::i16:
    return Proto::INT16;
  case ElementType::u16:
    return Proto::UINT16;
  case ElementType::i32:
    return Proto::INT32;
  case ElementType::u32:
    return Proto::UINT32;
  case ElementType::i64:
    return Proto::INT64;
  case ElementType::u64:
    return Proto::UINT64;
  case ElementType::boolean:
    return Proto::BOOL;
  }
  return Proto::UNDEFINED;
}

bool tare::onnx::isSane(const TensorType &type) {
  if (type.shape.size() > largestRank)
    return false;
  // An empty tensor's other dimensions must not overflow a product either.
  TensorType filled = type;
  std::replace(filled.shape.begin(), filled.shape.end(), int64_t(0), int64_t(1));
  std::optional<size_t> bytes = checkedBytes(filled);
  return bytes && *bytes <= largestTensor;
}

Result<OwnedBytes> TensorReader::rawBytes(proto::TensorProto &tensor, size_t expected) {
  if (tensor.data_location() == Proto::EXTERNAL)
    return external.read(tensor, expected);
  if (tensor.raw_data().size() != expected)
    return Error{fmt::format("raw data has {} bytes, expected {}", tensor.raw_data().size(), expected)};
  auto text = std::make_shared<const std::string>(std::move(*tensor.mutable_raw_data()));
  return OwnedBytes{text, std::as_bytes(std::span(*text))};
}

Result<Tensor> TensorReader::readStored(proto::TensorProto &proto, const TensorType &type) {
  int32_t dataType = proto.data_type();
  if (!proto.has_raw_data() && proto.data_location() != Proto::EXTERNAL) {
    int64_t listed = isNarrowInteger(dataType) ? storedBytes(dataType, type.count()) : type.count();
    if (listLength(proto) != listed)
      return Error{
          fmt::format("found {} elements, expected {} for shape {}", listLength(proto), listed, toString(type.shape))};
    if (isNarrowInteger(dataType))
      return unpackHalfBytes(dataType, type.shape, listedBytes(proto));
    return readList(proto, type.shape);
  }
  Result<OwnedBytes> raw = rawBytes(proto, storedBytes(dataType, type.count()));
  if (!raw)
    return raw.error();
  if (isNarrowInteger(dataType))
    return unpackHalfBytes(dataType, type.shape, raw->bytes);
  if (dataType == Proto::FLOAT16 || dataType == Proto::BFLOAT16)
    return convertHalfs(dataType, type.shape, raw->bytes.data());
  Tensor tensor = wrap(type, *raw);
  return dataType == Proto::BOOL ? normalizeBools(tensor) : tensor;
}

ReadTensor tare::onnx::fromDoubles(Tensor doubles) {
  Tensor floats(ElementType::f32, doubles.shape());
  const double *begin = doubles.as<double>(), *end = begin + doubles.count();
  std::transform(begin, end, floats.mutableAs<float>(), [](double value) { return static_cast<float>(value); });
  return {std::move(floats), std::move(doubles)};
}

bool tare::onnx::areRounded(const Tensor &doubles) {
  const double *begin = doubles.as<double>();
  return std::any_of(begin, begin + doubles.count(),
                     [](double value) { return !std::isnan(value) && double(static_cast<float>(value)) != value; });
}

Result<Tensor> TensorReader::read(proto::TensorProto &proto) {
  Result<ReadTensor> tensor = readExactly(proto);
  return tensor ? Result<Tensor>(std::move(tensor->elements)) : tensor.error();
}

Result<ReadTensor> TensorReader::readExactly(proto::TensorProto &proto) {
  Result<TensorType> type = readType(proto);
  if (!type)
    return type.error();
  converted |= isFloat(proto.data_type()) && proto.data_type() != Proto::FLOAT;
  Result<Tensor> stored = readStored(proto, *type);
  if (!stored)
    return stored.error();
  return proto.data_type() == Proto::DOUBLE ? fromDoubles(std::move(*stored)) : ReadTensor{std::move(*stored), {}};
}
