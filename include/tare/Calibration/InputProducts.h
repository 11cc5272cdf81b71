//===- InputProducts.h - What layers read, in pairs -------------*- C++ -*-===//
#ifndef TARE_CALIBRATION_INPUTPRODUCTS_H
#define TARE_CALIBRATION_INPUTPRODUCTS_H

#include "tare/Dialect/Qnn/InputProducts.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"
#include "tare/Tensor/Dataset.h"
#include "tare/Tensor/Result.h"

#include "mlir/IR/BuiltinOps.h"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tare::calibration {

struct ProductOptions {
  /// Of which layers.
  std::function<bool(qnn::AccumulatorOpInterface)> isWanted;
  /// 0: as many as there are cores.
  size_t threads = 0;
  /// What all products together may take; the largest ones are left out until they fit.
  size_t maxBytes = size_t(2) << 30;
  /// Called now and then, from any thread, with the number of samples done.
  std::function<void(int64_t)> progress;
};

struct MeasuredProducts {
  /// By the names of layers.
  std::map<std::string, qnn::InputProducts> products;
  /// Layers whose products would be too large, in the order of the graph.
  std::vector<std::string> tooLarge;
};

/// Runs the QDQ form @main on every sample, once, and sums the products of what wanted layers with weights read, as
/// integers: of up to 256 places of each layer's result in a sample, spread over it. Sums of integers are exact: the
/// result depends on the set of samples alone.
Result<MeasuredProducts> measureInputProducts(mlir::ModuleOp qdq, SampleSource &source, const ProductOptions &options);

} // namespace tare::calibration

#endif // TARE_CALIBRATION_INPUTPRODUCTS_H
