//===- Movement.h - Elements that move in C ---------------------*- C++ -*-===//
#ifndef TARE_LIB_CSOURCE_MOVEMENT_H
#define TARE_LIB_CSOURCE_MOVEMENT_H

#include "LayerWriter.h"

namespace tare::csource {

/// Where elements are: a number of them from the beginning, and strides.
struct Strided {
  int64_t begin = 0;
  std::vector<int64_t> strides;
};

/// Moves a region of that shape.
void writeMove(LayerWriter &layer, const Shape &region, const Strided &from, const Place &source, const Strided &to,
               const Place &target);
/// All elements of a result, as they stand.
void writeCopy(LayerWriter &layer, const Place &source, const Place &target, int64_t count);
/// For each coordinate of the result's axes the operand's, or -1 where `fill`, a constant of C, is.
void writePick(LayerWriter &layer, const Shape &operand, const std::vector<std::vector<int64_t>> &lists,
               std::string fill, const Place &source, const Place &target);

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_MOVEMENT_H
