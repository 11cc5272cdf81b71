//===- Attention.cpp - Attention ------------------------------------------===//
//
// softmax(Q K^T * scale + mask) V per head, written as transposes, products and a softmax: what exporters that have no
// such operator write out.
//
// https://onnx.ai/onnx/operators/onnx__Attention.html; those of com.microsoft:
// https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md.
//
//===----------------------------------------------------------------------===//
#include "ConstantData.h"
#include "Ops/Axes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// Added to a score that is masked: far below all others.
constexpr float hidden = -10000;

/// [batch, length, heads * size] -> [batch, heads, length, size]; of four axes it is that already.
mlir::Value splitHeads(Node &node, const std::string &step, mlir::Value x, int64_t heads) {
  if (!x || dims(x).size() == 4)
    return x;
  if (dims(x).size() != 3 || heads < 1 || dims(x)[2] % heads) {
    (void)node.error(fmt::format("operand of shape {} has no {} heads of equal size",
                                 toString(Shape(dims(x).begin(), dims(x).end())), heads));
    return nullptr;
  }
  int64_t batch = dims(x)[0], length = dims(x)[1], size = dims(x)[2] / heads;
  mlir::Value split = node.createStep<qnn::ReshapeOp>(step + "/heads", x, Integers{batch, length, heads, size});
  return node.createStep<qnn::TransposeOp>(step, split, Integers{0, 2, 1, 3});
}

/// Each head `times` times, one behind the other: where several heads of Q share one of K and V.
mlir::Value repeatHeads(Node &node, const std::string &step, mlir::Value x, int64_t times) {
  if (!x || times == 1)
    return x;
  Integers shape(dims(x));
  mlir::Value apart =
      node.createStep<qnn::ReshapeOp>(step + "/apart", x, Integers{shape[0], shape[1], 1, shape[2], shape[3]});
  llvm::SmallVector<mlir::Value> copies(times, apart);
  mlir::Value repeated = node.createStep<qnn::ConcatOp>(step + "/repeated", mlir::ValueRange(copies), 2);
  shape[1] *= times;
  return node.createStep<qnn::ReshapeOp>(step, repeated, shape);
}

struct Heads {
  mlir::Value q, k, v;
  /// What is added to the scores; null for nothing.
  mlir::Value mask;
  double scale = 1, softcap = 0;
};

/// [batch, heads, length, size]
mlir::Value attend(Node &node, const Heads &heads) {
  mlir::Value transposed = node.createStep<qnn::TransposeOp>("keys", heads.k, Integers{0, 1, 3, 2});
  mlir::Value scores = node.createStep<qnn::MatMulOp>("products", heads.q, transposed, nullptr);
  scores = node.createStep<qnn::MulOp>("scores", scores, node.scalarConstant("scale", heads.scale), nullptr);
  if (heads.softcap > 0) {
    mlir::Value cap = node.scalarConstant("softcap", heads.softcap);
    mlir::Value shrunk = node.createStep<qnn::MulOp>(
        "shrunk", scores, node.scalarConstant("softcap_reciprocal", 1 / heads.softcap), nullptr);
    scores = node.createStep<qnn::MulOp>("capped", node.createStep<qnn::TanhOp>("tanh", shrunk), cap, nullptr);
  }
  if (heads.mask)
    scores = node.createStep<qnn::AddOp>("masked", scores, heads.mask, nullptr);
  mlir::Value shares = node.createStep<qnn::SoftmaxOp>("shares", scores, 3);
  return node.createStep<qnn::MatMulOp>("mixed", shares, heads.v, nullptr);
}

/// Result 0, with the heads side by side again where `joins`.
LogicalResult giveHeads(Node &node, mlir::Value mixed, bool joins) {
  if (node.failed())
    return failure();
  Integers shape(dims(mixed));
  if (!joins)
    return node.give(node.create<qnn::ReshapeOp>(mixed, shape));
  mlir::Value turned = node.createStep<qnn::TransposeOp>("rows", mixed, Integers{0, 2, 1, 3});
  return node.give(node.create<qnn::ReshapeOp>(turned, Integers{shape[0], shape[2], shape[1] * shape[3]}));
}

/// Which keys a query sees, as what is added to the scores: [queries, keys]. Query i stands at `past` + i.
Tensor causalMask(int64_t queries, int64_t keys, int64_t past) {
  Tensor mask(ElementType::f32, Shape{queries, keys});
  for (int64_t i = 0; i < queries; ++i)
    for (int64_t j = 0; j < keys; ++j)
      mask.mutableAs<float>()[i * keys + j] = j <= i + past ? 0.0f : hidden;
  return mask;
}

/// A constant mask of bool, true for what is seen, as numbers to add.
std::optional<Tensor> booleanMask(Node &node, unsigned index) {
  const Tensor *known = node.known(index);
  if (!known || known->element() != ElementType::boolean)
    return std::nullopt;
  Tensor mask(ElementType::f32, known->shape());
  std::transform(known->as<bool>(), known->as<bool>() + known->count(), mask.mutableAs<float>(),
                 [](bool seen) { return seen ? 0.0f : hidden; });
  return mask;
}

/// Whether some query sees no key at all: its row of the softmax would be one number over and over, where ONNX says 0.
bool hidesAll(const Tensor &mask, std::optional<Tensor> causal) {
  std::optional<Shape> shape = causal ? broadcastShapes(mask.shape(), causal->shape()) : std::optional(mask.shape());
  if (!shape || shape->empty())
    return false;
  Tensor first = broadcastTo(mask, *shape), second = causal ? broadcastTo(*causal, *shape) : Tensor();
  int64_t length = shape->back();
  for (int64_t row = 0; row < first.count() / std::max<int64_t>(length, 1); ++row) {
    bool sees = false;
    for (int64_t i = row * length; i < (row + 1) * length; ++i)
      sees |= first.as<float>()[i] > hidden && (!causal || second.as<float>()[i] > hidden);
    if (!sees)
      return true;
  }
  return false;
}

mlir::Value readMask(Node &node, unsigned index, const std::optional<Tensor> &causal) {
  if (!node.hasOperand(index))
    return nullptr;
  std::optional<Tensor> mask = booleanMask(node, index);
  const Tensor *known = mask ? &*mask : node.known(index);
  if (known && known->element() == ElementType::f32 && hidesAll(*known, causal)) {
    (void)node.error("its masks hide all keys from some query");
    return nullptr;
  }
  return mask ? node.constant(node.derivedName("mask"), *mask) : node.maskOperand(index);
}

/// The mask of operand `index`, and the causal one where the node has it: what is added to the scores; null for
/// nothing.
mlir::Value masksOf(Node &node, unsigned index, mlir::Value q, mlir::Value k, bool isCausal, int64_t past) {
  if (node.failed())
    return nullptr;
  std::optional<Tensor> causal;
  if (isCausal)
    causal = causalMask(dims(q)[2], dims(k)[2], past);
  mlir::Value mask = readMask(node, index, causal);
  if (!causal || node.failed())
    return mask;
  mlir::Value added = node.constant(node.derivedName("causal"), *causal);
  return mask ? node.createStep<qnn::AddOp>("masks", mask, added, nullptr) : added;
}

bool refuseResults(Node &node, std::initializer_list<unsigned> results) {
  for (unsigned i : results)
    if (node.isUsed(i))
      (void)node.error("its result '" + node.resultName(i) + "' is used, which is computed in float alone");
  return node.failed();
}

bool refuseOperands(Node &node, std::initializer_list<unsigned> operands) {
  for (unsigned i : operands)
    if (node.hasOperand(i))
      (void)node.error("has operand '" + node.operandName(i) + "', which has no integer form");
  return node.failed();
}

/// The keys or values of earlier calls in front of those of this one, which is result `index`.
mlir::Value withPast(Node &node, const std::string &step, unsigned operand, mlir::Value now, unsigned index) {
  mlir::Value all = now;
  if (node.hasOperand(operand))
    all = node.createStep<qnn::ConcatOp>(step, mlir::ValueRange{node.operand(operand), now}, 2);
  if (all && node.isUsed(index)) {
    Integers shape(dims(all));
    (void)node.give(node.createNamed<qnn::ReshapeOp>(node.resultName(index), all, shape), index);
  }
  return all;
}

/// Whether these operands, where they are there, have as many axes; an error where one has not.
bool haveAxes(Node &node, llvm::ArrayRef<unsigned> operands, llvm::ArrayRef<size_t> axes) {
  for (unsigned operand : operands) {
    std::optional<Shape> shape = node.hasOperand(operand) ? node.shapeOf(operand) : std::nullopt;
    if (shape && !llvm::is_contained(axes, shape->size()))
      (void)node.error(fmt::format("operand '{}' has the shape {}, expected {} axes", node.operandName(operand).str(),
                                   toString(*shape), fmt::join(axes, " or ")));
  }
  return !node.failed();
}

/// Operands: Q, K, V, a mask, past keys, past values.
LogicalResult importAttention(Node &node) {
  if (refuseResults(node, {3}) || refuseOperands(node, {6}))
    return failure();
  if (node.intAttribute("left_window_size", -1) != -1 || node.intAttribute("right_window_size", -1) != -1)
    return node.error("has a window");
  mlir::Value q = node.operand(0), k = node.operand(1), v = node.operand(2);
  if (node.failed() || !haveAxes(node, {0, 1, 2}, {3, 4}) || !haveAxes(node, {4, 5}, {4}))
    return failure();
  bool joins = dims(q).size() == 3;
  int64_t queries = node.intAttribute("q_num_heads", joins ? 0 : dims(q)[1]);
  int64_t keys = node.intAttribute("kv_num_heads", joins ? queries : dims(k)[1]);
  Heads heads{splitHeads(node, "q", q, queries), splitHeads(node, "k", k, keys), splitHeads(node, "v", v, keys), {}};
  if (node.failed())
    return failure();
  int64_t past = node.hasOperand(4) ? (*node.shapeOf(4))[2] : 0;
  heads.k = withPast(node, "all_keys", 4, heads.k, 1);
  heads.v = withPast(node, "all_values", 5, heads.v, 2);
  if (node.failed() || dims(heads.k)[1] == 0 || dims(heads.q)[1] % dims(heads.k)[1])
    return node.error("the heads of Q are no multiple of those of K");
  int64_t times = dims(heads.q)[1] / dims(heads.k)[1];
  heads.mask = masksOf(node, 3, heads.q, heads.k, node.intAttribute("is_causal", 0), past);
  heads.k = repeatHeads(node, "shared_keys", heads.k, times);
  heads.v = repeatHeads(node, "shared_values", heads.v, times);
  heads.scale = node.floatAttribute("scale", 1 / std::sqrt(double(dims(heads.q)[3])));
  heads.softcap = node.floatAttribute("softcap", 0);
  return node.failed() ? failure() : giveHeads(node, attend(node, heads), joins);
}

/// Operands: Q, K, V, their bias, a padding mask, what is added to the scores.
LogicalResult importMultiHeadAttention(Node &node) {
  if (refuseResults(node, {1, 2, 3}) || refuseOperands(node, {3, 4, 6, 7}) || !node.hasOperand(1) ||
      !node.hasOperand(2))
    return node.error("has no separate keys and values");
  int64_t count = node.intAttribute("num_heads", 0);
  Heads heads{splitHeads(node, "q", node.operand(0), count),
              splitHeads(node, "k", node.operand(1), count),
              splitHeads(node, "v", node.operand(2), count),
              {}};
  if (node.failed())
    return failure();
  heads.mask = masksOf(node, 5, heads.q, heads.k, node.intAttribute("unidirectional", 0), 0);
  heads.scale = node.floatAttribute("scale", 1 / std::sqrt(double(dims(heads.q)[3])));
  return giveHeads(node, attend(node, heads), true);
}

/// A third of the columns of x W + b.
mlir::Value third(Node &node, const std::string &step, mlir::Value all, int64_t number) {
  int64_t columns = all ? dims(all)[2] / 3 : 0;
  if (!all)
    return nullptr;
  return node.createStep<qnn::SliceOp>(step, all, Integers{0, 0, number * columns}, Integers{1, 1, 1},
                                       Integers{dims(all)[0], dims(all)[1], columns});
}

/// com.microsoft.Attention: Q, K and V are the thirds of x W + b.
LogicalResult importFusedAttention(Node &node) {
  if (refuseResults(node, {1}) || refuseOperands(node, {3, 4, 6}))
    return failure();
  if (node.hasAttribute("qkv_hidden_sizes"))
    return node.error("has Q, K and V of different sizes");
  mlir::Value x = node.operand(0);
  const Tensor *weight = node.requireKnown(1, "the weights");
  int64_t count = node.intAttribute("num_heads", 0);
  if (!x || !weight || count < 1)
    return failure();
  if (weight->shape().size() != 2 || dims(x).size() != 3 || dims(x)[2] != weight->shape()[0] ||
      weight->shape()[1] % (3 * count))
    return node.error("the weights have the shape " + toString(weight->shape()) + ", x has " +
                      toString(*node.shapeOf(0)));
  mlir::Value columns = node.constant(node.derivedName("weights"), transposed(*weight, {1, 0}));
  mlir::Value bias = node.hasOperand(2) ? node.numbers(2) : nullptr;
  mlir::Value all = node.createStep<qnn::LinearOp>("projection", x, columns, bias, nullptr);
  Heads heads{splitHeads(node, "q", third(node, "q_columns", all, 0), count),
              splitHeads(node, "k", third(node, "k_columns", all, 1), count),
              splitHeads(node, "v", third(node, "v_columns", all, 2), count),
              {}};
  if (node.failed())
    return failure();
  heads.mask = masksOf(node, 5, heads.q, heads.k, node.intAttribute("unidirectional", 0), 0);
  double scale = node.floatAttribute("scale", 0);
  heads.scale = scale != 0 ? scale : 1 / std::sqrt(double(dims(heads.q)[3]));
  return giveHeads(node, attend(node, heads), true);
}

} // namespace

void tare::onnx::registerAttention(OpTable &table) {
  table.addImport("Attention", importAttention);
  table.addImport("com.microsoft.MultiHeadAttention", importMultiHeadAttention);
  table.addImport("com.microsoft.Attention", importFusedAttention);
}
