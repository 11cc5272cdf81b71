//===- FileTest.cpp - Writing and reading programs ------------------------===//
#include "NetworkBuilder.h"

#include "tare/Program/Container.h"
#include "tare/Program/Reader.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace tare;
using namespace tare::program;
using namespace tare::test;

namespace {

Result<std::shared_ptr<const Model>> read(std::span<const std::byte> bytes) {
  return readMemory(bytes, nullptr, "small.tare");
}

std::string errorOf(std::span<const std::byte> bytes) {
  auto model = read(bytes);
  return model ? "" : model.error().message;
}

TEST(File, RoundTrip) {
  NetworkBuilder builder = smallNetwork();
  std::vector<std::byte> bytes = builder.bytes();
  auto model = read(bytes);
  ASSERT_TRUE(model) << model.error().message;
  const ProgramT &program = (*model)->program();
  EXPECT_EQ(program.version, 1u); // nothing in it that version 1 had not
  EXPECT_EQ(program.layers.size(), 7u);
  EXPECT_EQ(program.layers[2]->name, "conv");
  EXPECT_EQ(program.layers[2]->op.AsConv()->requant->shifts, (std::vector<uint8_t>{18, 19, 20, 21}));
  EXPECT_EQ(program.outputs[0]->scales, (std::vector<double>{0.25, 0.5, 0.125}));
  for (uint32_t i = 0; i != program.tensors.size(); ++i) {
    const auto &expected = builder.constants()[i];
    ASSERT_EQ((*model)->constant(i) != nullptr, program.tensors[i]->constant);
    if (program.tensors[i]->constant)
      EXPECT_EQ(std::memcmp((*model)->constant(i), expected.data(), expected.size()), 0);
  }
}

TEST(File, SameProgramGivesSameBytes) { EXPECT_EQ(smallNetwork().bytes(), smallNetwork().bytes()); }

std::vector<std::byte> contentsOf(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

/// Constants of all sizes: files are written in pieces.
TEST(File, WritesTheSerializedBytes) {
  NetworkBuilder builder = smallNetwork();
  for (int64_t size : {1, 64, 100, 1 << 20, (3 << 20) + 1, 5}) {
    std::vector<int8_t> data(size);
    for (int64_t i = 0; i != size; ++i)
      data[i] = static_cast<int8_t>(i * 7 + size);
    builder.constant("filler", {size}, data);
  }
  std::string path = testing::TempDir() + "/pieces.tare";
  std::vector<std::byte> bytes = builder.bytes();
  ASSERT_TRUE(writeProgram(path, builder.finish(), builder.constants()));
  EXPECT_EQ(contentsOf(path), bytes);
  EXPECT_TRUE(read(bytes));
}

TEST(File, ConstantsStayInTheMappedFile) {
  std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "in_place.tare";
  NetworkBuilder builder = smallNetwork();
  ASSERT_TRUE(writeProgram(path.string(), builder.finish(), builder.constants()));
  auto model = readFile(path.string());
  ASSERT_TRUE(model) << model.error().message;
  const ProgramT &program = (*model)->program();
  // A mapping begins at a page; all constants follow the FlatBuffer in it.
  const std::byte *first = nullptr;
  for (uint32_t i = 0; i != program.tensors.size(); ++i)
    if (program.tensors[i]->constant) {
      auto *data = static_cast<const std::byte *>((*model)->constant(i));
      EXPECT_EQ(reinterpret_cast<uintptr_t>(data) % dataAlignment, 0u);
      first = first ? first : data;
      EXPECT_EQ(uint64_t(data - first), program.tensors[i]->data_offset);
    }
  std::filesystem::remove(path);
}

TEST(File, AlignedMemoryIsUsedInPlaceAndOtherMemoryIsCopied) {
  std::vector<std::byte> bytes = smallNetwork().bytes();
  std::vector<std::byte> space(bytes.size() + 2 * dataAlignment);
  auto begin = reinterpret_cast<uintptr_t>(space.data());
  for (size_t shift : {0, 1}) {
    std::byte *place = space.data() + (alignUp(begin) - begin) + shift;
    std::memcpy(place, bytes.data(), bytes.size());
    auto model = read({place, bytes.size()});
    ASSERT_TRUE(model) << model.error().message;
    for (uint32_t i = 0; i != (*model)->program().tensors.size(); ++i)
      if (auto *data = static_cast<const std::byte *>((*model)->constant(i)))
        EXPECT_EQ(data > place && data < place + bytes.size(), shift == 0);
  }
}

TEST(File, EveryTruncationIsAnError) {
  std::vector<std::byte> bytes = smallNetwork().bytes();
  for (size_t size = 0; size != bytes.size(); ++size)
    EXPECT_TRUE(errorOf(std::span(bytes).first(size)).starts_with("small.tare: ")) << size;
}

TEST(File, EveryFlippedBitIsAnError) {
  std::vector<std::byte> bytes = smallNetwork().bytes();
  for (size_t i = 0; i != bytes.size(); ++i)
    for (int bit = 0; bit != 8; ++bit) {
      bytes[i] ^= std::byte(1 << bit);
      EXPECT_NE(errorOf(bytes), "") << "bit " << bit << " of byte " << i;
      bytes[i] ^= std::byte(1 << bit);
    }
  EXPECT_EQ(errorOf(bytes), "");
}

TEST(File, MessagesSayWhatIsWrong) {
  std::vector<std::byte> bytes = smallNetwork().bytes();
  EXPECT_EQ(errorOf(std::as_bytes(std::span("PK\3\4 something else"))),
            "small.tare: not a Tare program: the identifier 'TARE' is missing at byte 4");
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "truncated", errorOf(std::span(bytes).first(20)));
  bytes[100] ^= std::byte(1);
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "checksum", errorOf(bytes));
  EXPECT_EQ(readFile("/nonexistent/model.tare").error().message,
            "cannot read /nonexistent/model.tare: no such file or directory");
  EXPECT_EQ(readFile(testing::TempDir()).error().message, "cannot read " + testing::TempDir() + ": it is a folder");
}

/// The bytes of a program whatever the verifier thinks of it.
std::vector<std::byte> unchecked(const ProgramT &program, size_t constantBytes) {
  flatbuffers::FlatBufferBuilder builder;
  FinishProgramBuffer(builder, program::Program::Pack(builder, &program));
  std::vector<std::byte> constants(constantBytes);
  return makeContainer({std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize())), constants});
}

TEST(File, AnotherVersionIsNamed) {
  ProgramT program = smallNetwork().finish();
  program.version = 7;
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "format version 7, this build reads versions 1 to 2",
                      errorOf(unchecked(program, 0)));
}

TEST(File, ConstantsOfAnotherSizeAreAnError) {
  NetworkBuilder builder = smallNetwork();
  auto model = read(builder.bytes());
  ASSERT_TRUE(model);
  ProgramT program = (*model)->program();
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "bytes of constants, the program says",
                      errorOf(unchecked(program, program.constant_bytes - 64)));
}

/// A Resize whose axes are one table, referred to again and again: 60 KB that
/// would unpack to 200 MB.
TEST(File, SharedTablesDoNotUnpackWithoutLimit) {
  flatbuffers::FlatBufferBuilder builder;
  std::vector<int32_t> lower(10000);
  auto axis = CreateResizeAxisDirect(builder, &lower);
  std::vector<flatbuffers::Offset<ResizeAxis>> axes(5000, axis);
  auto resize = CreateResizeDirect(builder, ResizeMode::nearest, &axes);
  auto layer = CreateLayerDirect(builder, "resize", Op::Resize, resize.Union());
  std::vector<flatbuffers::Offset<Layer>> layers{layer};
  FinishProgramBuffer(builder, CreateProgramDirect(builder, formatVersion, "test", 0, nullptr, &layers));
  auto bytes = makeContainer({std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize())), {}});
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "tables share parts", errorOf(bytes));
}

TEST(File, WriterRefusesWhatReaderWould) {
  NetworkBuilder builder = smallNetwork();
  ProgramT program = builder.finish();
  program.tensors[program.outputs[0]->tensor]->shape = {1, 4};
  std::string path = testing::TempDir() + "/refused.tare";
  auto status = writeProgram(path, program, builder.constants());
  ASSERT_FALSE(status);
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "'dequantize'", status.error().message);
  EXPECT_FALSE(std::filesystem::exists(path));
}

} // namespace
