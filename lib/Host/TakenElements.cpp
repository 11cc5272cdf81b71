//===- TakenElements.cpp - Operators that compute nothing -----------------===//
#include "tare/Host/TakenElements.h"

using namespace tare;
using namespace tare::host;

namespace {

struct Taking {
  std::string_view op;
  /// Empty for all.
  std::vector<size_t> operands;
  bool addsZero = false;
};

// clang-format off
const std::vector<Taking> &takings() {
  static const std::vector<Taking> all = {
      // By indices.
      {"Gather", {0}}, {"GatherElements", {0}}, {"GatherND", {0}}, {"Compress", {0}}, {"OneHot", {2}},
      {"Scatter", {0, 2}}, {"ScatterElements", {0, 2}}, {"ScatterND", {0, 2}}, {"TensorScatter", {0, 1}},
      {"MaxUnpool", {0}, true}, {"ReverseSequence", {0}}, {"Unique", {0}},
      // By a condition, or a place.
      {"Where", {1, 2}}, {"Trilu", {0}, true},
      {"Slice", {0}}, {"Split", {0}}, {"CenterCropPad", {0}, true},
      // All of them, elsewhere.
      {"Identity", {0}}, {"Dropout", {0}}, {"Reshape", {0}}, {"Flatten", {0}}, {"Squeeze", {0}}, {"Unsqueeze", {0}},
      {"Transpose", {0}}, {"Expand", {0}}, {"Tile", {0}}, {"DepthToSpace", {0}}, {"SpaceToDepth", {0}}, {"Concat", {}},
  };
  return all;
}
// clang-format on

} // namespace

TakenElements host::takenElements(const Node &node, size_t numOperands) {
  // A reduction computes; none was there before opset 16, and what says otherwise means it.
  if (node.attributes.text("reduction", "none") != "none")
    return {};
  for (const Taking &taking : takings()) {
    if (taking.op != node.op)
      continue;
    TakenElements taken{taking.operands, taking.addsZero};
    for (size_t i = 0; taking.operands.empty() && i != numOperands; ++i)
      taken.operands.push_back(i);
    return taken;
  }
  return {};
}
