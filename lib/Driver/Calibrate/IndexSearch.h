//===- IndexSearch.h - What integers are used for ---------------*- C++ -*-===//
//
// Follows the integers of an input to those who read them. A graph is whatever lists the uses of a value: IR, or a
// program.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_CALIBRATE_INDEXSEARCH_H
#define TARE_DRIVER_CALIBRATE_INDEXSEARCH_H

#include "tare/Calibration/Calibrate.h"
#include "tare/Host/Operator.h"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tare {

/// A reader of a value.
struct IndexUse {
  /// By the graph.
  using Value = const void *;
  struct Operand {
    Value value = nullptr;
    Shape shape;
    /// Of a constant whose elements are all one number.
    std::optional<double> constant;
  };
  struct Output {
    Value value = nullptr;
    ElementType element = ElementType::f32;
  };

  /// ONNX's operator; of other ops "Sub", "Mul", or "move" for what moves or casts elements.
  std::string kind, layer;
  host::Attributes attributes;
  /// Which of the operands the value is.
  size_t position = 0;
  /// As the node has them; one that it leaves out has no value.
  std::vector<Operand> operands;
  std::vector<Output> outputs;
};

/// What an input is used for.
struct IndexUsage {
  /// The numbers that all indexed tables have.
  std::optional<calibration::IntegerRange> range;
  /// A layer that takes by it one of so many, fewest.
  std::string layer;
  int64_t count = 0;
  bool isMask = false;
};

/// What the value is used for, whose readers `usesOf` lists.
IndexUsage searchIndexUses(IndexUse::Value value, const std::function<std::vector<IndexUse>(IndexUse::Value)> &usesOf);

} // namespace tare

#endif // TARE_DRIVER_CALIBRATE_INDEXSEARCH_H
