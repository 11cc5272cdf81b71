//===- CompilerContextTest.cpp - What MLIR says, as users read it ---------===//
#include "Driver/Compile/CompilerContext.h"

#include "tare/Passes/Repairs.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mlir;
using namespace tare;
using testing::HasSubstr;

namespace {

const Console silent(false, true);

Location layer(CompilerContext &context, StringRef name) { return NameLoc::get(StringAttr::get(&*context, name)); }

Location line(CompilerContext &context, StringRef file) { return FileLineColLoc::get(&*context, file, 3, 7); }

Warning warning(const std::string &text, double cost = 1) {
  return {"Kind", "", "conv", cost, CostUnit::lsb, text, "mend it"};
}

/// What is printed while the function runs.
template <typename Function> std::string printed(Function function) {
  testing::internal::CaptureStderr();
  function();
  return testing::internal::GetCapturedStderr();
}

TEST(CompilerContext, ErrorsNameTheFileAndThePlace) {
  CompilerContext context(silent);
  emitError(layer(context, "conv"), "is wrong");
  EXPECT_EQ(context.takeError("m.onnx").message, "m.onnx: layer 'conv': is wrong");
  emitError(layer(context, "conv"), "layer 'conv' is wrong");
  EXPECT_EQ(context.takeError("m.onnx").message, "m.onnx: layer 'conv' is wrong");
  emitError(line(context, "m.mlir"), "is wrong");
  EXPECT_EQ(context.takeError("m.mlir").message, "m.mlir:3:7: is wrong");
  emitError(UnknownLoc::get(&*context), "m.onnx: is wrong");
  EXPECT_EQ(context.takeError("m.onnx").message, "m.onnx: is wrong");
  emitError(FusedLoc::get(&*context, {UnknownLoc::get(&*context), layer(context, "conv")}), "is wrong");
  EXPECT_EQ(context.takeError("m.onnx").message, "m.onnx: layer 'conv': is wrong");
}

TEST(CompilerContext, NotesFollowTheirError) {
  CompilerContext context(silent);
  InFlightDiagnostic error = emitError(layer(context, "conv"), "is wrong");
  error.attachNote(layer(context, "add")) << "reads it";
  error.attachNote(layer(context, "mul")) << "so does 'mul'";
  error.report();
  EXPECT_EQ(context.takeError("m.onnx").message,
            "m.onnx: layer 'conv': is wrong; layer 'add': reads it; layer 'mul': so does 'mul'");
}

TEST(CompilerContext, EachErrorOnce) {
  CompilerContext context(silent);
  for (StringRef name : {"a", "b", "a"})
    emitError(layer(context, name), "is wrong");
  EXPECT_EQ(context.takeError("m").message, "m: layer 'a': is wrong; layer 'b': is wrong");
  EXPECT_THAT(context.takeError("m").message, HasSubstr("failed without a reason"));
}

TEST(CompilerContext, WarningsAreShownOnce) {
  Console console(false, false);
  std::string text = printed([&] {
    CompilerContext context(console);
    reportWarning(layer(context, "conv"), warning("'x' loses"));
    context.showWarnings();
    context.showWarnings();
    reportWarning(layer(context, "conv"), warning("layer 'conv' loses"));
    emitWarning(layer(context, "add"), "is odd");
    EXPECT_EQ(context.warnings().size(), 3u);
    EXPECT_EQ(context.warnings()[0].text, "layer 'conv': 'x' loses");
    EXPECT_EQ(context.warnings()[1].text, "layer 'conv' loses");
    EXPECT_EQ(context.warnings()[1].remedy, "mend it");
    EXPECT_EQ(context.warnings()[2].text, "layer 'add': is odd");
    EXPECT_EQ(context.warnings()[2].kind, "");
  });
  // The rest when it ends.
  EXPECT_EQ(text, "tare: warning: layer 'conv': 'x' loses; mend it\n"
                  "tare: warning: layer 'conv' loses; mend it\n"
                  "tare: warning: layer 'add': is odd\n");
}

TEST(CompilerContext, DroppedWarningsAreNotShown) {
  Console console(false, false);
  EXPECT_EQ(printed([&] {
              CompilerContext context(console);
              reportWarning(layer(context, "conv"), warning("a"));
              context.dropWarnings();
              reportWarning(layer(context, "conv"), warning("b"));
              context.showWarnings();
              reportWarning(layer(context, "conv"), warning("c"));
              emitError(layer(context, "conv"), "is wrong");
              (void)context.takeError("m");
            }),
            "tare: warning: layer 'conv': b; mend it\n");
}

/// All are lines of their own for who asks for them, also those that cost too little for a warning.
TEST(CompilerContext, VerboseShowsRemarks) {
  auto show = [](bool verbose) {
    return printed([&] {
      CompilerContext context(Console(false, false, verbose));
      reportWarning(layer(context, "conv"), warning("a", 3));
      reportWarning(layer(context, "conv"), warning("b", 2));
      reportWarning(layer(context, "conv"), warning("c", 0.01));
    });
  };
  EXPECT_EQ(show(true), "tare: warning: layer 'conv': a; mend it\ntare: warning: layer 'conv': b; mend it\n"
                        "tare: remark: layer 'conv': c; mend it\n");
  std::string few = show(false);
  EXPECT_THAT(few, HasSubstr("the worst of 2 such warnings"));
  EXPECT_EQ(std::count(few.begin(), few.end(), '\n'), 1);
}

TEST(CompilerContext, RepairsAreKept) {
  CompilerContext context(silent);
  OwningOpRef<ModuleOp> module = ModuleOp::create(layer(context, "conv"));
  reportRepair(*module, {"CoarserResult", 12, 0.25, true, "", "mend it"}, "'conv' is coarser");
  reportRepair(*module, {"LostBits", 1, 1.5, false, "Cause", ""}, "'conv' loses bits");
  ASSERT_EQ(context.repairs().size(), 2u);
  const RepairRecord &first = context.repairs()[0], &second = context.repairs()[1];
  EXPECT_EQ(first.kind, "CoarserResult");
  EXPECT_EQ(first.layer, "conv");
  EXPECT_EQ(first.channels, 12);
  EXPECT_EQ(first.cost, 0.25);
  EXPECT_EQ(first.unit, "LSB");
  EXPECT_EQ(second.kind, "LostBits");
  EXPECT_EQ(second.channels, 1);
  EXPECT_EQ(second.cost, 1.5);
  EXPECT_EQ(second.unit, "real");
  ASSERT_EQ(context.warnings().size(), 2u);
  EXPECT_THAT(context.warnings()[0].text, HasSubstr("repaired: 'conv' is coarser"));
  EXPECT_EQ(context.warnings()[0].cost, 0.25);
}

} // namespace
