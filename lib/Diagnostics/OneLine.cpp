//===- OneLine.cpp - Text from files inside of messages -------------------===//
#include "tare/Diagnostics/OneLine.h"

#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace {

/// What a terminal obeys, or where a viewer breaks or turns the line.
bool isControl(UTF32 character) {
  return character < 0x20 || (character >= 0x7f && character < 0xa0) || // C0, DEL, C1
         character == 0x2028 || character == 0x2029 ||                  // separators of lines and paragraphs
         character == 0x200e || character == 0x200f ||                  // marks of direction
         (character >= 0x202a && character <= 0x202e) || (character >= 0x2066 && character <= 0x2069);
}

std::string escaped(UTF32 character) {
  switch (character) {
  case '\n':
    return "\\n";
  case '\r':
    return "\\r";
  case '\t':
    return "\\t";
  default:
    return character < 0x80 ? formatv("\\x{0:x-2}", character).str() : formatv("\\u{0:x-4}", character).str();
  }
}

} // namespace

std::string tare::oneLine(std::string_view text) {
  std::string line;
  auto *next = reinterpret_cast<const UTF8 *>(text.data()), *end = next + text.size();
  while (next != end) {
    const UTF8 *first = next;
    UTF32 character = 0;
    if (convertUTF8Sequence(&next, end, &character, strictConversion) != conversionOK) {
      line += formatv("\\x{0:x-2}", unsigned(*first)).str();
      next = first + 1;
    } else if (isControl(character)) {
      line += escaped(character);
    } else {
      line.append(first, next);
    }
  }
  return line;
}
