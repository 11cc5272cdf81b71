//===- MeanInputs.h - What layers with weights read, on average -*- C++ -*-===//
#ifndef TARE_CALIBRATION_MEANINPUTS_H
#define TARE_CALIBRATION_MEANINPUTS_H

#include "tare/Calibration/ExactSum.h"
#include "tare/Dialect/Qnn/ChannelMeans.h"
#include "tare/Tensor/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"
#include <vector>

namespace tare::calibration {

/// The activations of a function that layers with weights read, and the axes of their channels.
class MeanInputs {
public:
  /// What one thread has seen of one of them: the sum of each channel's means in the samples, which knows no order.
  struct Sums {
    std::vector<ExactSum> channels;
    int64_t samples = 0;

    void merge(const Sums &other);
  };

  explicit MeanInputs(mlir::func::FuncOp function);

  bool empty() const { return axes.empty(); }
  std::vector<Sums> none() const { return std::vector<Sums>(axes.size()); }
  /// Adds the means of `tensor`, row-major, to the sums of `value`, if it is one of them.
  void observe(mlir::Value value, const Tensor &tensor, std::vector<Sums> &sums) const;
  /// By the names of values. A sample in which a channel's mean is not finite counts as 0 there: its range is refused.
  qnn::ChannelMeans means(const std::vector<Sums> &sums) const;

private:
  llvm::MapVector<mlir::Value, int64_t> axes;
};

} // namespace tare::calibration

#endif // TARE_CALIBRATION_MEANINPUTS_H
