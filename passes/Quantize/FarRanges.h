//===- FarRanges.h - Ranges far beyond what readers can tell ----*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_FARRANGES_H
#define TARE_PASSES_QUANTIZE_FARRANGES_H

#include "tare/Dialect/Qnn/QnnAttributes.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

#include "llvm/Support/Format.h"
#include <algorithm>

namespace tare {

/// What a border may widen its operand's range by without a word.
inline constexpr double bearableWidening = 4;

/// What is left of a range within limits; 0 is part of it.
inline qnn::Interval within(qnn::RangeAttr range, qnn::Interval limits) {
  return {std::max(range.getMin(), std::min(limits.first, 0.0)),
          std::min(range.getMax(), std::max(limits.second, 0.0))};
}

/// Whether a range is so many times as wide as what limits leave of it.
inline bool isFar(qnn::RangeAttr range, qnn::Interval limits, double times) {
  auto [low, high] = within(range, limits);
  return low < high && range.getMax() - range.getMin() > times * (high - low);
}

/// A number as messages have it.
inline auto shown(double number) { return llvm::format("%g", number); }

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_FARRANGES_H
