//===- OutputParts.h - What an output is put together from ------*- C++ -*-===//
#ifndef TARE_DRIVER_CHECK_OUTPUTPARTS_H
#define TARE_DRIVER_CHECK_OUTPUTPARTS_H

#include "tare/Tensor/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace tare {

/// A value whose elements an output holds.
struct OutputPart {
  /// By its name in the model.
  std::string value;
  /// The width of the interval that its function's results lie in: 1 of a softmax; infinite where nothing limits them.
  double width = std::numeric_limits<double>::infinity();
  /// The step of the coarsest grid that it is known to be on, and how far its values were apart in calibration; 0 where
  /// that is not known.
  double step = 0, reach = 0;
};

/// An output as what joins and rearranges has made it: boxes and scores in one tensor are two parts.
struct OutputParts {
  std::string name;
  std::vector<OutputPart> parts;
  /// float32, of the output's shape: the index into `parts` of each element, or what borders are labelled. Empty where
  /// all is one part.
  Tensor labels;
  /// Whether its elements are bools or indices, of which only equal ones are alike (DiscreteValues.h).
  bool isDiscrete = false;

  /// Nothing of an element that a padding has put there, and that no data changes.
  std::optional<size_t> partOf(int64_t element) const;
};

/// The parts of each output of @main, in its float or QDQ form.
std::vector<OutputParts> outputPartsOf(mlir::func::FuncOp function);

} // namespace tare

#endif // TARE_DRIVER_CHECK_OUTPUTPARTS_H
