//===- MemoryLimitTest.cpp - What takes more than it may ------------------===//
#include "Driver/Execute/MemoryLimit.h"

#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

using namespace mlir;
using namespace tare;

namespace {

/// 1000 floats; two ReLUs of them, and a sum with 1000 weights: 8000 bytes are alive at a time, or 12000 at the sum.
constexpr const char *text = R"(
  func.func @main(%x: tensor<1000xf32> {qnn.name = "x"}) -> tensor<1000xf32> {
    %w = qnn.constant dense_resource<w> : tensor<1000xf32> as tensor<1000xf32>
    %a = qnn.relu %x : (tensor<1000xf32>) -> tensor<1000xf32> loc("first"("a"))
    %r = qnn.reshape %a {shape = array<i64: 1000>} : (tensor<1000xf32>) -> tensor<1000xf32> loc("moved"("r"))
    %b = qnn.relu %r : (tensor<1000xf32>) -> tensor<1000xf32> loc("second"("b"))
    %c = qnn.add %b, %w : (tensor<1000xf32>, tensor<1000xf32>) -> tensor<1000xf32> loc("sum"("c"))
    return %c : tensor<1000xf32>
  })";

class MemoryLimit : public testing::Test {
protected:
  MemoryLimit() {
    context.loadDialect<func::FuncDialect, quant::QuantDialect, qnn::QnnDialect>();
    std::string source = text, values = "1.0, 2.0";
    for (int i = 2; i < 1000; ++i)
      values += ", 0.5";
    source.replace(source.find("dense_resource<w>"), 17, "dense<[" + values + "]>");
    module = parseSourceString<ModuleOp>(source, &context);
  }
  func::FuncOp function() { return module->lookupSymbol<func::FuncOp>("main"); }
  /// How many samples fit, or the error.
  std::string fits(uint64_t limit, double besides = 0) {
    Result<size_t> count = samplesThatFit(function(), "m", limit, besides);
    return count ? std::to_string(*count) : count.error().message;
  }
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

std::string tooMuch(const std::string &what, const std::string &bytes, const std::string &allowed,
                    const char *unit = " in float, for one sample") {
  return "m: " + what + " " + bytes + " GB" + unit + ", where " + allowed +
         " GB are allowed; give smaller dimensions (--input-shape), or allow more by --max-memory";
}

TEST_F(MemoryLimit, OneStepAfterTheOther) {
  ASSERT_TRUE(module);
  EXPECT_EQ(fits(3999), tooMuch("input 'x' takes", "4e-06", "3.999e-06"));
  EXPECT_EQ(fits(4000), tooMuch("what layer 'first' reads and gives takes", "8e-06", "4e-06"));
  EXPECT_EQ(fits(11999), tooMuch("what layer 'sum' reads and gives takes", "1.2e-05", "1.2e-05"));
  EXPECT_EQ(fits(12000), "1");
}

TEST_F(MemoryLimit, SamplesAtOnce) {
  // Of what is allowed the weights take 4000 bytes, each sample 8000.
  EXPECT_EQ(fits(12000), "1");
  EXPECT_EQ(fits(19999), "1");
  EXPECT_EQ(fits(20000), "2");
  EXPECT_EQ(fits(4000 + 8000 * 1023), "1023");
  EXPECT_EQ(fits(uint64_t(1) << 40), "1024");
  EXPECT_EQ(fits(20000, 8000), "1");
  EXPECT_EQ(fits(19999, 8000),
            tooMuch("what is alive at once at layer 'first', with all weights, takes", "2e-05", "2e-05"));
}

TEST_F(MemoryLimit, Weights) {
  auto message = [](Status status) { return status ? "" : status.error().message; };
  EXPECT_EQ(message(checkWeights(function(), "m", 4000)), "");
  EXPECT_EQ(message(checkWeights(function(), "m", 3999)), tooMuch("its weights take", "4e-06", "3.999e-06", ""));
  EXPECT_EQ(message(checkWeights(function(), "m", std::nullopt)), "");
}

TEST_F(MemoryLimit, Programs) {
  auto message = [](Status status) { return status ? "" : status.error().message; };
  EXPECT_EQ(message(checkProgram(1000, 500, "m", 1500)), "");
  EXPECT_EQ(message(checkProgram(1000, 501, "m", 1500)), tooMuch("running it takes", "1.501e-06", "1.5e-06", ""));
  // What is available does not have the constants any more.
  EXPECT_EQ(message(checkProgram(1000, uint64_t(1) << 62, "m", std::nullopt)), "");
}

TEST_F(MemoryLimit, Files) {
  std::string path = (std::filesystem::temp_directory_path() / "tare-memory-limit-test").string();
  std::ofstream(path) << "12345";
  EXPECT_TRUE(checkFile(path, 5));
  Status large = checkFile(path, 4);
  ASSERT_FALSE(large);
  EXPECT_TRUE(large.error().message.starts_with(path + ": the file alone takes 5e-09 GB, where 4e-09 GB are allowed"));
  std::filesystem::remove(path);
  EXPECT_TRUE(checkFile(path, 1)) << "that it is missing says who opens it";
}

TEST_F(MemoryLimit, Threads) {
  EXPECT_EQ(threadsWithin(4, 8), 4u);
  EXPECT_EQ(threadsWithin(8, 4), 4u);
  EXPECT_GE(threadsWithin(0, 4), 1u);
  EXPECT_EQ(threadsWithin(0, 1), 1u);
}

TEST_F(MemoryLimit, InBytes) {
  EXPECT_EQ(limitOf(3), uint64_t(3) << 20);
  EXPECT_EQ(limitOf(0), std::nullopt);
}

} // namespace
