//===- CApiTest.cpp - The C API -------------------------------------------===//
#include "RandomNetwork.h"

#include "tare/Program/Container.h"
#include "tare/Tensor/AtomicFile.h"
#include "tare/tare.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <thread>

using namespace tare::test;

namespace {

class CApi : public testing::Test {
protected:
  void SetUp() override { ASSERT_EQ(load(bytes), TARE_OK) << tare_last_error(); }
  void TearDown() override { tare_program_destroy(program); }

  tare_status load(const std::vector<std::byte> &file) {
    return tare_program_load_memory(file.data(), file.size(), 0, &program);
  }

  std::vector<std::byte> bytes = smallNetwork().bytes();
  tare_program *program = nullptr;
};

TEST_F(CApi, Describes) {
  EXPECT_EQ(tare_api_version(), uint32_t(TARE_API_VERSION));
  EXPECT_EQ(tare_format_version(), tare::program::formatVersion);
  EXPECT_EQ(tare_program_input_count(program), 1u);
  EXPECT_EQ(tare_program_output_count(program), 1u);
  tare_port port;
  ASSERT_EQ(tare_program_input(program, 0, TARE_FORM_PROGRAM, &port), TARE_OK);
  EXPECT_STREQ(port.name, "image");
  EXPECT_STREQ(port.layout, "NCHW");
  EXPECT_EQ(port.type, TARE_F32);
  EXPECT_EQ(std::vector<int64_t>(port.shape, port.shape + port.rank), (std::vector<int64_t>{1, 2, 6, 6}));
  EXPECT_EQ(port.bytes, 72 * sizeof(float));
  ASSERT_EQ(tare_program_output(program, 0, TARE_FORM_RAW, &port), TARE_OK);
  EXPECT_EQ(port.type, TARE_I32);
  EXPECT_EQ(std::vector<double>(port.scales, port.scales + port.scale_count), (std::vector<double>{0.25, 0.5, 0.125}));
  EXPECT_EQ(port.axis, 1);
}

TEST_F(CApi, ThreadsGiveTheSameBits) {
  std::vector<float> image(72, 0.7f), expected(3), result(3);
  auto run = [&](size_t threads, std::vector<float> &output) {
    tare_context *context = nullptr;
    ASSERT_EQ(tare_context_create_threaded(program, TARE_FORM_MODEL, threads, &context), TARE_OK);
    const void *from = image.data();
    void *to = output.data();
    EXPECT_EQ(tare_context_run(context, &from, &to), TARE_OK);
    tare_context_destroy(context);
  };
  run(1, expected);
  for (size_t threads : {0, 2, 7, 1000}) {
    run(threads, result);
    EXPECT_EQ(result, expected) << threads;
  }
}

TEST_F(CApi, RawAndRealNumbersAgree) {
  float image[72];
  int8_t integers[72];
  for (int i = 0; i != 72; ++i) {
    integers[i] = int8_t(i * 53 % 256 - 128);
    image[i] = (integers[i] - 3) * 0.5f;
  }
  auto run = [&](tare_form form, const void *input, void *output) {
    tare_context *context = nullptr;
    ASSERT_EQ(tare_context_create(program, form, &context), TARE_OK);
    EXPECT_EQ(tare_context_run(context, &input, &output), TARE_OK);
    tare_context_destroy(context);
  };
  float logits[3];
  int32_t accumulators[3];
  run(TARE_FORM_MODEL, image, logits);
  run(TARE_FORM_RAW, integers, accumulators);
  const double scales[] = {0.25, 0.5, 0.125};
  for (int i = 0; i != 3; ++i)
    EXPECT_EQ(logits[i], float(accumulators[i] * scales[i]));
}

TEST_F(CApi, OutputsOfEachForm) {
  std::vector<std::byte> file = joinedNetwork().bytes();
  tare_program_destroy(program);
  ASSERT_EQ(load(file), TARE_OK) << tare_last_error();
  EXPECT_EQ(tare_program_output_count(program), 3u);
  EXPECT_EQ(tare_program_output_count_in(program, TARE_FORM_PROGRAM), 3u);
  EXPECT_EQ(tare_program_output_count_in(program, TARE_FORM_RAW), 3u);
  EXPECT_EQ(tare_program_output_count_in(program, TARE_FORM_MODEL), 2u);
  EXPECT_EQ(tare_program_output_count_in(program, tare_form(3)), 0u);
  EXPECT_EQ(tare_program_output_count_in(nullptr, TARE_FORM_MODEL), 0u);
  tare_port port;
  ASSERT_EQ(tare_program_output(program, 0, TARE_FORM_MODEL, &port), TARE_OK);
  EXPECT_STREQ(port.name, "y");
  EXPECT_EQ(port.bytes, 10 * sizeof(float));
  EXPECT_EQ(tare_program_output(program, 2, TARE_FORM_MODEL, &port), TARE_ERROR);
  EXPECT_STREQ(tare_last_error(), "there is no output 2 of 2");
  const int8_t x[] = {1, 2, 3, 4, 5, 6};
  const void *input = x;
  float y[10], whole[6];
  void *outputs[] = {y, whole};
  tare_context *context = nullptr;
  ASSERT_EQ(tare_context_create(program, TARE_FORM_MODEL, &context), TARE_OK);
  EXPECT_EQ(tare_context_run(context, &input, outputs), TARE_OK) << tare_last_error();
  EXPECT_EQ(y[1], 1.f);
  EXPECT_EQ(whole[5], 12.f);
  tare_context_destroy(context);
}

TEST_F(CApi, ReferenceKernelsGiveTheSameBits) {
  tare_program *reference = nullptr;
  ASSERT_EQ(tare_program_load_memory(bytes.data(), bytes.size(), TARE_REFERENCE_KERNELS, &reference), TARE_OK);
  std::vector<float> image(72, 2.5f);
  float logits[2][3];
  for (int i : {0, 1}) {
    tare_context *context = nullptr;
    ASSERT_EQ(tare_context_create(i ? reference : program, TARE_FORM_PROGRAM, &context), TARE_OK);
    const void *input = image.data();
    void *output = logits[i];
    EXPECT_EQ(tare_context_run(context, &input, &output), TARE_OK);
    tare_context_destroy(context);
  }
  EXPECT_EQ(std::memcmp(logits[0], logits[1], sizeof(logits[0])), 0);
  tare_program_destroy(reference);
}

TEST_F(CApi, ErrorsHaveReasons) {
  tare_port port;
  EXPECT_EQ(tare_program_input(program, 1, TARE_FORM_MODEL, &port), TARE_ERROR);
  EXPECT_STREQ(tare_last_error(), "there is no input 1 of 1");
  EXPECT_EQ(tare_program_output(nullptr, 0, TARE_FORM_MODEL, &port), TARE_ERROR);
  EXPECT_STREQ(tare_last_error(), "the program is null");

  tare_program *none = program;
  EXPECT_EQ(tare_program_load("/nonexistent", 0, &none), TARE_ERROR);
  EXPECT_EQ(none, nullptr);
  EXPECT_STREQ(tare_last_error(), "cannot read /nonexistent: no such file or directory");
  EXPECT_EQ(tare_program_load(nullptr, 0, &none), TARE_ERROR);
  EXPECT_EQ(tare_program_load_memory("hello", 5, 0, &none), TARE_ERROR);
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "not a Tare program", tare_last_error());

  tare_context *context = nullptr;
  ASSERT_EQ(tare_context_create(program, TARE_FORM_MODEL, &context), TARE_OK);
  const void *input = nullptr;
  void *output = nullptr;
  EXPECT_EQ(tare_context_run(context, &input, &output), TARE_ERROR);
  EXPECT_STREQ(tare_last_error(), "input 0 is null");
  EXPECT_EQ(tare_context_run(context, nullptr, &output), TARE_ERROR);
  EXPECT_STREQ(tare_last_error(), "the list of inputs is null");
  tare_context_destroy(context);
  tare_context_destroy(nullptr);
  tare_program_destroy(nullptr);
}

TEST_F(CApi, LastErrorBelongsToItsThread) {
  tare_port port;
  EXPECT_EQ(tare_program_input(program, 5, TARE_FORM_MODEL, &port), TARE_ERROR);
  std::string elsewhere = "not empty";
  std::thread([&] { elsewhere = tare_last_error(); }).join();
  EXPECT_EQ(elsewhere, "");
  EXPECT_STREQ(tare_last_error(), "there is no input 5 of 1");
}

/// What a command prints; the test fails where the command does.
std::string outputOf(const std::string &command) {
  FILE *pipe = popen(command.c_str(), "r");
  if (!pipe) {
    ADD_FAILURE() << command;
    return "";
  }
  std::string text;
  for (int c; (c = fgetc(pipe)) != EOF;)
    text += char(c);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return text;
}

/// The example of docs/runtime.md, which was compiled as C99.
TEST_F(CApi, EmbeddingExampleRuns) {
  std::string path = testing::TempDir() + "/embedding_example.tare";
  ASSERT_TRUE(tare::writeFile(path, {reinterpret_cast<const char *>(bytes.data()), bytes.size()}));
  std::string text = outputOf(std::string(TARE_EMBEDDING_EXAMPLE) + " " + path);
  EXPECT_TRUE(text.starts_with("input image: 1 2 6 6, 288 bytes\n"
                               "output logits: 1 3, 12 bytes\n"
                               "first number: "))
      << text;
  std::remove(path.c_str());
}

TEST_F(CApi, EmbeddersLinkNoCompiler) {
  std::string libraries = outputOf(std::string("ldd ") + TARE_EMBEDDING_EXAMPLE);
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "libTareRuntime", libraries);
  for (const char *compiler : {"LLVM", "MLIR", "protobuf"})
    EXPECT_PRED_FORMAT2(testing::IsNotSubstring, compiler, libraries);
}

} // namespace
