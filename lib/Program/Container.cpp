//===- Container.cpp - The layout of a .tare file -------------------------===//
//
// Little endian only: constants are used in place, so a big-endian host could
// not read them anyway.
//
//===----------------------------------------------------------------------===//
#include "tare/Program/Container.h"

#include "tare/Program/program_generated.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <bit>
#include <cstring>

static_assert(std::endian::native == std::endian::little, "programs are little endian");

namespace tare::program {
namespace {

struct Footer {
  uint64_t flatBufferBytes;
  uint64_t constantsOffset;
  uint64_t checksum;
};
static_assert(sizeof(Footer) == footerBytes);

uint64_t checksumOf(std::span<const std::byte> bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

/// The identifier stands in the first bytes, so that a file of another kind is
/// recognized even when it is short.
bool hasIdentifier(std::span<const std::byte> file) {
  constexpr size_t offset = sizeof(flatbuffers::uoffset_t);
  return file.size() >= offset + flatbuffers::kFileIdentifierLength &&
         std::memcmp(file.data() + offset, ProgramIdentifier(), flatbuffers::kFileIdentifierLength) == 0;
}

} // namespace

Result<Container> openContainer(std::span<const std::byte> file) {
  if (!hasIdentifier(file))
    return Error{"not a Tare program: the identifier 'TARE' is missing at byte 4"};
  if (file.size() < footerBytes)
    return Error{fmt::format("damaged: {} bytes are too few for a program; the file was truncated", file.size())};

  Footer footer;
  std::memcpy(&footer, file.data() + file.size() - footerBytes, footerBytes);
  uint64_t found = checksumOf(file.first(file.size() - sizeof(footer.checksum)));
  if (found != footer.checksum)
    return Error{fmt::format("damaged: the checksum is {:016x}, its footer says {:016x}; the file was truncated or "
                             "altered, convert the model again",
                             found, footer.checksum)};

  // From here on the file is what somebody wrote, which may still be somebody
  // hostile.
  uint64_t body = file.size() - footerBytes;
  if (footer.flatBufferBytes > body || footer.constantsOffset > body ||
      footer.constantsOffset != alignUp(footer.flatBufferBytes) || (body - footer.constantsOffset) % dataAlignment != 0)
    return Error{fmt::format("malformed: the footer says {} bytes of FlatBuffer and constants at {}, in {} bytes",
                             footer.flatBufferBytes, footer.constantsOffset, file.size())};
  return Container{file.first(footer.flatBufferBytes),
                   file.subspan(footer.constantsOffset, body - footer.constantsOffset)};
}

std::vector<std::byte> makeContainer(const Container &parts) {
  Footer footer{parts.flatBuffer.size(), alignUp(parts.flatBuffer.size()), 0};
  std::vector<std::byte> file(footer.constantsOffset + parts.constants.size() + footerBytes);
  std::copy(parts.flatBuffer.begin(), parts.flatBuffer.end(), file.begin());
  std::copy(parts.constants.begin(), parts.constants.end(), file.begin() + footer.constantsOffset);
  std::byte *end = file.data() + file.size() - footerBytes;
  std::memcpy(end, &footer, sizeof(footer) - sizeof(footer.checksum));
  footer.checksum = checksumOf(std::span(file).first(file.size() - sizeof(footer.checksum)));
  std::memcpy(end, &footer, sizeof(footer));
  return file;
}

} // namespace tare::program
