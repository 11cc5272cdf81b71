//===- RotaryEmbedding.cpp - RotaryEmbedding by known positions -----------===//
//
// ONNX's own, and that of com.microsoft, whose positions come before the cosines, and may be that of the first place.
//
// Pairs of elements of each head are turned by an angle that follows from their position:
//   y1 = x1 cos - x2 sin,  y2 = x1 sin + x2 cos,
// x1 and x2 being both halves of what is turned, or every other element of it (`interleaved`).
//
// https://onnx.ai/onnx/operators/onnx__RotaryEmbedding.html
//
//===----------------------------------------------------------------------===//
#include "ConstantData.h"
#include "Node.h"

#include <fmt/format.h>

#include <algorithm>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// The places of the operands in the two forms of the operator.
struct Form {
  unsigned cosines, sines, positions;
};
constexpr Form standard{1, 2, 3}, microsoft{2, 3, 1};

/// [batch, heads, length, size], and how much of each head is turned.
struct Layout {
  int64_t batch, heads, length, size, turned;
  bool interleaved;
};

/// The row of the cache for each place in the batch; nothing after an error.
std::optional<Integers> readPositions(Node &node, const Form &form, const Layout &layout, int64_t rows) {
  std::optional<Integers> positions = node.requireIntegers(form.positions, "the positions");
  if (!positions)
    return std::nullopt;
  bool isFirst = form.positions == microsoft.positions && node.shapeOf(form.positions) == Shape{1};
  if (isFirst) {
    int64_t first = positions->front();
    positions = Integers(layout.batch * layout.length);
    for (auto [place, position] : llvm::enumerate(*positions))
      position = int64_t(uint64_t(first) + place % layout.length);
  }
  bool fits = int64_t(positions->size()) == layout.batch * layout.length &&
              llvm::all_of(*positions, [&](int64_t position) { return position >= 0 && position < rows; });
  if (fits)
    return positions;
  (void)node.error(fmt::format("has {} positions of a cache of shape {}, expected {} in its rows of {}",
                               positions->size(), toString(*node.shapeOf(form.cosines)), layout.batch * layout.length,
                               layout.turned / 2));
  return std::nullopt;
}

/// A cache as [batch or 1, 1, length, turned / 2]: its rows of the positions, where the node names these.
std::optional<Tensor> readCache(Node &node, unsigned operand, const Form &form, const Layout &layout) {
  const Tensor *cache = node.requireKnown(operand, operand == form.cosines ? "the cosines" : "the sines");
  if (!cache || cache->element() != ElementType::f32)
    return std::nullopt;
  int64_t half = layout.turned / 2;
  if (!node.hasOperand(form.positions)) {
    Shape expected{layout.batch, layout.length, half};
    if (cache->shape() == expected)
      return cache->reshaped({layout.batch, 1, layout.length, half});
    (void)node.error("cache '" + node.operandName(operand) + "' has the shape " + toString(cache->shape()) +
                     ", expected " + toString(expected));
    return std::nullopt;
  }
  int64_t rows = cache->shape().size() == 2 && cache->shape()[1] == half ? cache->shape()[0] : 0;
  std::optional<Integers> positions = readPositions(node, form, layout, rows);
  if (!positions)
    return std::nullopt;
  Tensor chosen(ElementType::f32, {layout.batch, 1, layout.length, half});
  float *to = chosen.mutableAs<float>();
  for (int64_t position : *positions)
    to = std::copy_n(cache->as<float>() + position * half, half, to);
  return chosen;
}

class Rotation {
public:
  Rotation(Node &node, const Layout &layout, mlir::Value cosines, mlir::Value sines)
      : node(node), layout(layout), cosines(cosines), sines(sines) {}

  /// Of [batch, heads, length, size].
  mlir::Value apply(mlir::Value x) {
    int64_t half = layout.turned / 2, step = layout.interleaved ? 2 : 1;
    mlir::Value first = columns("first", x, 0, step, half);
    mlir::Value second = columns("second", x, layout.interleaved ? 1 : half, step, half);
    mlir::Value left = node.createStep<qnn::SubOp>("turned_first", product("first_cos", first, cosines),
                                                   product("second_sin", second, sines), nullptr);
    mlir::Value right = node.createStep<qnn::AddOp>("turned_second", product("first_sin", first, sines),
                                                    product("second_cos", second, cosines), nullptr);
    llvm::SmallVector<mlir::Value> parts{layout.interleaved ? woven(left, right) : joined("turned", {left, right})};
    if (layout.turned < layout.size)
      parts.push_back(columns("rest", x, layout.turned, 1, layout.size - layout.turned));
    return parts.size() == 1 ? parts[0] : joined("whole", parts);
  }

private:
  mlir::Value product(llvm::StringRef step, mlir::Value a, mlir::Value b) {
    return node.createStep<qnn::MulOp>(step, a, b, nullptr);
  }
  mlir::Value joined(llvm::StringRef step, llvm::ArrayRef<mlir::Value> parts) {
    return node.createStep<qnn::ConcatOp>(step, mlir::ValueRange(parts), 3);
  }
  mlir::Value columns(llvm::StringRef step, mlir::Value x, int64_t begin, int64_t stride, int64_t count) {
    return node.createStep<qnn::SliceOp>(step, x, Integers{0, 0, 0, begin}, Integers{1, 1, 1, stride},
                                         Integers{layout.batch, layout.heads, layout.length, count});
  }
  /// One column of each in turn.
  mlir::Value woven(mlir::Value left, mlir::Value right) {
    Integers apart{layout.batch, layout.heads, layout.length, layout.turned / 2, 1};
    mlir::Value pairs =
        node.createStep<qnn::ConcatOp>("pairs",
                                       mlir::ValueRange{node.createStep<qnn::ReshapeOp>("left", left, apart),
                                                        node.createStep<qnn::ReshapeOp>("right", right, apart)},
                                       4);
    return node.createStep<qnn::ReshapeOp>("woven", pairs,
                                           Integers{layout.batch, layout.heads, layout.length, layout.turned});
  }

  Node &node;
  const Layout &layout;
  mlir::Value cosines, sines;
};

/// Of com.microsoft's operator the rows of cosines may tell the heads' number.
std::optional<Layout> readLayout(Node &node, mlir::Value x, const Form &form) {
  bool isSplit = dims(x).size() == 4;
  int64_t heads = node.intAttribute("num_heads", 0);
  std::optional<Shape> cosines = node.shapeOf(form.cosines);
  bool mayTell = form.positions == microsoft.positions && dims(x).size() == 3;
  if (heads == 0 && mayTell && cosines && !cosines->empty() && cosines->back() > 0)
    heads = dims(x)[2] / (2 * cosines->back());
  if (!isSplit && (dims(x).size() != 3 || heads < 1 || dims(x)[2] % heads)) {
    (void)node.error(
        fmt::format("operand of shape {} has no {} heads of equal size", toString(*node.shapeOf(0)), heads));
    return std::nullopt;
  }
  Layout layout{dims(x)[0],
                isSplit ? dims(x)[1] : heads,
                isSplit ? dims(x)[2] : dims(x)[1],
                isSplit ? dims(x)[3] : dims(x)[2] / heads,
                0,
                node.intAttribute("interleaved", 0) != 0};
  int64_t turned = node.intAttribute("rotary_embedding_dim", 0);
  layout.turned = turned == 0 ? layout.size : turned;
  if (layout.turned >= 2 && layout.turned <= layout.size && layout.turned % 2 == 0)
    return layout;
  (void)node.error(
      fmt::format("turns {} elements of heads of {}, expected an even number of them", layout.turned, layout.size));
  return std::nullopt;
}

template <const Form &form> LogicalResult importRotaryEmbedding(Node &node) {
  mlir::Value x = node.operand(0);
  if (node.intAttribute("is_packed_batching", 0))
    return node.error("attribute 'is_packed_batching' is set, which is not supported");
  std::optional<Layout> layout = x ? readLayout(node, x, form) : std::nullopt;
  if (!layout)
    return failure();
  std::optional<Tensor> cosines = readCache(node, form.cosines, form, *layout),
                        sines = readCache(node, form.sines, form, *layout);
  if (!cosines || !sines)
    return node.error("cosines and sines must be float32");
  Rotation rotation(node, *layout, node.constant(node.derivedName("cosines"), *cosines),
                    node.constant(node.derivedName("sines"), *sines));
  Integers shape(dims(x));
  bool isSplit = shape.size() == 4;
  if (!isSplit) {
    mlir::Value heads = node.createStep<qnn::ReshapeOp>(
        "heads", x, Integers{layout->batch, layout->length, layout->heads, layout->size});
    x = node.createStep<qnn::TransposeOp>("by_head", heads, Integers{0, 2, 1, 3});
  }
  mlir::Value turned = rotation.apply(x);
  if (!isSplit)
    turned = node.createStep<qnn::TransposeOp>("by_row", turned, Integers{0, 2, 1, 3});
  return node.failed() ? failure() : node.give(node.create<qnn::ReshapeOp>(turned, shape));
}

} // namespace

void tare::onnx::registerRotaryEmbedding(OpTable &table) {
  table.addImport("RotaryEmbedding", importRotaryEmbedding<standard>);
  table.addImport("com.microsoft.RotaryEmbedding", importRotaryEmbedding<microsoft>);
}
