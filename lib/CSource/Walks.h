//===- Walks.h - Walks over places in C -------------------------*- C++ -*-===//
#ifndef TARE_LIB_CSOURCE_WALKS_H
#define TARE_LIB_CSOURCE_WALKS_H

#include "Unit.h"

namespace tare::csource {

/// The distance in elements between neighbours along each dimension of a row-major shape.
std::vector<int64_t> stridesOf(const Shape &shape);
/// The strides with which a tensor of `shape` is read along the dimensions of `wide`, to which it broadcasts.
std::vector<int64_t> broadcastStrides(const Shape &shape, const Shape &wide);

/// A walk over a shape with offsets into a few operands, as the kernel `walk` does it: as few dimensions as there can
/// be.
class Walk {
public:
  /// `strides`: a list for each operand, with a number for each dimension of `sizes`.
  Walk(const Shape &sizes, const std::vector<std::vector<int64_t>> &strides);

  /// The last dimension.
  struct Row {
    int64_t length;
    std::vector<int64_t> steps;
  };
  size_t rank() const { return sizes.size(); }
  /// Takes the last dimension off; of no dimensions a row of one element.
  Row takeRow();
  /// Counts an operand's offsets in units of so many elements.
  void scale(size_t operand, int64_t elements);

  /// The value of a member of type WALK.
  std::string value() const;
  /// Adds the names of the walk's kernel, which it uses: WALK, PLACE and STEP.
  void addTo(Parameters &parameters, Unit &unit) const;

private:
  Shape sizes;
  std::vector<std::vector<int64_t>> strides;
};

/// Of operands that broadcast to `wide`.
Walk broadcastWalk(const std::vector<Shape> &operands, const Shape &wide);

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_WALKS_H
