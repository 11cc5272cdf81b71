//===- ClassRank.h - How far in front a class is ----------------*- C++ -*-===//
#ifndef TARE_DRIVER_EVALUATE_METRICS_CLASSRANK_H
#define TARE_DRIVER_EVALUATE_METRICS_CLASSRANK_H

#include <cstddef>
#include <cstdint>
#include <span>

namespace tare {

/// How many classes stand before that of number `label`, which is one of them: those with a larger score, and of those
/// with the same one the classes of lower numbers. A score that is NaN stands behind all others.
size_t rankOf(std::span<const float> scores, size_t label);

} // namespace tare

#endif // TARE_DRIVER_EVALUATE_METRICS_CLASSRANK_H
