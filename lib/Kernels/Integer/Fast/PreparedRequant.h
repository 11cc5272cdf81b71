//===- PreparedRequant.h - A requantization in the vectors' form -*- C++
//-*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_PREPAREDREQUANT_H
#define TARE_LIB_KERNELS_INTEGER_FAST_PREPAREDREQUANT_H

#include "Vector.h"

#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Tensor.h"

#include <vector>

namespace tare::kernels {

/// Owns what a RequantVector points to. Lists longer than 1 become one entry
/// per channel, padded for whole vectors.
class PreparedRequant {
public:
  PreparedRequant(const program::RequantT &requant, int64_t channels);
  /// The requantization of a sum that is scaled already: multiplier 1.
  explicit PreparedRequant(const program::AddT &add);

  const RequantVector &view() const { return vector; }
  /// A requantization by list entry `i` alone.
  RequantVector entry(int64_t i) const;

  PreparedRequant(const PreparedRequant &) = delete;

private:
  void append(int32_t multiplier, uint8_t shift);
  void setStages(const program::RequantT &requant, int64_t entries);
  void setFunction(const program::RequantT &requant);
  void setIntegers(int64_t channels);
  void finish(int32_t zero, int32_t low, int32_t high, int64_t channels);

  RequantVector vector = {};
  std::vector<double> scales, seconds;
  std::vector<int32_t> multipliers;
  /// The four lists of an IntegerRequant, one after the other.
  Tensor integers;
  std::vector<uint8_t> shifts;
  std::vector<int16_t> table;
  FunctionVector function = {};
};

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_PREPAREDREQUANT_H
