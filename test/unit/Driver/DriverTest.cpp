//===- DriverTest.cpp - What the commands do, without a console -----------===//
#include "tare/Driver/Compare.h"
#include "tare/Driver/Compile.h"
#include "tare/Driver/Doctor.h"
#include "tare/Driver/Evaluate.h"
#include "tare/Driver/Inspect.h"
#include "tare/Driver/Verify.h"
#include "tare/Tensor/AtomicFile.h"
#include "tare/Tensor/MemoryArrays.h"
#include "tare/Tensor/Npz.h"

#include "llvm/Support/JSON.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <unistd.h>

using namespace tare;
using testing::HasSubstr;
namespace fs = std::filesystem;

namespace {

const std::string digits = TARE_TEST_DATA "/../../../examples/digits/";
const std::string model = digits + "digits.onnx", data = digits + "calibration.npz";
const Listener nobody;

driver::CompileOptions options() {
  driver::CompileOptions options;
  options.model = model;
  options.data = data;
  options.threads = 1;
  return options;
}

/// In a folder that goes with the test.
class Driver : public testing::Test {
protected:
  Driver() { fs::create_directories(folder); }
  ~Driver() override { fs::remove_all(folder); }

  std::string write(const std::vector<std::byte> &file, const std::string &name) const {
    std::string path = (folder / name).string();
    EXPECT_TRUE(writeFile(path, {reinterpret_cast<const char *>(file.data()), file.size()}));
    return path;
  }

  fs::path folder = fs::temp_directory_path() / ("tare-driver-" + std::to_string(getpid()));
};

std::string errorOf(const driver::CompileOptions &options) {
  auto made = driver::compile(options, nobody);
  return made ? "" : made.error().message;
}

TEST_F(Driver, CompilesToMemoryAndToFilesAlike) {
  auto inMemory = driver::compile(options(), nobody);
  ASSERT_TRUE(inMemory);
  ASSERT_FALSE(inMemory->file.empty());
  driver::CompileOptions named = options();
  named.output = (folder / "p.tare").string();
  auto written = driver::compile(named, nobody);
  ASSERT_TRUE(written);
  EXPECT_TRUE(written->file.empty());
  EXPECT_EQ(fs::file_size(named.output), inMemory->file.size());
  // Unchecked, too, and ranges of a calibration alone.
  named.check = 0;
  named.output.clear();
  auto unchecked = driver::compile(named, nobody);
  ASSERT_TRUE(unchecked);
  EXPECT_EQ(unchecked->file, inMemory->file);
}

TEST_F(Driver, TellsTheListener) {
  class Heard : public Listener {
  public:
    void note(const std::string &message) const override { notes += message + "\n"; }
    mutable std::string notes;
  } heard;
  ASSERT_TRUE(driver::compile(options(), heard));
  EXPECT_THAT(heard.notes, HasSubstr("SQNR"));
}

TEST_F(Driver, RefusesWhatTheCommandLineWould) {
  driver::CompileOptions wrong = options();
  wrong.method = "entropy";
  EXPECT_THAT(errorOf(wrong), HasSubstr("--method: found 'entropy', expected one of auto, min_max"));
  wrong = options();
  wrong.percentile = 20;
  EXPECT_THAT(errorOf(wrong), HasSubstr("--percentile: found 20, expected a number from 50 to 100"));
  wrong = options();
  wrong.samples = 0;
  EXPECT_THAT(errorOf(wrong), HasSubstr("--samples: found 0"));
  wrong = options();
  wrong.activations = "i4";
  EXPECT_THAT(errorOf(wrong), HasSubstr("--activations: found 'i4', expected one of i8, i16"));
  wrong = options();
  wrong.stripIo = {"quantize,none"};
  EXPECT_THAT(errorOf(wrong), HasSubstr("--strip-io: found 'none'"));
  wrong = options();
  wrong.host = "maybe";
  EXPECT_THAT(errorOf(wrong), HasSubstr("--host: found 'maybe'"));
  wrong = options();
  wrong.check = -1;
  EXPECT_THAT(errorOf(wrong), HasSubstr("--check: found -1"));
  wrong = options();
  wrong.emit = "c";
  EXPECT_THAT(errorOf(wrong), HasSubstr("found no name for it"));
}

TEST_F(Driver, CalibrationHasItsHistograms) {
  driver::CalibrationOptions wanted = options();
  auto found = driver::calibrate(wanted, nobody);
  ASSERT_TRUE(found);
  ASSERT_FALSE(found->observed.empty());
  for (const driver::ObservedValue &value : found->observed) {
    ASSERT_TRUE(found->ranges.values.count(value.name)) << value.name;
    EXPECT_EQ(value.histogram.min(), found->ranges.values[value.name].seenMin);
  }
  EXPECT_THAT(found->json, HasSubstr("\"sample_hashes\""));
}

TEST_F(Driver, ArraysInMemoryAreData) {
  auto file = NpzReader::open(data);
  ASSERT_TRUE(file);
  const std::string name = file->names().front();
  auto whole = file->read(name);
  ASSERT_TRUE(whole);
  MemoryArrays held("data", {{"", {*whole}}});
  driver::CompileOptions inMemory = options();
  inMemory.data = held.name();
  auto made = driver::compile(inMemory, nobody), expected = driver::compile(options(), nobody);
  ASSERT_TRUE(made);
  ASSERT_TRUE(expected);
  EXPECT_EQ(made->file, expected->file);
}

TEST_F(Driver, ComparesInspectsVerifiesAndEvaluates) {
  auto made = driver::compile(options(), nobody);
  ASSERT_TRUE(made);
  const std::string program = write(made->file, "p.tare");
  driver::CompareOptions both;
  both.first = model;
  both.second = program;
  both.data = data;
  both.samples = 5;
  auto compared = driver::compare(both, nobody);
  ASSERT_TRUE(compared);
  EXPECT_EQ(compared->samples, 5);
  ASSERT_EQ(compared->outputs.size(), 1u);
  EXPECT_GT(compared->outputs.front().cosine, 0.99);
  EXPECT_GT(compared->layers.size(), 3u);

  auto inspected = driver::inspect(program, {}, nobody);
  ASSERT_TRUE(inspected);
  EXPECT_THAT(*inspected, HasSubstr("\"kind\": \"program\""));
  auto verified = driver::verify({program, std::nullopt, 1}, nobody);
  ASSERT_TRUE(verified);
  EXPECT_THAT(*verified, HasSubstr("worst_error"));
  auto tooStrict = driver::verify({program, 1e-9, 1}, nobody);
  ASSERT_FALSE(tooStrict);
  EXPECT_THAT(tooStrict.error().message, HasSubstr("above --max-error"));

  driver::EvaluateOptions scored;
  scored.model = model;
  scored.programs = {program};
  scored.data = digits + "test.npz";
  scored.metric = "top1";
  auto evaluated = driver::evaluate(scored, nobody);
  ASSERT_TRUE(evaluated) << evaluated.error().message;
  EXPECT_THAT(*evaluated, HasSubstr("loss_percent"));
  scored.metric = "top7";
  auto unknown = driver::evaluate(scored, nobody);
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("--metric: found 'top7'"));

  driver::GoldenOptions golden;
  golden.program = program;
  golden.folder = (folder / "golden").string();
  golden.samples = 1;
  golden.stepsPerChannel = 4;
  ASSERT_TRUE(driver::writeGolden(golden, nobody));
  EXPECT_TRUE(fs::exists(folder / "golden" / "index.json"));
}

TEST_F(Driver, DiagnosesWithoutData) {
  driver::DoctorOptions asked;
  asked.model = model;
  auto whole = driver::diagnose(asked, nobody);
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_THAT(*whole, HasSubstr("\"converts\": true"));
  EXPECT_THAT(*whole, HasSubstr("\"operator\": \"linear\""));
  asked.outputs = {"nowhere"};
  auto cut = driver::diagnose(asked, nobody);
  EXPECT_THAT(cut ? *cut : cut.error().message, HasSubstr("nowhere"));
  asked.activations = "i4";
  auto refused = driver::diagnose(asked, nobody);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("--activations"));
}

TEST_F(Driver, ModelsRunWithEachLayer) {
  auto loaded = driver::Model::load(model, {}, nobody);
  ASSERT_TRUE(loaded);
  driver::Model &digitsModel = **loaded;
  Tensor x(digitsModel.inputs().front().type);
  std::fill_n(x.mutableAs<float>(), x.count(), 0.5f);
  std::vector<size_t> seen;
  auto outputs = digitsModel.run({x}, [&](size_t layer, const Tensor &result) {
    seen.push_back(layer);
    EXPECT_EQ(result.type(), digitsModel.layers()[layer].type);
  });
  ASSERT_TRUE(outputs);
  EXPECT_EQ(outputs->front().type(), digitsModel.outputs().front().type);
  EXPECT_EQ(seen.size(), digitsModel.layers().size());
  auto none = digitsModel.run({});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("found 0 inputs, expected 1"));
  auto other = digitsModel.run({Tensor(ElementType::f32, {3})});
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message, HasSubstr("found float32 3"));
}

} // namespace
