//===- AttentionParts.h - The parts of that family --------------*- C++ -*-===//
#ifndef TARE_LIB_HOST_ATTENTION_ATTENTIONPARTS_H
#define TARE_LIB_HOST_ATTENTION_ATTENTIONPARTS_H

#include "NarrowSoftmax.h"
#include "tare/Host/Operator.h"

#include <functional>
#include <span>

namespace tare::host {

/// Softmax of scaled products of queries and keys, plus a bias, by which values are summed. All are float32.
struct ScaledAttention {
  /// [batch, heads, queries, size], [batch, shared heads, keys, size], [batch, shared heads, keys, value size]; the
  /// number of heads is a multiple of that of the shared ones.
  Tensor q, k, v;
  double scale = 1;
  /// Scores are capped smoothly to this; 0: they are not.
  double softcap = 0;
  /// Adds to the biases of one query's scores. A query whose biases are all -infinity gets zeros.
  std::function<void(int64_t batch, int64_t head, int64_t query, std::span<float> biases)> addBias = nullptr;
  /// What each step is rounded to, and each of the softmax; nothing: float32. With a type, queries and keys are
  /// multiplied by the root of the scale, as ONNX has it.
  std::optional<DataType> type = std::nullopt, softmaxType = std::nullopt;
  /// What `scores` keeps.
  enum class Stage { product, capped, biased, softmax };
  Stage stage = Stage::product;

  /// [batch, heads, queries, keys].
  Tensor scores = {};

  /// [batch, heads, queries, value size]. Keeps scores only if it is told to.
  Tensor run(bool keepsScores);

private:
  /// Queries times keys, with all of the scale.
  Tensor products() const;
  /// As `type` has it.
  float rounded(double value) const { return type ? roundTo(*type, float(value)) : float(value); }
  /// The same in place.
  void round(std::span<float> values) const;
  Tensor times(const Tensor &x, float factor) const;
  void softmaxOf(std::span<float> row) const;
};

/// [batch, length, heads * size] -> [batch, heads, length, size].
Tensor splitHeads(const Tensor &x, int64_t heads);
/// The reverse.
Tensor mergeHeads(const Tensor &x);
/// `past` before `x` along axis 2; null: x itself.
Tensor behindPast(const Tensor *past, const Tensor &x);
/// An error where the scores have more elements than a tensor can.
void expectScores(Inference &n, int64_t batch, int64_t heads, int64_t queries, int64_t keys);

/// A mask over scores, as addends.
class ScoreMask {
public:
  /// `mask` broadcasts to `scores`, [batch, heads, queries, keys]. Where `isPadded`, keys beyond its last dimension are
  /// left out. Of bool it says which take part.
  ScoreMask(const Tensor &mask, const Shape &scores, bool isPadded);
  void add(int64_t batch, int64_t head, int64_t query, std::span<float> biases) const;

private:
  Tensor addends;
  std::vector<int64_t> strides;
  int64_t keys;
};

/// onnxruntime's mask over keys: [batch] or [2 * batch], where they end, and begin; or [batch, keys] or [batch,
/// queries, keys], where 0 leaves out. What is left out gets an addend, which is finite.
class KeyMask {
public:
  KeyMask(Evaluation &e, size_t operand, int64_t samples, int64_t keys);
  void add(int64_t batch, int64_t query, std::span<float> biases) const;
  static void check(Inference &n, size_t operand, std::string_view role, int64_t batch, int64_t queries, int64_t keys);

private:
  std::vector<int64_t> values;
  Shape shape;
  int64_t samples, keys;
  float addend;
};

/// x, [batch, heads, length, size], plus the elements of `bias` from `begin` on, [heads, size].
void addHeadBias(Tensor &x, const Tensor &bias, int64_t begin);
/// Without the keys after a query's own, of which `past` are before the first query.
void leaveOutFuture(int64_t query, int64_t past, std::span<float> biases);

void addLinearAttention(Operators &all);
void addMicrosoftAttention(Operators &all);
void addMultiHeadAttention(Operators &all);
void addRotaryEmbedding(Operators &all);

} // namespace tare::host

#endif // TARE_LIB_HOST_ATTENTION_ATTENTIONPARTS_H
