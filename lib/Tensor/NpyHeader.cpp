//===- NpyHeader.cpp - The header of a .npy file --------------------------===//
//
// A header is the magic "\x93NUMPY", a version, a length and a Python
// dictionary:
//   {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
//
//===----------------------------------------------------------------------===//

#include "tare/Tensor/Npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

using namespace tare;

namespace {
constexpr std::string_view magic = "\x93NUMPY";
/// numpy writes under 1 KB; more is not a header.
constexpr size_t longestHeader = 1 << 16;

/// The dictionary's entries, as they are written.
struct Dictionary {
  std::string descr;
  bool fortran = false;
  Shape shape;
};

/// Reads the one dictionary that a header holds; every step says whether the
/// text is what numpy writes.
class DictionaryParser {
public:
  explicit DictionaryParser(std::string_view text) : rest(text) {}

  bool parse(Dictionary &result) {
    bool descr = false, fortran = false, shape = false;
    if (!take('{'))
      return false;
    while (!take('}')) {
      std::string key;
      if (!quoted(key) || !take(':'))
        return false;
      if (key == "descr")
        descr = parseDescr(result.descr);
      else if (key == "fortran_order")
        fortran = parseBool(result.fortran);
      else if (key == "shape")
        shape = parseShape(result.shape);
      else
        return false;
      if (!take(',') && !peek('}'))
        return false;
    }
    skipSpace();
    return rest.empty() && descr && fortran && shape;
  }

private:
  void skipSpace() {
    size_t n = rest.find_first_not_of(" \t\r\n");
    rest.remove_prefix(n == rest.npos ? rest.size() : n);
  }
  bool peek(char c) {
    skipSpace();
    return !rest.empty() && rest.front() == c;
  }
  bool take(char c) {
    if (!peek(c))
      return false;
    rest.remove_prefix(1);
    return true;
  }
  bool takeWord(std::string_view word) {
    skipSpace();
    if (!rest.starts_with(word))
      return false;
    rest.remove_prefix(word.size());
    return true;
  }
  bool quoted(std::string &text) {
    skipSpace();
    if (rest.empty() || (rest.front() != '\'' && rest.front() != '"'))
      return false;
    size_t end = rest.find(rest.front(), 1);
    if (end == rest.npos)
      return false;
    text = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return true;
  }
  /// A string, or the list that describes a structured type, kept as text.
  bool parseDescr(std::string &text) {
    if (!peek('['))
      return quoted(text);
    size_t end = rest.find(']');
    if (end == rest.npos)
      return false;
    text = rest.substr(0, end + 1);
    rest.remove_prefix(end + 1);
    return true;
  }
  bool parseBool(bool &value) {
    value = takeWord("True");
    return value || takeWord("False");
  }
  bool parseShape(Shape &shape) {
    if (!take('('))
      return false;
    while (!take(')')) {
      skipSpace();
      int64_t dim = 0;
      auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), dim);
      if (error != std::errc() || dim < 0)
        return false;
      rest.remove_prefix(size_t(end - rest.data()));
      shape.push_back(dim);
      if (!take(',') && !peek(')'))
        return false;
    }
    return true;
  }

  std::string_view rest;
};

struct StoredType {
  std::string_view code;
  ElementType element;
};
constexpr StoredType storedTypes[] = {
    {"f4", ElementType::f32}, {"f8", ElementType::f64}, {"i1", ElementType::i8},      {"u1", ElementType::u8},
    {"i2", ElementType::i16}, {"u2", ElementType::u16}, {"i4", ElementType::i32},     {"u4", ElementType::u32},
    {"i8", ElementType::i64}, {"u8", ElementType::u64}, {"b1", ElementType::boolean},
};

/// float16, which reads as float32.
constexpr std::string_view halfCode = "f2";

std::string_view codeOf(ElementType element) {
  if (element == ElementType::f16)
    return halfCode;
  for (const StoredType &stored : storedTypes)
    if (stored.element == element)
      return stored.code;
  return "";
}

/// Sets the element type and how it is stored; false for types that are not
/// numbers of a fixed size.
bool setElementType(std::string_view descr, NpyHeader &header) {
  if (descr.size() != 3)
    return false;
  char order = descr.front();
  if (order != '<' && order != '>' && order != '|' && order != '=')
    return false;
  std::string_view code = descr.substr(1);
  header.half = code == halfCode;
  bool known = header.half;
  header.type.element = ElementType::f32;
  for (const StoredType &stored : storedTypes) {
    if (stored.code != code)
      continue;
    header.type.element = stored.element;
    known = true;
  }
  header.storedBytes = header.half ? 2 : sizeOf(header.type.element);
  header.swapped = order == '>' && header.storedBytes > 1;
  return known;
}

/// Reads exactly `bytes`; nothing when the source ends before.
Result<bool> readExactly(ByteSource &source, void *data, size_t bytes) {
  Result<size_t> got = source.read(data, bytes);
  if (!got)
    return got.error();
  return *got == bytes;
}

Error notNpy(const std::string &name, std::string_view why) {
  return Error{fmt::format("{}: not a .npy array: {}; write it with numpy.save or "
                           "numpy.savez",
                           name, why)};
}

/// The header's text, behind magic, version and length; counts all bytes read.
Result<std::string> readText(ByteSource &source, const std::string &name, size_t &headerBytes) {
  char start[8];
  Result<bool> whole = readExactly(source, start, sizeof(start));
  if (!whole)
    return whole.error();
  if (!*whole || std::string_view(start, magic.size()) != magic)
    return notNpy(name, "it does not begin as one");
  int major = start[6];
  if (major < 1 || major > 3)
    return notNpy(name, fmt::format("format version {}, expected 1 to 3", unsigned(uint8_t(major))));
  uint8_t length[4] = {};
  whole = readExactly(source, length, major == 1 ? 2 : 4);
  if (!whole)
    return whole.error();
  size_t bytes = length[0] | size_t(length[1]) << 8 | size_t(length[2]) << 16 | size_t(length[3]) << 24;
  if (!*whole || bytes > longestHeader)
    return notNpy(name, "its header is damaged");
  std::string text(bytes, '\0');
  whole = readExactly(source, text.data(), bytes);
  if (!whole)
    return whole.error();
  if (!*whole)
    return notNpy(name, "its header is cut off");
  headerBytes = sizeof(start) + (major == 1 ? 2 : 4) + bytes;
  return text;
}

std::string shapeText(const Shape &shape) {
  std::string text = "(";
  for (size_t i = 0; i < shape.size(); ++i)
    text += fmt::format("{}{}", i ? ", " : "", shape[i]);
  return text + (shape.size() == 1 ? ",)" : ")");
}
} // namespace

Result<NpyHeader> tare::readNpyHeader(ByteSource &source, const std::string &name) {
  NpyHeader header;
  Result<std::string> text = readText(source, name, header.headerBytes);
  if (!text)
    return text.error();
  Dictionary dictionary;
  if (!DictionaryParser(*text).parse(dictionary))
    return notNpy(name, "its header is damaged");

  header.type.shape = std::move(dictionary.shape);
  if (!setElementType(dictionary.descr, header))
    return Error{fmt::format("{}: elements of type {} cannot be read; expected numbers, "
                             "for example x.astype(numpy.float32)",
                             name, dictionary.descr)};
  if (!checkedBytes(header.type))
    return notNpy(name, fmt::format("its shape {} is impossible", shapeText(header.type.shape)));
  auto longAxes =
      std::count_if(header.type.shape.begin(), header.type.shape.end(), [](int64_t dim) { return dim != 1; });
  // With one axis, both orders are the same.
  if (dictionary.fortran && longAxes > 1)
    return Error{fmt::format("{}: the array is stored in Fortran order; save "
                             "numpy.ascontiguousarray(x)",
                             name)};
  return header;
}

std::string tare::npyHeader(const TensorType &type, size_t minimumBytes) {
  static_assert(std::endian::native == std::endian::little);
  std::string text = fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': {}, }}",
                                 sizeOf(type.element) == 1 ? '|' : '<', codeOf(type.element), shapeText(type.shape));
  size_t bytes = std::max(magic.size() + 4 + text.size() + 1, minimumBytes);
  bytes = (bytes + 63) / 64 * 64;
  size_t length = bytes - magic.size() - 4;
  text.resize(length - 1, ' ');
  std::string header(magic);
  header += {'\x01', '\x00', char(length & 0xff), char(length >> 8)};
  return header + text + '\n';
}
