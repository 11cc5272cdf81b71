//===- Loss.h - What a score has lost ---------------------------*- C++ -*-===//
#ifndef TARE_DRIVER_EVALUATE_METRICS_LOSS_H
#define TARE_DRIVER_EVALUATE_METRICS_LOSS_H

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace tare {

/// |fixed - real| / |real|, in percent: how far a score is from that of the float model, to either side. Nothing where
/// the float model's is 0 or infinite, of which nothing is a share.
std::optional<double> lossInPercent(double fixed, double real);

/// The order of the scores by how far they are from the float model's, the nearest first, which is the order by loss
/// where there is one; of scores that are equally far the higher first. Those that are missing come last.
std::vector<size_t> orderByLoss(std::span<const std::optional<double>> scores, double real);

} // namespace tare

#endif // TARE_DRIVER_EVALUATE_METRICS_LOSS_H
