//===- OtherValues.h - What another runtime has of a program's layers -*- C++ -*-===//
#ifndef TARE_DRIVER_EXPLAIN_OTHERVALUES_H
#define TARE_DRIVER_EXPLAIN_OTHERVALUES_H

#include "Driver/Compare/Difference.h"
#include "Driver/Execute/Executable.h"
#include "Driver/Explain/Hypotheses.h"
#include "tare/Program/Model.h"

#include <map>

namespace tare::explain {

/// The arrays of an .npz that are results of a program's layers: named as `tare run --all-layers` names them, or as the
/// model's values, samples along the first axis. Integers are those of the layer's grid, with or without a sign; real
/// numbers become the nearest integers of it.
class OtherValues {
public:
  /// `executable` is the program, prepared for real numbers. An error where no array is a layer's, or one has another
  /// number of elements.
  static Result<OtherValues> read(const std::string &path, const program::Model &model, const Executable &executable);

  /// The program's layers that there are arrays of, in their order.
  std::vector<size_t> layers() const;
  /// How many samples every array has.
  int64_t samples() const { return count; }
  const std::vector<std::string> &unused() const { return unusedNames; }

  /// The orders in which an array's dimensions may be the layer's, the usual one first.
  const std::vector<Alignment> &orders(size_t layer) const { return arrays.at(layer).orders; }
  /// The layer's integers in a sample, in the order of the program's dimensions.
  Integers integers(size_t layer, int64_t sample, const Alignment &order) const;

private:
  struct Array {
    Tensor values;
    /// Of one sample.
    Shape shape;
    std::vector<Alignment> orders;
  };
  explicit OtherValues(const program::Model &model) : model(&model) {}
  Result<Array> arrayOf(const std::string &where, Tensor values, const TensorType &type);

  const program::Model *model;
  std::map<size_t, Array> arrays;
  std::vector<std::string> unusedNames;
  int64_t count = 0;
};

} // namespace tare::explain

#endif // TARE_DRIVER_EXPLAIN_OTHERVALUES_H
