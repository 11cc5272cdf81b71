//===- Walks.cpp - Walks over places in C ---------------------------------===//
#include "Walks.h"

#include <fmt/format.h>

#include "LayerWriter.h"

using namespace tare;
using namespace tare::csource;

std::vector<int64_t> csource::stridesOf(const Shape &shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t d = shape.size(); d-- > 1;)
    strides[d - 1] = strides[d] * shape[d];
  return strides;
}

std::vector<int64_t> csource::broadcastStrides(const Shape &shape, const Shape &wide) {
  std::vector<int64_t> own = stridesOf(shape), strides(wide.size(), 0);
  size_t missing = wide.size() - shape.size();
  for (size_t d = 0; d < shape.size(); ++d)
    strides[d + missing] = shape[d] == 1 ? 0 : own[d];
  return strides;
}

/// Dimensions of one element are left out, and what every operand continues from one dimension to the next is one.
Walk::Walk(const Shape &all, const std::vector<std::vector<int64_t>> &given) : strides(given.size()) {
  for (size_t d = 0; d < all.size(); ++d) {
    if (all[d] == 1)
      continue;
    bool continues = !sizes.empty();
    for (size_t i = 0; i < given.size(); ++i)
      continues = continues && strides[i].back() == given[i][d] * all[d];
    if (continues)
      sizes.back() *= all[d];
    else
      sizes.push_back(all[d]);
    for (size_t i = 0; i < given.size(); ++i)
      if (continues)
        strides[i].back() = given[i][d];
      else
        strides[i].push_back(given[i][d]);
  }
}

Walk::Row Walk::takeRow() {
  if (sizes.empty())
    return {1, std::vector<int64_t>(strides.size(), 1)};
  Row row{sizes.back(), {}};
  sizes.pop_back();
  for (auto &list : strides) {
    row.steps.push_back(list.back());
    list.pop_back();
  }
  return row;
}

void Walk::scale(size_t operand, int64_t elements) {
  for (int64_t &stride : strides[operand])
    stride *= elements;
}

std::string Walk::value() const {
  std::vector<std::string> lists;
  for (const auto &list : strides)
    lists.push_back(csource::list(list));
  return structOf({member("rank", int64_t(sizes.size())), {"sizes", list(sizes)}, {"strides", braces(lists)}});
}

void Walk::addTo(Parameters &parameters, Unit &unit) const {
  std::string walk =
      unit.kernel("walk", fmt::format("walk_{}", strides.size()), {{"N", std::to_string(strides.size())}});
  parameters["WALK"] = walk;
  parameters["PLACE"] = walk + "_place";
  parameters["STEP"] = "step_" + walk;
}

Walk csource::broadcastWalk(const std::vector<Shape> &operands, const Shape &wide) {
  std::vector<std::vector<int64_t>> strides;
  for (const Shape &operand : operands)
    strides.push_back(broadcastStrides(operand, wide));
  return Walk(wide, strides);
}
