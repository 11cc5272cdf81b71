//===- Rearrangement.cpp - What reshapes and transposes do ----------------===//
#include "Graph/Rearrangement.h"

#include "tare/Dialect/Qnn/QnnOps.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace tare;

Rearrangement::Rearrangement(ArrayRef<int64_t> shape) : operandShape(shape), resultShape(shape) {
  for (int64_t dim : shape) {
    from.emplace_back();
    if (dim == 1)
      continue;
    from.back().push_back(sizes.size());
    sizes.push_back(dim);
  }
  to = from;
}

bool Rearrangement::add(Operation *op) {
  if (auto reshaped = dyn_cast<qnn::ReshapeOp>(op))
    return reshape(reshaped.getShape());
  transpose(cast<qnn::TransposeOp>(op).getPermutation());
  return true;
}

Rearrangement::Factors Rearrangement::joined(ArrayRef<Factors> axes) {
  Factors all;
  for (const Factors &axis : axes)
    llvm::append_range(all, axis);
  return all;
}

/// The factor becomes its outer part, and a new one behind it, wherever it stands, the inner.
void Rearrangement::split(unsigned factor, int64_t outer) {
  const unsigned inner = sizes.size();
  sizes.push_back(sizes[factor] / outer);
  sizes[factor] = outer;
  for (SmallVector<Factors> *side : {&from, &to})
    for (Factors &axis : *side)
      if (auto *found = llvm::find(axis, factor); found != axis.end())
        axis.insert(found + 1, inner);
}

bool Rearrangement::reshape(ArrayRef<int64_t> shape) {
  SmallVector<Factors> axes;
  Factors rest = joined(to);
  size_t next = 0;
  for (int64_t dim : shape) {
    Factors &axis = axes.emplace_back();
    for (int64_t missing = dim; missing != 1;) {
      const unsigned factor = rest[next++];
      if (missing % sizes[factor] != 0) {
        if (sizes[factor] % missing != 0)
          return false;
        rest.insert(rest.begin() + next, sizes.size());
        split(factor, missing);
      }
      axis.push_back(factor);
      missing /= sizes[factor];
    }
  }
  to = std::move(axes);
  resultShape.assign(shape.begin(), shape.end());
  return true;
}

void Rearrangement::transpose(ArrayRef<int64_t> permutation) {
  SmallVector<Factors> axes;
  SmallVector<int64_t> shape;
  for (int64_t axis : permutation) {
    axes.push_back(to[axis]);
    shape.push_back(resultShape[axis]);
  }
  to = std::move(axes);
  resultShape = std::move(shape);
}

WrittenMovement Rearrangement::written() const {
  WrittenMovement movement(operandShape);
  movement.result = resultShape;
  return movement;
}

static SmallVector<int64_t> permuted(ArrayRef<int64_t> shape, ArrayRef<int64_t> permutation) {
  return llvm::map_to_vector(permutation, [&](int64_t axis) { return shape[axis]; });
}

/// The result's axes are the operand's, each as a whole.
std::optional<WrittenMovement> Rearrangement::writeTranspose(const Factors &) const {
  WrittenMovement movement = written();
  for (const Factors &axis : to) {
    for (auto [i, original] : llvm::enumerate(from))
      if (original == axis && !llvm::is_contained(movement.permutation, int64_t(i))) {
        movement.permutation.push_back(i);
        break;
      }
  }
  if (from.size() != to.size() || movement.permutation.size() != to.size())
    return std::nullopt;
  movement.after = resultShape;
  return movement;
}

/// Where the parts, in an order of theirs, make up `order`: that order; those that have none come first.
static std::optional<SmallVector<int64_t>> orderOfParts(ArrayRef<SmallVector<unsigned, 4>> parts,
                                                        ArrayRef<unsigned> order) {
  SmallVector<int64_t> found;
  for (auto [i, part] : llvm::enumerate(parts))
    if (part.empty())
      found.push_back(i);
  while (!order.empty()) {
    auto *first = llvm::find_if(parts, [&](const auto &part) {
      return !part.empty() && order.size() >= part.size() && order.take_front(part.size()) == ArrayRef(part);
    });
    if (first == parts.end())
      return std::nullopt;
    found.push_back(first - parts.begin());
    order = order.drop_front(first->size());
  }
  return found;
}

/// The operand's axes stay whole: transposed first, then reshaped.
std::optional<WrittenMovement> Rearrangement::writeTransposeFirst(const Factors &order) const {
  std::optional<SmallVector<int64_t>> axes = orderOfParts(from, order);
  if (!axes)
    return std::nullopt;
  WrittenMovement movement = written();
  movement.permutation = *axes;
  movement.after = permuted(operandShape, *axes);
  return movement;
}

/// The result's axes are whole in the operand: reshaped first, then transposed.
std::optional<WrittenMovement> Rearrangement::writeReshapeFirst(const Factors &original) const {
  std::optional<SmallVector<int64_t>> axes = orderOfParts(to, original);
  if (!axes)
    return std::nullopt;
  WrittenMovement movement = written();
  movement.before = permuted(resultShape, *axes);
  movement.permutation.resize(axes->size());
  for (auto [i, axis] : llvm::enumerate(*axes))
    movement.permutation[axis] = i;
  movement.after = resultShape;
  return movement;
}

/// With as few axes as the transpose needs.
WrittenMovement Rearrangement::writeBetweenReshapes(const Factors &original, const Factors &order) const {
  WrittenMovement movement = written();
  movement.before.clear();
  SmallVector<int64_t> runOf(sizes.size());
  for (auto [i, factor] : llvm::enumerate(original)) {
    auto *there = llvm::find(order, factor);
    bool continues = i != 0 && there != order.begin() && *(there - 1) == original[i - 1];
    if (continues)
      movement.before.back() *= sizes[factor];
    else
      movement.before.push_back(sizes[factor]);
    runOf[factor] = movement.before.size() - 1;
  }
  for (unsigned factor : order)
    if (movement.permutation.empty() || movement.permutation.back() != runOf[factor])
      movement.permutation.push_back(runOf[factor]);
  movement.after = permuted(movement.before, movement.permutation);
  return movement;
}

WrittenMovement Rearrangement::write() const {
  const Factors original = joined(from), order = joined(to);
  if (original == order)
    return written();
  if (std::optional<WrittenMovement> transposed = writeTranspose(order))
    return *transposed;
  if (std::optional<WrittenMovement> transposedFirst = writeTransposeFirst(order))
    return *transposedFirst;
  if (std::optional<WrittenMovement> reshapedFirst = writeReshapeFirst(original))
    return *reshapedFirst;
  return writeBetweenReshapes(original, order);
}
