//===- PointersTest.cpp - No kernel computes a pointer out of nothing -----===//
//
// Built with the instruction sets' own files once more, with traps where an
// offset is added to a null pointer, or an address wraps around: a run that
// ends is a run without.
//
//===----------------------------------------------------------------------===//
#include "RandomNetwork.h"

#include "tare/Program/Container.h"
#include "tare/Program/Reader.h"
#include "tare/Runtime/Context.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

using namespace tare;
using namespace tare::test;

namespace {

constexpr const char *sets[] = {"portable", "avx2", "avx512", "avx512_vnni", "amx", "neon"};

void run(const std::shared_ptr<const program::Model> &model, runtime::Form form) {
  auto session = runtime::Session::create(model);
  ASSERT_TRUE(session) << session.error().message;
  auto context = (*session)->makeContext(form);
  ASSERT_TRUE(context) << context.error().message;
  std::vector<std::vector<std::byte>> values;
  std::vector<const void *> inputs;
  std::vector<void *> outputs;
  for (size_t i = 0; i != (*session)->inputCount(); ++i)
    inputs.push_back(values.emplace_back((*session)->describeInput(i, form).type.bytes()).data());
  for (size_t i = 0; i != (*session)->outputCount(form); ++i)
    outputs.push_back(values.emplace_back((*session)->describeOutput(i, form).type.bytes()).data());
  EXPECT_TRUE((*context)->run(inputs, outputs));
}

class Pointers : public testing::TestWithParam<const char *> {
protected:
  void SetUp() override { setenv("TARE_MAX_ISA", GetParam(), 1); }
  void TearDown() override { unsetenv("TARE_MAX_ISA"); }
};

TEST_P(Pointers, StayWithinTheirMemoryInRandomNetworks) {
  for (uint32_t seed = 0; seed != 60; ++seed) {
    auto bytes = std::make_shared<std::vector<std::byte>>(randomNetwork(seed, 30).bytes());
    auto model = program::readMemory(*bytes, bytes, "network.tare");
    ASSERT_TRUE(model) << model.error().message;
    run(*model, runtime::Form::program);
  }
}

/// What the program fuzzer has found: a FlatBuffer.
TEST_P(Pointers, StayWithinTheirMemoryInWhatAFuzzerFound) {
  std::ifstream stream(TARE_TEST_DATA "/../../fuzz/found/program/null-offset.fb", std::ios::binary);
  ASSERT_TRUE(stream);
  std::vector<char> bytes((std::istreambuf_iterator<char>(stream)), {});
  uint64_t count = program::GetProgram(bytes.data())->constant_bytes();
  std::vector<std::byte> constants(count);
  for (size_t i = 0; i != constants.size(); ++i)
    constants[i] = std::byte(i * 151 % 256);
  auto file = program::makeContainer({std::as_bytes(std::span(bytes)), constants});
  auto model = program::readMemory(file, nullptr, "fuzzed");
  ASSERT_TRUE(model) << model.error().message;
  for (auto form : {runtime::Form::program, runtime::Form::model, runtime::Form::raw})
    run(*model, form);
}

INSTANTIATE_TEST_SUITE_P(Sets, Pointers, testing::ValuesIn(sets),
                         [](const auto &info) { return std::string(info.param); });

} // namespace
