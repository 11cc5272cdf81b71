#include "tare/Diagnostics/Warning.h"

#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>
#include <vector>

using namespace tare;
using namespace mlir;

namespace {

struct Reported {
  std::string message;
  DiagnosticSeverity severity;
  std::optional<Warning> fields;
};

std::vector<Reported> reported(llvm::function_ref<void(Location)> report) {
  MLIRContext context;
  std::vector<Reported> all;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    all.push_back({diagnostic.str(), diagnostic.getSeverity(), warningOf(diagnostic)});
    return success();
  });
  report(UnknownLoc::get(&context));
  return all;
}

TEST(Warning, FieldsTravelWithTheDiagnostic) {
  const Warning warning{"LostBits", "NearlyZeroWeights", "fc", 0.1, CostUnit::lsb, "'fc' loses bits", "retrain"};
  std::vector<Reported> all = reported([&](Location location) { reportWarning(location, warning); });
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].message, "'fc' loses bits; retrain");
  EXPECT_EQ(all[0].severity, DiagnosticSeverity::Warning);
  ASSERT_TRUE(all[0].fields);
  EXPECT_EQ(all[0].fields->kind, "LostBits");
  EXPECT_EQ(all[0].fields->cause, "NearlyZeroWeights");
  EXPECT_EQ(all[0].fields->layer, "fc");
  EXPECT_EQ(all[0].fields->cost, 0.1);
  EXPECT_EQ(all[0].fields->unit, CostUnit::lsb);
  EXPECT_EQ(all[0].fields->text, "'fc' loses bits");
  EXPECT_EQ(all[0].fields->remedy, "retrain");
}

TEST(Warning, WithoutRemedyTheTextIsTheMessage) {
  const Warning warning{"DeadValue", "", "y", 0, CostUnit::none, "'y' is dead", ""};
  std::vector<Reported> all = reported([&](Location location) { reportWarning(location, warning); });
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].message, "'y' is dead");
  EXPECT_EQ(nameOf(all[0].fields->unit), "");
}

TEST(Warning, OtherDiagnosticsHaveNoFields) {
  std::vector<Reported> all = reported([](Location location) { emitWarning(location) << "of MLIR's own"; });
  ASSERT_EQ(all.size(), 1u);
  EXPECT_FALSE(all[0].fields);
}

} // namespace
