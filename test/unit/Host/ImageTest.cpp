//===- ImageTest.cpp - Images on the host ---------------------------------===//
#include "Nodes.h"

#include <cmath>

using namespace tare;
using namespace tare::host;
using namespace tare::test;

namespace {

using Ints = std::vector<int64_t>;

TEST(HostImages, GridOfNoNumbers) {
  Tensor grid = floats({1, 1, 2, 2}, {NAN, 0, INFINITY, -INFINITY});
  for (const char *padding : {"zeros", "border", "reflection"})
    for (const char *mode : {"linear", "nearest", "cubic"})
      EXPECT_EQ(problemOf({"GridSample", 20, {{{"mode", std::string(mode)}, {"padding_mode", std::string(padding)}}}},
                          {counted({1, 1, 2, 2}), grid}),
                "");
}

TEST(HostImages, Regions) {
  Tensor x = counted({1, 1, 2, 2}), box = floats({1, 4}, {0, 0, 1, 1});
  EXPECT_EQ(problemOf({"RoiAlign", 16}, {x, box, integers({1})}), "image 1 is out of range for 1 images");
  EXPECT_EQ(problemOf({"RoiAlign", 16}, {x, floats({1, 4}, {0, 0, 1e30f, 1}), integers({0})}), "region 0 is too large");
  Node pool{"MaxRoiPool", 1, {{{"pooled_shape", Ints{1, 1}}}}};
  EXPECT_EQ(valuesOf(pool, {x, floats({1, 5}, {0, 0, 0, 9, 0})}), (std::vector<float>{1}));
  EXPECT_NE(problemOf(pool, {x, floats({1, 5}, {NAN, 0, 0, 1, 1})}), "");
}

} // namespace
