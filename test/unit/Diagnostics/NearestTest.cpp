#include "tare/Diagnostics/Nearest.h"

#include <gtest/gtest.h>

using namespace tare;

namespace {

const std::vector<std::string> commands = {"convert", "calibrate", "run", "compare", "inspect", "target", "verify"};
const std::vector<std::string> options = {"--samples", "--calibration", "--random-calibration", "--output",
                                          "--outputs"};

TEST(Nearest, FindsMisspelledNames) {
  EXPECT_EQ(didYouMean("convret", commands), "; did you mean 'convert'?");
  EXPECT_EQ(didYouMean("rnu", commands), "; did you mean 'run'?");
  EXPECT_EQ(didYouMean("INSPECT", commands), "; did you mean 'inspect'?");
  EXPECT_EQ(didYouMean("--sample", options), "; did you mean '--samples'?");
  EXPECT_EQ(didYouMean("-samples", options), "; did you mean '--samples'?");
  EXPECT_EQ(didYouMean("--ouput", options), "; did you mean '--output'?");
}

TEST(Nearest, FindsTheOnlyOneThatBeginsSo) {
  EXPECT_EQ(didYouMean("--calib", options), "; did you mean '--calibration'?");
  EXPECT_EQ(didYouMean("insp", commands), "; did you mean 'inspect'?");
  // Both `convert` and `compare` begin so.
  EXPECT_EQ(didYouMean("co", commands), "");
}

TEST(Nearest, DoesNotGuess) {
  EXPECT_EQ(didYouMean("transmogrify", commands), "");
  EXPECT_EQ(didYouMean("x", commands), "");
  EXPECT_EQ(didYouMean("", commands), "");
  EXPECT_EQ(didYouMean("--", options), "");
}

// Of a thousand names of as many letters: to compare them took minutes.
TEST(Nearest, ComparesNoLongWords) {
  std::vector<std::string> names(1000, std::string(20000, 'n'));
  EXPECT_EQ(didYouMean(std::string(19999, 'n') + "q", names), "");
  names.push_back("convert");
  EXPECT_EQ(didYouMean("convret", names), "; did you mean 'convert'?");
}

} // namespace
