#include "tare/Diagnostics/OneLine.h"

#include <gtest/gtest.h>

using tare::oneLine;

namespace {

TEST(OneLine, TextThatPrintsStaysAsItIs) {
  for (std::string_view text : {"", "layer 'conv/1'", "C:\\models\\net.onnx", "層 \"é\" ½", "\xf0\x9f\x98\x80"})
    EXPECT_EQ(oneLine(text), text);
}

TEST(OneLine, ControlCharactersAreEscaped) {
  EXPECT_EQ(oneLine("a\nb\rc\td"), "a\\nb\\rc\\td");
  EXPECT_EQ(oneLine("\x1b[31mred\x7f\b"), "\\x1b[31mred\\x7f\\x08");
  EXPECT_EQ(oneLine(std::string_view("a\0b", 3)), "a\\x00b");
}

TEST(OneLine, SoAreThoseOfUnicode) {
  EXPECT_EQ(oneLine("a\u0085b\u009bc"), "a\\u0085b\\u009bc");
  EXPECT_EQ(oneLine("a\u2028b\u202ec"), "a\\u2028b\\u202ec");
}

TEST(OneLine, BytesThatAreNoUtf8AreEscaped) {
  EXPECT_EQ(oneLine("a\xff\xfe"), "a\\xff\\xfe");
  // A sequence that ends early, one that is longer than it must be, a surrogate.
  EXPECT_EQ(oneLine("\xe5\xb1"), "\\xe5\\xb1");
  EXPECT_EQ(oneLine("\xc0\x8a"), "\\xc0\\x8a");
  EXPECT_EQ(oneLine("\xed\xa0\x80"), "\\xed\\xa0\\x80");
}

} // namespace
