//===- HostFuzzer.cpp - Runs any node of a model on the host --------------===//
//
// The importer computes what is constant, and calibration what has no op of its
// own, by operators that take their attributes and shapes from the model. This
// comes to them without a model around: a node is refused, or runs. The layout of
// an input is host_seeds.py's, which writes ONNX's own tests of each operator so.
//
//===----------------------------------------------------------------------===//
#include "tare/Host/Operator.h"

#include <algorithm>
#include <cstring>

using namespace tare;

namespace {

/// Operands and results of more bytes the importer does not compute, or the limit of memory refuses.
constexpr size_t mostBytes = 1 << 20;

/// Reads an input; behind its end, zeros.
class Bytes {
public:
  Bytes(const uint8_t *data, size_t size) : at(data), end(data + size) {}

  template <typename T> T number() {
    T value{};
    size_t count = std::min(sizeof(T), size_t(end - at));
    std::memcpy(&value, at, count);
    at += count;
    return value;
  }
  std::string text() {
    size_t count = std::min<size_t>(number<uint8_t>(), end - at);
    std::string value(reinterpret_cast<const char *>(at), count);
    at += count;
    return value;
  }
  template <typename T> std::vector<T> list() {
    std::vector<T> values(number<uint8_t>() % 17);
    for (T &value : values)
      value = number<T>();
    return values;
  }
  std::vector<std::string> texts() {
    std::vector<std::string> values(number<uint8_t>() % 9);
    for (std::string &value : values)
      value = text();
    return values;
  }
  /// So many bytes, by repeating those that are given.
  void fill(uint8_t *to, size_t count) {
    size_t given = std::min<size_t>(number<uint16_t>(), end - at);
    for (size_t i = 0; i < count; ++i)
      to[i] = given ? at[i % given] : 0;
    at += given;
  }

private:
  const uint8_t *at, *end;
};

/// A tensor as models have them; nothing where it would be large. Doubles and halves are float32 by then.
std::optional<Tensor> readTensor(Bytes &bytes) {
  constexpr ElementType elements[] = {ElementType::f32, ElementType::i8,     ElementType::u8,  ElementType::i16,
                                      ElementType::u16, ElementType::i32,    ElementType::u32, ElementType::i64,
                                      ElementType::u64, ElementType::boolean};
  TensorType type{elements[bytes.number<uint8_t>() % std::size(elements)], Shape(bytes.number<uint8_t>() % 9)};
  for (int64_t &dimension : type.shape)
    dimension = bytes.number<uint16_t>();
  std::optional<size_t> size = checkedBytes(type);
  if (!size || *size > mostBytes)
    return std::nullopt;
  Tensor tensor(type);
  auto *data = tensor.mutableAs<uint8_t>();
  bytes.fill(data, *size);
  if (type.element == ElementType::boolean)
    for (size_t i = 0; i < *size; ++i)
      data[i] &= 1;
  return tensor;
}

std::optional<host::Attribute> readAttribute(Bytes &bytes) {
  switch (bytes.number<uint8_t>() % 7) {
  case 0:
    return bytes.number<int64_t>();
  case 1:
    return double(bytes.number<float>());
  case 2:
    return bytes.text();
  case 3:
    return bytes.list<int64_t>();
  case 4: {
    std::vector<float> values = bytes.list<float>();
    return std::vector<double>(values.begin(), values.end());
  }
  case 5:
    return bytes.texts();
  default:
    std::optional<Tensor> tensor = readTensor(bytes);
    return tensor ? std::optional<host::Attribute>(*tensor) : std::nullopt;
  }
}

host::Node readNode(Bytes &bytes) {
  std::vector<std::string_view> known = host::Operators::get().names();
  std::string name = bytes.text();
  // A name that is damaged is another operator's.
  if (!host::Operators::get().find(name))
    name = known[std::hash<std::string>()(name) % known.size()];
  host::Node node{name, bytes.number<uint8_t>() % 29};
  for (int left = bytes.number<uint8_t>() % 16; left > 0; --left) {
    std::string attribute = bytes.text();
    if (auto value = readAttribute(bytes))
      node.attributes.set(attribute, *value);
  }
  return node;
}

bool isSmall(const std::vector<TensorType> &types) {
  size_t sum = 0;
  for (const TensorType &type : types) {
    std::optional<size_t> bytes = checkedBytes(type);
    if (!bytes || type.shape.size() > 8)
      return false;
    sum += *bytes;
  }
  return sum <= mostBytes;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Bytes bytes(data, size);
  host::Node node = readNode(bytes);
  std::vector<std::optional<host::Operand>> operands;
  std::vector<Tensor> tensors(bytes.number<uint8_t>() % 17);
  for (Tensor &tensor : tensors) {
    // Left out, computed when the net runs, or known.
    uint8_t kind = bytes.number<uint8_t>() % 3;
    std::optional<Tensor> read = kind ? readTensor(bytes) : std::nullopt;
    tensor = read.value_or(Tensor());
    operands.push_back(read ? std::optional(host::Operand{read->type(), kind == 1 ? Tensor() : *read}) : std::nullopt);
  }
  auto types = host::inferTypes(node, std::move(operands), 1 + bytes.number<uint8_t>() % 8);
  if (!types || !isSmall(*types))
    return 0;
  std::vector<Tensor> results(types->begin(), types->end());
  std::vector<const Tensor *> pointers;
  for (const Tensor &tensor : tensors)
    pointers.push_back(tensor ? &tensor : nullptr);
  (void)host::run(node, pointers, results);
  return 0;
}
