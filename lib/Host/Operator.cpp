//===- Operator.cpp - A model's operators in its own types ----------------===//
#include "tare/Host/Operator.h"
#include "AttributeTypes.h"
#include "Elements.h"
#include "Families.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::host;

Inference::Inference(const Node &node, std::vector<std::optional<Operand>> operands, size_t results)
    : node(node), operands(std::move(operands)), types(results) {}

void Inference::error(std::string message) {
  if (problem.empty())
    problem = std::move(message);
}

const TensorType &Inference::type(size_t operand) {
  static const TensorType scalar;
  if (has(operand))
    return operands[operand]->type;
  error(fmt::format("operand {} is missing", operand));
  return scalar;
}

std::vector<int64_t> Inference::integers(size_t operand, std::string_view role) {
  const TensorType &own = type(operand);
  // What has no elements is known without them.
  if (has(operand) && isInteger(own.element) && elementCount(own.shape) == 0)
    return {};
  if (isKnown(operand) && isInteger(element(operand)))
    return integersOf(operands[operand]->known);
  if (has(operand))
    error(isKnown(operand) ? fmt::format("{} must hold integers, found {}", role, nameOf(element(operand)))
                           : fmt::format("{} must be a constant, found a computed value", role));
  return {};
}

int64_t Inference::integer(size_t operand, std::string_view role) {
  std::vector<int64_t> values = integers(operand, role);
  if (values.size() == 1)
    return values[0];
  error(fmt::format("{} must be one number, found {}", role, values.size()));
  return 1;
}

int64_t Inference::axis(int64_t axis, int64_t rank) {
  if (axis >= -rank && axis < rank)
    return axis < 0 ? axis + rank : axis;
  error(fmt::format("axis {} is out of range for {} dimensions", axis, rank));
  return 0;
}

int64_t Inference::axis(std::string_view attribute, int64_t fallback, int64_t rank) {
  return axis(attributes().integer(attribute, fallback), rank);
}

Shape Inference::broadcast(const Shape &a, const Shape &b) {
  std::optional<Shape> shape = broadcastShape(a, b);
  if (!shape)
    error(fmt::format("the shapes {} and {} do not broadcast", toString(a), toString(b)));
  return shape.value_or(a);
}

void Inference::give(TensorType type, size_t result) {
  if (result >= types.size())
    return;
  if (!checkedBytes(type))
    error("its result would have the shape " + toString(type.shape) + "; no tensor can have it");
  types[result] = std::move(type);
}

Result<std::vector<TensorType>> Inference::finish() const {
  if (failed())
    return Error{problem};
  std::vector<TensorType> found;
  for (size_t i = 0; i < types.size(); ++i) {
    if (!types[i])
      return Error{fmt::format("has no result {}", i)};
    found.push_back(*types[i]);
  }
  return found;
}

std::vector<int64_t> Evaluation::integers(size_t operand) const { return integersOf(*operands[operand]); }

void Evaluation::error(std::string message) {
  if (problem.empty())
    problem = std::move(message);
}

Operators::Operators() {
  addFunction(*this);
  addBinary(*this);
  addMatrix(*this);
  addConvolution(*this);
  addNormalization(*this);
  addPooling(*this);
  addReduction(*this);
  addMovement(*this);
  addRecurrent(*this);
  addBorder(*this);
  addSelection(*this);
  addImage(*this);
  addSignal(*this);
  addAttention(*this);
}

const Operators &Operators::get() {
  static const Operators all;
  return all;
}

const Operator *Operators::find(std::string_view name) const {
  auto found = entries.find(name);
  return found == entries.end() ? nullptr : &found->second;
}

std::vector<std::string_view> Operators::names() const {
  std::vector<std::string_view> all;
  for (const auto &[name, entry] : entries)
    all.push_back(name);
  return all;
}

Result<std::vector<TensorType>> host::inferTypes(const Node &node, std::vector<std::optional<Operand>> operands,
                                                 size_t results) {
  const Operator *entry = Operators::get().find(node.op);
  if (!entry)
    return Error{"operator " + node.op + " is not supported"};
  if (Status typed = checkAttributeTypes(node); !typed)
    return typed.error();
  Inference inference(node, std::move(operands), results);
  entry->infer(inference);
  return inference.finish();
}

Status host::run(const Node &node, std::span<const Tensor *const> operands, std::span<Tensor> results) {
  Evaluation evaluation(node, operands, results);
  Operators::get().find(node.op)->run(evaluation);
  if (!evaluation.getProblem().empty())
    return Error{evaluation.getProblem()};
  return success();
}
