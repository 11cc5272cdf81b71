//===- Reader.cpp - Loads programs ----------------------------------------===//
//
// Checks go from the outside in, each relying on the one before: checksum,
// FlatBuffers verifier, version, what unpacking relies on, and the semantic
// rules.
//
//===----------------------------------------------------------------------===//
#include "tare/Program/Reader.h"

#include "UnpackVerifier.h"
#include "tare/Program/Container.h"
#include "tare/Program/Verifier.h"
#include "tare/Tensor/MappedFile.h"

#include <fmt/format.h>

#include <cstring>

namespace tare::program {
namespace {

Result<const Program *> verifyFlatBuffer(std::span<const std::byte> buffer) {
  if (buffer.size() >= FLATBUFFERS_MAX_BUFFER_SIZE)
    return Error{"malformed: the FlatBuffer is larger than 2 GiB"};
  const auto *bytes = reinterpret_cast<const uint8_t *>(buffer.data());
  flatbuffers::Verifier::Options limits;
  limits.max_depth = 16;
  limits.max_tables = static_cast<flatbuffers::uoffset_t>(buffer.size() / minTableBytes + 1);
  flatbuffers::Verifier verifier(bytes, buffer.size(), limits);
  if (!VerifyProgramBuffer(verifier))
    return Error{"malformed: the FlatBuffer is not valid by the schema of programs"};
  return GetProgram(bytes);
}

Result<ProgramT> unpack(std::span<const std::byte> buffer) {
  auto root = verifyFlatBuffer(buffer);
  if (!root)
    return root.error();
  if (uint32_t version = (*root)->version(); version == 0 || version > formatVersion)
    return Error{fmt::format("the program has format version {}, this build reads versions 1 to {}; take a newer Tare, "
                             "or convert the model again",
                             version, formatVersion)};
  if (auto status = verifyUnpacking(**root, buffer.size()); !status)
    return Error{"malformed: " + status.error().message};
  ProgramT program;
  (*root)->UnPackTo(&program);
  return program;
}

Result<std::shared_ptr<const Model>> read(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                                          std::string name) {
  auto container = openContainer(bytes);
  if (!container)
    return container.error();
  auto program = unpack(container->flatBuffer);
  if (!program)
    return program.error();
  if (program->constant_bytes != container->constants.size())
    return Error{fmt::format("malformed: {} bytes of constants, the program says {}", container->constants.size(),
                             program->constant_bytes)};
  auto bytesOf = [&](uint32_t tensor) -> const void * {
    return container->constants.data() + program->tensors[tensor]->data_offset;
  };
  if (auto status = verify(*program, bytesOf); !status)
    return Error{"malformed: " + status.error().message};
  return std::make_shared<const Model>(std::move(name), std::move(*program), container->constants, std::move(owner));
}

} // namespace

Result<std::shared_ptr<const Model>> readMemory(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                                                std::string name) {
  if (reinterpret_cast<uintptr_t>(bytes.data()) % dataAlignment != 0) {
    auto copy = std::make_shared<tare::Tensor>(ElementType::u8, Shape{static_cast<int64_t>(bytes.size())});
    std::memcpy(copy->mutableAs<std::byte>(), bytes.data(), bytes.size());
    bytes = {copy->as<std::byte>(), bytes.size()};
    owner = copy;
  }
  auto model = read(bytes, std::move(owner), name);
  if (!model)
    return Error{name + ": " + model.error().message};
  return model;
}

Result<std::shared_ptr<const Model>> readFile(const std::string &path) {
  auto file = MappedFile::open(path);
  if (!file)
    return file.error();
  return readMemory((*file)->bytes(), *file, path);
}

} // namespace tare::program
