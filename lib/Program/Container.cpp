//===- Container.cpp - The layout of a .tare file -------------------------===//
//
// Little endian only: constants are used in place, so a big-endian host could
// not read them anyway.
//
//===----------------------------------------------------------------------===//
#include "tare/Program/Container.h"

#include "tare/Schema/program_generated.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <bit>
#include <cstring>
#include <memory>

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

namespace {

/// Keeps the checksum of what goes to a sink.
class CheckedSink {
public:
  explicit CheckedSink(const ByteSink &sink) : sink(sink), state(XXH3_createState(), &XXH3_freeState) {
    XXH3_64bits_reset(state.get());
  }

  Status write(std::span<const std::byte> bytes) {
    if (bytes.empty())
      return success();
    XXH3_64bits_update(state.get(), bytes.data(), bytes.size());
    return sink(bytes);
  }
  /// The bytes, and zeros up to a multiple of dataAlignment.
  Status writeAligned(std::span<const std::byte> bytes) {
    static constexpr std::byte zeros[dataAlignment] = {};
    if (Status status = write(bytes); !status)
      return status;
    return write(std::span(zeros).first(alignUp(bytes.size()) - bytes.size()));
  }
  uint64_t checksum() const { return XXH3_64bits_digest(state.get()); }

private:
  const ByteSink &sink;
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state;
};

} // namespace

Status writeContainer(std::span<const std::byte> flatBuffer, std::span<const std::span<const std::byte>> constants,
                      const ByteSink &sink) {
  CheckedSink checked(sink);
  if (Status status = checked.writeAligned(flatBuffer); !status)
    return status;
  for (std::span<const std::byte> constant : constants)
    if (Status status = checked.writeAligned(constant); !status)
      return status;
  Footer footer{flatBuffer.size(), alignUp(flatBuffer.size()), 0};
  auto bytes = std::as_bytes(std::span(&footer, 1));
  if (Status status = checked.write(bytes.first(sizeof(footer) - sizeof(footer.checksum))); !status)
    return status;
  footer.checksum = checked.checksum();
  return sink(bytes.last(sizeof(footer.checksum)));
}

std::vector<std::byte> makeContainer(const Container &parts) {
  std::vector<std::byte> file;
  file.reserve(alignUp(parts.flatBuffer.size()) + parts.constants.size() + footerBytes);
  (void)writeContainer(parts.flatBuffer, std::span(&parts.constants, 1), [&](std::span<const std::byte> bytes) {
    file.insert(file.end(), bytes.begin(), bytes.end());
    return success();
  });
  return file;
}

} // namespace tare::program
