//===- Einsum.cpp - Einsum of two operands --------------------------------===//
//
// Axes of both operands that the result has too are a batch, those that it has not are summed: a product of matrices
// between transposes and reshapes.
//
//===----------------------------------------------------------------------===//
#include "Composite.h"
#include "ConstantData.h"
#include "llvm/ADT/StringExtras.h"

#include <fmt/format.h>

#include <functional>
#include <numeric>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// "bij,jk->bik"
struct Equation {
  std::string left, right, result;
};

std::optional<Equation> readEquation(Node &node) {
  std::string text = node.stringAttribute("equation", "");
  llvm::erase(text, ' ');
  auto [operands, result] = llvm::StringRef(text).split("->");
  auto [left, right] = operands.split(',');
  Equation equation{left.str(), right.str(), result.str()};
  bool isPlain = llvm::StringRef(text).contains("->") && node.numOperands() == 2 && !right.contains(',');
  for (const std::string &labels : {equation.left, equation.right, equation.result})
    for (char label : labels)
      isPlain &= llvm::isAlpha(label) && llvm::count(labels, label) == 1;
  if (isPlain)
    return equation;
  (void)node.error("attribute 'equation' is '" + text +
                   "'; two operands and a result, no axis twice in one of them, have an integer form");
  return std::nullopt;
}

/// The labels of an equation by what becomes of them.
struct Roles {
  std::string batch, left, right, summed;
};

std::optional<Roles> rolesOf(Node &node, const Equation &equation) {
  auto has = [](const std::string &labels, char label) { return labels.find(label) != std::string::npos; };
  Roles roles;
  for (char label : equation.left)
    if (has(equation.right, label))
      (has(equation.result, label) ? roles.batch : roles.summed) += label;
    else
      roles.left += label;
  for (char label : equation.right)
    if (!has(equation.left, label))
      roles.right += label;
  for (char label : roles.left + roles.right)
    if (!has(equation.result, label)) {
      (void)node.error(fmt::format("sums over axis '{}' of one operand alone", label));
      return std::nullopt;
    }
  if (equation.result.size() != (roles.batch + roles.left + roles.right).size()) {
    (void)node.error("its result has an axis that no operand has");
    return std::nullopt;
  }
  return roles;
}

/// An operand on its way to a matrix.
class Operand {
public:
  Operand(Node &node, Composite &composite, unsigned index, std::string labels)
      : composite(composite), index(index), labels(std::move(labels)), shape(*node.shapeOf(index)) {}

  bool isValid() const { return labels.size() == shape.size(); }
  int64_t size(char label) const { return shape[labels.find(label)]; }
  int64_t size(const std::string &group) const {
    return std::accumulate(group.begin(), group.end(), int64_t(1),
                           [&](int64_t product, char label) { return product * size(label); });
  }

  /// [batch, rows, columns], its axes in that order; without a batch [rows, columns].
  std::string matrix(const std::string &batch, const std::string &rows, const std::string &columns) {
    Integers order, wanted;
    for (char label : batch + rows + columns)
      order.push_back(labels.find(label));
    if (!batch.empty())
      wanted.push_back(size(batch));
    wanted.append({size(rows), size(columns)});
    std::string value = composite.input(index), step = index == 0 ? "left" : "right";
    if (!llvm::is_sorted(order))
      value = composite.step(step + "/order", "Transpose", {value}, {attribute("perm", order)});
    return composite.step(step, "Reshape", {value, composite.constant(step + "/shape", fromIntegers(wanted))});
  }

private:
  Composite &composite;
  unsigned index;
  std::string labels;
  Shape shape;
};

LogicalResult importEinsum(Node &node) {
  std::optional<Equation> equation = readEquation(node);
  std::optional<Roles> roles = equation ? rolesOf(node, *equation) : std::nullopt;
  if (!roles || !node.shapeOf(0) || !node.shapeOf(1))
    return failure();
  Composite composite(node);
  Operand a(node, composite, 0, equation->left), b(node, composite, 1, equation->right);
  bool fits = a.isValid() && b.isValid();
  for (char label : roles->batch + roles->summed)
    fits = fits && a.size(label) == b.size(label);
  if (!fits)
    return node.error("the operands' shapes are not those of its equation");
  std::string left = a.matrix(roles->batch, roles->left, roles->summed);
  std::string right = b.matrix(roles->batch, roles->summed, roles->right);
  std::string product = composite.layer("product", "MatMul", {left, right});
  // The product's axes, and the result's.
  std::string own = roles->batch + roles->left + roles->right;
  Integers shape, order;
  for (char label : own)
    shape.push_back(equation->left.find(label) != std::string::npos ? a.size(label) : b.size(label));
  for (char label : equation->result)
    order.push_back(own.find(label));
  std::string wanted = composite.constant("shape", fromIntegers(shape));
  if (llvm::is_sorted(order))
    return composite.finish("Reshape", {product, wanted});
  return composite.finish("Transpose", {composite.step("axes", "Reshape", {product, wanted})},
                          {attribute("perm", order)});
}

} // namespace

void tare::onnx::registerEinsum(OpTable &table) { table.addImport("Einsum", importEinsum); }
