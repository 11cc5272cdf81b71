//===- Image.cpp - AffineGrid ---------------------------------------------===//
#include "Composite.h"
#include "ConstantData.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// The place of element `index` of an axis of `size`, in [-1, 1].
double placeOf(int64_t index, int64_t size, bool alignsCorners) {
  if (!alignsCorners)
    return (2 * double(index) + 1) / double(size) - 1;
  return size == 1 ? 0 : 2 * double(index) / double(size - 1) - 1;
}

/// For each place its coordinates, the last axis first, and a 1: [1, places, axes + 1].
Tensor placesOf(llvm::ArrayRef<int64_t> sizes, bool alignsCorners) {
  int64_t count = 1, columns = sizes.size() + 1;
  for (int64_t size : sizes)
    count *= size;
  Tensor places(ElementType::f32, Shape{1, count, columns});
  float *to = places.mutableAs<float>();
  for (int64_t place = 0; place < count; ++place) {
    int64_t rest = place;
    for (int64_t axis = sizes.size(); axis-- > 0; rest /= sizes[axis])
      *to++ = static_cast<float>(placeOf(rest % sizes[axis], sizes[axis], alignsCorners));
    *to++ = 1;
  }
  return places;
}

/// Of an image of 4,096 x 4,096: each is a few numbers of a constant, which is made before anything asks how much
/// memory there is.
constexpr int64_t mostPlaces = int64_t(1) << 24;

/// Each place times the matrix theta.
LogicalResult importAffineGrid(Node &node) {
  std::optional<Shape> theta = node.shapeOf(0);
  std::optional<Integers> size = node.requireIntegers(1, "operand size");
  if (!theta || !size)
    return failure();
  int64_t axes = int64_t(size->size()) - 2;
  if ((axes != 2 && axes != 3) || *theta != Shape{size->front(), axes, axes + 1})
    return node.error(
        fmt::format("found a size of {} dimensions and a theta of shape {}, expected two or three spatial "
                    "axes, and theta to be [N, axes, axes + 1]",
                    size->size(), toString(*theta)));
  llvm::ArrayRef<int64_t> spatial = llvm::ArrayRef(*size).drop_front(2);
  int64_t count = 1;
  for (int64_t each : spatial)
    if (each < 1 || __builtin_mul_overflow(count, each, &count) || count > mostPlaces)
      return node.error(fmt::format("its grid has the size {}, expected 1 to {} places",
                                    toString(Shape(spatial.begin(), spatial.end())), mostPlaces));
  Composite composite(node);
  bool alignsCorners = node.intAttribute("align_corners", 0) != 0;
  std::string columns =
      composite.step("columns", "Transpose", {composite.input(0)}, {attribute("perm", Integers{0, 2, 1})});
  std::string places = composite.constant("places", placesOf(spatial, alignsCorners));
  Integers shape{size->front()};
  shape.append(spatial.begin(), spatial.end());
  shape.push_back(axes);
  std::string rows = composite.layer("rows", "MatMul", {places, columns});
  return composite.finish("Reshape", {rows, composite.constant("shape", fromIntegers(shape))});
}

} // namespace

void tare::onnx::registerImage(OpTable &table) { table.addImport("AffineGrid", importAffineGrid); }
