//===- RowMaxima.cpp - What a softmax measures its operand by -------------===//
//
// A mask that the model computes, or that a bias holds, makes elements so low
// that the range of a value says nothing of those that matter. The largest of
// each row does: a softmax tells apart what is near to it.
//
//===----------------------------------------------------------------------===//
#include "RowMaxima.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace tare;
using namespace tare::calibration;

namespace {

/// The largest element of a row, infinity where it does not count.
float maximumOf(const float *row, int64_t size, int64_t step) {
  float largest = row[0], smallest = row[0];
  bool isNumber = true;
  for (int64_t i = 0; i != size; ++i) {
    float element = row[i * step];
    isNumber &= !std::isnan(element);
    largest = std::max(largest, element);
    smallest = std::min(smallest, element);
  }
  return isNumber && smallest < largest ? largest : std::numeric_limits<float>::infinity();
}

float leastMaximum(const Tensor &tensor, int64_t axis) {
  const Shape &shape = tensor.shape();
  const int64_t size = shape[axis], inner = elementCount(Shape(shape.begin() + axis + 1, shape.end()));
  float least = std::numeric_limits<float>::infinity();
  if (tensor.count() == 0)
    return least;
  for (int64_t row = 0, rows = tensor.count() / size; row != rows; ++row)
    least = std::min(least, maximumOf(tensor.as<float>() + row / inner * inner * size + row % inner, size, inner));
  return least;
}

} // namespace

SoftmaxOperands::SoftmaxOperands(mlir::func::FuncOp function) {
  for (auto softmax : function.getOps<qnn::SoftmaxOp>())
    if (qnn::isFloatTensor(softmax.getInput()))
      axes[softmax.getInput()].push_back(softmax.getAxis());
}

bool SoftmaxOperands::haveImages() const {
  return llvm::any_of(
      axes, [](const auto &entry) { return mlir::cast<mlir::RankedTensorType>(entry.first.getType()).getRank() == 4; });
}

void SoftmaxOperands::observe(mlir::Value value, const Tensor &tensor, std::vector<float> &least) const {
  const auto *found = axes.find(value);
  if (found == axes.end())
    return;
  float &known = least[found - axes.begin()];
  for (int64_t axis : found->second)
    known = std::min(known, leastMaximum(tensor, axis));
}
