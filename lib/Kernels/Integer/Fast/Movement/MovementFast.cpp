//===- MovementFast.cpp - Data movement in large pieces -------------------===//
#include "../../Broadcast.h"
#include "../../Movement/Copies.h"
#include "../Loops.h"
#include "../Pieces.h"
#include "../Prepare.h"
#include "../Vector.h"

#include <algorithm>
#include <cstring>

namespace tare::kernels {
namespace {

/// Calls f with an unsigned integer of as many bytes.
template <typename F> void dispatchBytes(size_t bytes, F &&f) {
  switch (bytes) {
  case 1:
    return f(uint8_t());
  case 2:
    return f(uint16_t());
  case 4:
    return f(uint32_t());
  default:
    return f(uint64_t());
  }
}

/// A copy between strided regions: consecutive pieces where both sides have them, else blocks of a transposition.
class StridedCopy {
public:
  StridedCopy(const Copy &copy, size_t elementBytes)
      : bytes(elementBytes), sourceStart(copy.sourceStart), resultStart(copy.resultStart) {
    for (size_t d = 0; d < copy.sizes.size(); ++d)
      outer.push_back({copy.sizes[d], copy.sourceStrides[d], copy.resultStrides[d]});
    outer = mergedLoops(outer);
    // The innermost loop runs along the result, the one around it along the source.
    if (!outer.empty()) {
      column = outer.back();
      outer.pop_back();
    }
    consecutive = column.firstStride == 1 && column.secondStride == 1;
    if (consecutive)
      return;
    auto along = std::find_if(outer.begin(), outer.end(), [](const LoopAxis &axis) { return axis.firstStride == 1; });
    if (along != outer.end()) {
      row = *along;
      outer.erase(along);
    }
    // An image's planes, as every network's input has them; the two halves that a channel shuffle mixes.
    bool interleaves =
        bytes == 1 && row.firstStride == 1 && row.secondStride == column.size && column.secondStride == 1;
    planes = interleaves && column.size == 3;
    pairs = interleaves && column.size == 2;
  }

  void run(const std::byte *source, std::byte *result, Share share) const {
    source += sourceStart * bytes, result += resultStart * bytes;
    Piece piece = {row, column};
    LoopAxis &divided = !consecutive && row.size > column.size ? piece.row : piece.column;
    GridShare grid = gridShare(share, loopCount(outer), elementBlocks(divided.size));
    Range own = grid.inner.of(divided.size, elementBlock);
    source += own.first * divided.firstStride * bytes, result += own.first * divided.secondStride * bytes;
    divided.size = own.size();
    forEachLoop(outer, grid.outer.of(loopCount(outer)),
                [&](int64_t from, int64_t to) { copyPiece(piece, source + from * bytes, result + to * bytes); });
  }

private:
  /// What one step of the outer loops copies, or a share of it.
  struct Piece {
    LoopAxis row, column;
  };

  void copyPiece(const Piece &piece, const std::byte *source, std::byte *result) const {
    if (consecutive)
      copyBytes(source, result, piece.column.size * bytes);
    else if (planes || pairs)
      interleave(piece, reinterpret_cast<const int8_t *>(source), reinterpret_cast<int8_t *>(result));
    else
      dispatchBytes(bytes, [&](auto type) {
        using T = decltype(type);
        transposeBlocks(piece, reinterpret_cast<const T *>(source), reinterpret_cast<T *>(result));
      });
  }

  void interleave(const Piece &piece, const int8_t *x, int8_t *y) const {
    int64_t plane = piece.column.firstStride;
    if (pairs)
      return interleavePairs(x, x + plane, y, piece.row.size);
    set.interleave3(x, x + plane, x + 2 * plane, y, piece.row.size);
  }

  /// Blocks of 64 x 64 bytes stay in the first-level cache whichever side is strided.
  template <typename T> void transposeBlocks(const Piece &piece, const T *x, T *y) const {
    constexpr int64_t block = 64;
    const auto &[row, column] = piece;
    for (int64_t i = 0; i < row.size; i += block)
      for (int64_t j = 0; j < column.size; j += block)
        for (int64_t c = j; c < std::min(j + block, column.size); ++c) {
          int64_t count = std::min(block, row.size - i);
          const T *from = x + i * row.firstStride + c * column.firstStride;
          T *to = y + i * row.secondStride + c * column.secondStride;
          if (row.firstStride == 1)
            scatter(from, to, count);
          else
            for (int64_t r = 0; r < count; ++r)
              to[r * row.secondStride] = from[r * row.firstStride];
        }
  }

  template <typename T> void scatter(const T *from, T *to, int64_t count) const {
    for (int64_t r = 0; r < count; ++r, to += row.secondStride)
      *to = from[r];
  }

  int64_t bytes, sourceStart, resultStart;
  std::vector<LoopAxis> outer;
  LoopAxis column = {1, 1, 1}, row = {1, 0, 0};
  bool consecutive = true, planes = false, pairs = false;
  const VectorSet &set = vectorSet();
};

/// Copies of the operands into the result, over a constant where there are gaps between them.
class MovementKernel : public FastKernel {
public:
  MovementKernel(std::vector<StridedCopy> copies) : copies(std::move(copies)) {}

  /// Every element of the result has this value first.
  template <typename T> void setBackground(T value) {
    background.resize(sizeof value);
    std::memcpy(background.data(), &value, sizeof value);
  }

  /// A share's background could come after another share's copies.
  bool divides() const override { return background.empty(); }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *,
           Share share) const override {
    if (!background.empty())
      dispatchBytes(background.size(), [&](auto value) {
        std::memcpy(&value, background.data(), sizeof value);
        std::fill_n(static_cast<decltype(value) *>(result.data), result.count(), value);
      });
    for (size_t i = 0; i < copies.size(); ++i)
      copies[i].run(operands[i].as<std::byte>(), result.as<std::byte>(), share);
  }

private:
  std::vector<StridedCopy> copies;
  std::vector<std::byte> background;
};

std::unique_ptr<FastKernel> oneCopy(const Copy &copy, ElementType element) {
  return std::make_unique<MovementKernel>(std::vector<StridedCopy>{StridedCopy(copy, sizeOf(element))});
}

class ReshapeKernel : public FastKernel {
public:
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *, Share) const override {
    if (result.data != operands[0].data)
      std::memmove(result.data, operands[0].data, result.type.bytes());
  }
};

} // namespace

std::unique_ptr<FastKernel> prepareConcat(const program::OpUnion &op, std::span<const Operand> operands,
                                          const TensorType &result) {
  int64_t axis = parameters<program::ConcatT>(op).axis, start = 0;
  std::vector<int64_t> strides = stridesOf(result.shape);
  std::vector<StridedCopy> copies;
  for (const Operand &operand : operands) {
    const Shape &shape = operand.type.shape;
    copies.emplace_back(Copy{shape, 0, start, stridesOf(shape), strides}, sizeOf(result.element));
    start += shape[axis] * strides[axis];
  }
  return std::make_unique<MovementKernel>(std::move(copies));
}

std::unique_ptr<FastKernel> prepareSlice(const program::OpUnion &op, std::span<const Operand> operands,
                                         const TensorType &result) {
  const auto &slice = parameters<program::SliceT>(op);
  Copy copy = {result.shape, 0, 0, stridesOf(operands[0].type.shape), stridesOf(result.shape)};
  for (size_t d = 0; d < slice.starts.size(); ++d) {
    copy.sourceStart += slice.starts[d] * copy.sourceStrides[d];
    copy.sourceStrides[d] *= slice.steps[d];
  }
  return oneCopy(copy, result.element);
}

std::unique_ptr<FastKernel> preparePad(const program::OpUnion &op, std::span<const Operand> operands,
                                       const TensorType &result) {
  const auto &pad = parameters<program::PadT>(op);
  if (pad.mode != program::PadMode::constant)
    return nullptr;
  const Shape &shape = operands[0].type.shape;
  Copy copy = {shape, 0, 0, stridesOf(shape), stridesOf(result.shape)};
  for (size_t d = 0; d < shape.size(); ++d)
    copy.resultStart += pad.low[d] * copy.resultStrides[d];
  auto kernel = std::make_unique<MovementKernel>(std::vector<StridedCopy>{StridedCopy(copy, sizeOf(result.element))});
  if (result.element == ElementType::f32)
    kernel->setBackground(float(pad.value));
  else
    dispatchBytes(sizeOf(result.element),
                  [&](auto type) { kernel->setBackground(decltype(type)(int64_t(pad.value))); });
  return kernel;
}

std::unique_ptr<FastKernel> prepareReshape(const program::OpUnion &, std::span<const Operand>, const TensorType &) {
  return std::make_unique<ReshapeKernel>();
}

std::unique_ptr<FastKernel> prepareTranspose(const program::OpUnion &op, std::span<const Operand> operands,
                                             const TensorType &result) {
  Copy copy = {result.shape, 0, 0, {}, stridesOf(result.shape)};
  std::vector<int64_t> strides = stridesOf(operands[0].type.shape);
  for (int32_t axis : parameters<program::TransposeT>(op).permutation)
    copy.sourceStrides.push_back(strides[axis]);
  return oneCopy(copy, result.element);
}

} // namespace tare::kernels
