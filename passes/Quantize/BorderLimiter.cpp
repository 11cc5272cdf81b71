//===- BorderLimiter.cpp - Paddings that readers can tell -----------------===//
#include "Quantize/BorderLimiter.h"
#include "Quantize/FarRanges.h"
#include "Quantize/RangeBounds.h"
#include "Remarks.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Names.h"

#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace tare;

static constexpr StringLiteral passName = "tare-bound-ranges";

/// "'pool', 'conv'", or "an output of the graph".
static std::string readersOf(Value value) {
  std::string names;
  for (Operation *user : value.getUsers()) {
    bool isEnd = user->hasTrait<OpTrait::IsTerminator>();
    names = (isEnd ? "an output of the graph" : "'" + qnn::layerName(user) + "'") + (names.empty() ? "" : ", ") + names;
  }
  return names;
}

LogicalResult BorderLimiter::limit(qnn::PadOp pad) const {
  std::optional<double> border = constantBorder(pad);
  auto [least, greatest] = knownRange(pad.getInput());
  if (!border || (*border >= least && *border <= greatest))
    return mlir::success();
  auto [floor, ceiling] = limits.of(pad.getResult());
  double limited =
      *border < least ? std::max(*border, std::min(floor, least)) : std::min(*border, std::max(ceiling, greatest));
  if (limited != *border) {
    remarkPassed(pad, passName, limited > *border ? "BorderRaised" : "BorderLowered")
        << remark::reason("from {0} to {1}: no result tells them apart", shown(*border), shown(limited));
    pad.setValueAttr(Builder(pad.getContext()).getF64FloatAttr(limited));
  }
  // What functions would make no number of is the largest one (FiniteBorders).
  if (std::abs(limited) >= std::numeric_limits<float>::max())
    return pad.emitError() << "layer '" << qnn::layerName(pad) << "': pads with " << (limited < 0 ? "-inf" : "inf")
                           << ", which reaches " << readersOf(pad.getResult())
                           << ", and no grid holds it; pad with a finite number";
  if (least == 0 && greatest == 0)
    reportLoneBorder(pad, limited);
  else if (std::isfinite(least) && std::isfinite(greatest))
    reportWideBorder(pad, limited, {least, greatest});
  return mlir::success();
}

void BorderLimiter::reportWideBorder(qnn::PadOp pad, double border, qnn::Interval values) {
  double width = std::max(border, values.second) - std::min(border, values.first);
  if (width <= bearableWidening * (values.second - values.first))
    return;
  double bits = std::log2(width / (values.second - values.first));
  std::string text =
      llvm::formatv("layer '{0}': pads with {1} what lies in [{2}, {3}]; {4} may take that, so the grid of '{5}' "
                    "covers both and is {6:f1} bits coarser",
                    qnn::layerName(pad), shown(border), shown(values.first), shown(values.second),
                    readersOf(pad.getResult()), qnn::valueName(pad.getInput()), bits);
  // What was one step is 2^bits of them now, and half of one is lost.
  reportWarning(pad.getLoc(), {"WideBorder", "", qnn::layerName(pad), std::exp2(bits) / 2, CostUnit::lsb, text,
                               "pad with a number of that range"});
}

void BorderLimiter::reportLoneBorder(qnn::PadOp pad, double border) {
  std::string text = llvm::formatv("layer '{0}': pads with {1} what was never anything but 0 during calibration, so "
                                   "the grid of '{2}' is the border's alone",
                                   qnn::layerName(pad), shown(border), qnn::valueName(pad.getInput()));
  reportWarning(pad.getLoc(), {"LoneBorder", "", qnn::layerName(pad), 0, CostUnit::none, text,
                               "calibrate on data that exercises it"});
}
