//===- Operator.h - A model's operators in its own types --------*- C++ -*-===//
//
// Every operator of ONNX on plain tensors of float32, integers and bool, as its
// specification says: what constants are computed by at import, and what a float
// graph runs where the compiler has no op of its own for a node. No MLIR in it.
//
// An operator is two functions. The first finds the types of the results, or says
// what is wrong with the node; the second computes them.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_HOST_OPERATOR_H
#define TARE_HOST_OPERATOR_H

#include "tare/Host/Attributes.h"
#include "tare/Tensor/Result.h"

#include <optional>
#include <span>

namespace tare::host {

/// An operator of one version of an operator set, with its attributes. One of another domain than ONNX's own is called
/// "<domain>.<operator>".
struct Node {
  std::string op;
  int64_t opset = 0;
  Attributes attributes = {};
};

/// An operand before anything runs: its type, and its elements where they are known.
struct Operand {
  TensorType type;
  Tensor known = {};
};

/// Finds the types of a node's results. Errors stick: the first is kept, and from then on everything reads as some
/// default; a function need not look.
class Inference {
public:
  /// An operand that is left out is nothing. `results`: how many the node names.
  Inference(const Node &node, std::vector<std::optional<Operand>> operands, size_t results);

  const Attributes &attributes() const { return node.attributes; }
  int64_t opset() const { return node.opset; }

  size_t numOperands() const { return operands.size(); }
  size_t numResults() const { return types.size(); }
  bool has(size_t operand) const { return operand < operands.size() && operands[operand]; }
  /// An error where it is left out.
  const TensorType &type(size_t operand);
  ElementType element(size_t operand) { return type(operand).element; }
  const Shape &shape(size_t operand) { return type(operand).shape; }
  int64_t rank(size_t operand) { return shape(operand).size(); }
  bool isKnown(size_t operand) const { return has(operand) && operands[operand]->known; }
  /// The elements of an operand that is known.
  const Tensor &known(size_t operand) const { return operands[operand]->known; }
  /// The elements of an operand of integers that shapes depend on; an error where they are not known.
  std::vector<int64_t> integers(size_t operand, std::string_view role);
  /// The only one of them.
  int64_t integer(size_t operand, std::string_view role);
  /// An axis of a tensor of that rank, counted from its begin; an error where there is no such axis.
  int64_t axis(int64_t axis, int64_t rank);
  /// The same of an attribute.
  int64_t axis(std::string_view attribute, int64_t fallback, int64_t rank);
  /// numpy's broadcasting; an error where the shapes do not fit.
  Shape broadcast(const Shape &a, const Shape &b);

  void give(ElementType element, Shape shape, size_t result = 0) { give({element, std::move(shape)}, result); }
  /// Beyond the results that the node names: nothing.
  void give(TensorType type, size_t result = 0);

  /// What is wrong with the node: lower case, without a full stop.
  void error(std::string message);
  bool failed() const { return !problem.empty(); }
  /// The types of all results, or the error.
  Result<std::vector<TensorType>> finish() const;

private:
  const Node &node;
  std::vector<std::optional<Operand>> operands;
  std::vector<std::optional<TensorType>> types;
  std::string problem;
};

/// A node that is run: its operands (null: left out), and its results, of the types that were found, to fill.
class Evaluation {
public:
  Evaluation(const Node &node, std::span<const Tensor *const> operands, std::span<Tensor> results)
      : node(node), operands(operands), results(results) {}

  const Attributes &attributes() const { return node.attributes; }
  int64_t opset() const { return node.opset; }

  size_t numOperands() const { return operands.size(); }
  size_t numResults() const { return results.size(); }
  bool has(size_t operand) const { return operand < operands.size() && operands[operand]; }
  const Tensor &operand(size_t index) const { return *operands[index]; }
  const Shape &shape(size_t operand) const { return operands[operand]->shape(); }
  int64_t rank(size_t operand) const { return shape(operand).size(); }
  bool gives(size_t result) const { return result < results.size(); }
  Tensor &result(size_t index = 0) const { return results[index]; }
  /// The elements of an operand of integers, whatever their type.
  std::vector<int64_t> integers(size_t operand) const;

  /// What is wrong with the elements of an operand; the first one is kept.
  void error(std::string message);
  /// Empty: nothing.
  const std::string &getProblem() const { return problem; }

private:
  const Node &node;
  std::span<const Tensor *const> operands;
  std::span<Tensor> results;
  std::string problem;
};

/// The bytes that run() takes beside operands and results, of their types; in double, as sizes may exceed 64 bits.
using WorkBytes = double (*)(std::span<const TensorType> operands, std::span<const TensorType> results);

struct Operator {
  void (*infer)(Inference &) = nullptr;
  void (*run)(Evaluation &) = nullptr;
  /// Null where it is little beside operands and results.
  WorkBytes work = nullptr;
};

/// The operators by name.
class Operators {
public:
  static const Operators &get();

  void add(std::string_view name, void (*infer)(Inference &), void (*run)(Evaluation &), WorkBytes work = nullptr) {
    entries[std::string(name)] = {infer, run, work};
  }
  /// Null where there is none.
  const Operator *find(std::string_view name) const;
  std::vector<std::string_view> names() const;

private:
  Operators();
  std::map<std::string, Operator, std::less<>> entries;
};

/// The types of a node's results, or what is wrong with it.
Result<std::vector<TensorType>> inferTypes(const Node &node, std::vector<std::optional<Operand>> operands,
                                           size_t results);
/// Runs a node whose results have the types that were inferred; an error where an operand's elements are out of range.
Status run(const Node &node, std::span<const Tensor *const> operands, std::span<Tensor> results);

} // namespace tare::host

#endif // TARE_HOST_OPERATOR_H
