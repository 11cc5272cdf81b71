//===- ExactResults.h - The QDQ form in more than float32 -------*- C++ -*-===//
#ifndef TARE_DRIVER_CHECK_EXACTRESULTS_H
#define TARE_DRIVER_CHECK_EXACTRESULTS_H

#include "tare/Tensor/Tensor.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "llvm/ADT/DenseMap.h"

#include <optional>
#include <vector>

namespace tare {

/// What ops of a QDQ form give in double, from the integers of their operands. Float32 holds a number of ten thousand
/// to half a thousandth: what a function, a softmax or a difference makes of that may be many steps of 16 bits. And a
/// mean of elements that cancel is 0 but for what float32 rounds, which may be many steps of a grid for such means.
class ExactResults {
public:
  /// Says what a value's integers are; of one sample.
  void keep(mlir::quant::QuantizeCastOp cast, Tensor integers) { kept[cast] = std::move(integers); }

  /// The integers of a value of the QDQ form, of all its elements; nothing where the op is none of those above, or an
  /// operand's integers are not known.
  std::optional<std::vector<int64_t>> of(mlir::quant::QuantizeCastOp cast) const;

private:
  /// Null where they are not known.
  Tensor integersOf(mlir::Value value) const;
  std::optional<std::vector<double>> realsOf(mlir::Value value) const;

  llvm::DenseMap<mlir::Operation *, Tensor> kept;
};

} // namespace tare

#endif // TARE_DRIVER_CHECK_EXACTRESULTS_H
