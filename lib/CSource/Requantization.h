//===- Requantization.h - What becomes of a layer's sums in C ---*- C++ -*-===//
#ifndef TARE_LIB_CSOURCE_REQUANTIZATION_H
#define TARE_LIB_CSOURCE_REQUANTIZATION_H

#include "LayerWriter.h"
#include "Sums.h"

namespace tare::csource {

/// How sums become results.
struct Requantization {
  /// Of the member `requant` of a layer's description; empty where sums are the results.
  std::string type, value;
  /// The text of RESULT(sum, c), by `r`, the address of that member.
  std::string result;

  bool exists() const { return !type.empty(); }
  /// Adds what kernels that may have one are made by: REQUANTIZED, REQUANT and RESULT.
  void addTo(Parameters &parameters) const;
  /// Adds the member.
  void addTo(std::vector<Member> &members) const;
};

/// `requant` may be null. `element`: of the results.
Requantization requantization(LayerWriter &layer, const program::RequantT *requant, const Sums &sums,
                              ElementType element);

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_REQUANTIZATION_H
