//===- WidthWarningsTest.cpp - Options that do not reach every value ------===//
#include "Driver/Compile/WidthWarnings.h"

#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/QnnDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace tare;

namespace {

class WidthWarnings : public testing::Test {
protected:
  WidthWarnings() : handler(&context, [this](Diagnostic &diagnostic) { return note(diagnostic); }) {
    context.loadDialect<func::FuncDialect, quant::QuantDialect, qnn::QnnDialect>();
  }
  LogicalResult note(Diagnostic &diagnostic) {
    if (std::optional<Warning> warning = warningOf(diagnostic))
      told.push_back(warning->message());
    return mlir::success();
  }
  /// A function of one argument for each grid, which is quantized to it, computed with, and returned.
  OwningOpRef<ModuleOp> moduleOf(const std::vector<std::string> &grids, bool leaves = false) {
    std::string arguments, body, results, types;
    for (size_t i = 0; i != grids.size(); ++i) {
      std::string n = std::to_string(i), quantized = "tensor<1x2x!quant.uniform<" + grids[i] + ">>";
      arguments += (i ? ", %x" : "%x") + n + ": tensor<1x2xf32>";
      body += "%q" + n + " = quant.qcast %x" + n + " : tensor<1x2xf32> to " + quantized + "\n";
      if (!leaves)
        body += "%d" + n + " = quant.dcast %q" + n + " : " + quantized + " to tensor<1x2xf32>\n";
      results += (i ? ", %" : "%") + std::string(leaves ? "q" : "d") + n;
      types += (i ? ", " : "") + (leaves ? quantized : "tensor<1x2xf32>");
    }
    return parseSourceString<ModuleOp>("func.func @main(" + arguments + ") -> (" + types + ") {\n" + body + "return " +
                                           results + " : " + types + "\n}",
                                       &context);
  }
  std::string givenWidths(const std::vector<std::string> &grids, unsigned bits, bool leaves = false) {
    told.clear();
    OwningOpRef<ModuleOp> module = moduleOf(grids, leaves);
    EXPECT_TRUE(module);
    warnOfGivenWidths(*module, bits);
    return told.empty() ? "" : told[0];
  }
  std::string rangesWidth(const std::string &method, const std::string &activations, int64_t levels) {
    told.clear();
    calibration::Ranges ranges;
    ranges.method = method, ranges.activations = activations;
    OwningOpRef<ModuleOp> module = moduleOf({"i8:f32, 1.0"});
    warnOfRangesWidth(*module, "r.json", ranges, {levels, false});
    return told.empty() ? "" : told[0];
  }
  MLIRContext context;
  ScopedDiagnosticHandler handler;
  std::vector<std::string> told;
};

constexpr const char *remedy = "; quantize the model anew, or convert the float model, for another width";

TEST_F(WidthWarnings, GivenWidths) {
  EXPECT_EQ(givenWidths({"i8:f32, 0.5", "i8:f32, 0.25"}, 8), "");
  EXPECT_EQ(
      givenWidths({"i8:f32, 0.5"}, 16),
      "--activations i16 is for values without a quantizer: 'arg0' (1 in all) keeps the 8 bits that the model's own "
      "quantizers say" +
          std::string(remedy));
  EXPECT_EQ(
      givenWidths({"i8:f32, 0.5", "i16:f32, 0.5", "i16:f32, 0.25", "i16:f32, 0.125"}, 8),
      "--activations i8 is for values without a quantizer: 'arg1', 'arg2', 'arg3' (3 in all) keep the 16 bits that "
      "the model's own quantizers say" +
          std::string(remedy));
  EXPECT_EQ(
      givenWidths({"i8:f32, 0.5", "i8:f32, 0.5", "i8:f32, 0.5", "i8:f32, 0.5"}, 16),
      "--activations i16 is for values without a quantizer: 'arg0', 'arg1', 'arg2', .. (4 in all) keep the 8 bits "
      "that the model's own quantizers say" +
          std::string(remedy));
  // Scales per channel are a weight's, and 32 bits an accumulator's.
  EXPECT_EQ(givenWidths({"i8:f32:1, {0.5,0.25}", "i32:f32, 0.5"}, 16), "");
}

/// Integers of scale 1 that leave are the model's interface.
TEST_F(WidthWarnings, IntegerOutputs) {
  EXPECT_EQ(givenWidths({"i8:f32, 1.0"}, 16, true), "");
  EXPECT_NE(givenWidths({"i8:f32, 0.5"}, 16, true), "");
  EXPECT_NE(givenWidths({"i8:f32, 1.0"}, 16, false), "");
}

TEST_F(WidthWarnings, RangesWidth) {
  EXPECT_EQ(
      rangesWidth("mse", "int8", 65536),
      "r.json: the ranges were sought for int8 activations by the method mse, but the activations are int16: they cut "
      "off what would take too many steps of 8 bits; calibrate with --activations i16");
  EXPECT_EQ(
      rangesWidth("auto", "int16", 256),
      "r.json: the ranges were sought for int16 activations by the method auto, but the activations are int8: they "
      "keep outliers that take too many steps of 8 bits; calibrate with --activations i8");
  EXPECT_NE(rangesWidth("kl", "int16", 256), "");
  for (const char *method : {"min_max", "percentile", ""})
    EXPECT_EQ(rangesWidth(method, "int16", 256), "") << method;
  EXPECT_EQ(rangesWidth("mse", "int8", 256), "");
  EXPECT_EQ(rangesWidth("mse", "int16", 65536), "");
  EXPECT_EQ(rangesWidth("mse", "", 256), "");
}

} // namespace
