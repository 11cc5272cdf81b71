//===- Bytes.h - Files written byte by byte ---------------------*- C++ -*-===//
#ifndef TARE_TEST_MEDIA_BYTES_H
#define TARE_TEST_MEDIA_BYTES_H

#include <cstdint>
#include <span>
#include <string>

namespace tare::test {

/// The lower bytes of a number, the least first.
inline std::string little(uint64_t number, size_t bytes) {
  std::string text;
  for (size_t i = 0; i != bytes; ++i)
    text += char(number >> 8 * i);
  return text;
}

inline std::span<const std::byte> bytesOf(const std::string &text) { return std::as_bytes(std::span(text)); }

} // namespace tare::test

#endif // TARE_TEST_MEDIA_BYTES_H
