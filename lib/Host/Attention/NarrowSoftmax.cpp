//===- NarrowSoftmax.cpp - A softmax that rounds each step ----------------===//
#include "NarrowSoftmax.h"

#include "tare/Tensor/Convert.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using namespace tare;
using namespace tare::host;

std::optional<DataType> host::narrowType(int64_t number) {
  DataType type{number};
  return type == DataType::f16 || type == DataType::bf16 ? std::optional(type) : std::nullopt;
}

std::optional<DataType> host::narrowType(const Attributes &attributes) {
  return narrowType(attributes.integer(floatTypeAttribute, int64_t(DataType::f32)));
}

/// Each addition rounded: one after the other as long as they are few, pairwise from there on.
static float bfloat16Sum(std::span<const float> row) {
  constexpr size_t fewest = 8;
  if (row.size() >= fewest)
    return roundToBfloat16(bfloat16Sum(row.first(row.size() / 2)) + bfloat16Sum(row.subspan(row.size() / 2)));
  float sum = 0;
  for (float value : row)
    sum = roundToBfloat16(sum + value);
  return sum;
}

static float sumOf(DataType type, std::span<const float> row) {
  return type == DataType::bf16 ? bfloat16Sum(row) : roundTo(type, std::accumulate(row.begin(), row.end(), 0.0f));
}

void host::narrowSoftmax(DataType type, std::span<float> row) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  float greatest = -infinity;
  for (float value : row)
    greatest = std::isnan(value) || value > greatest ? value : greatest;
  if (greatest == -infinity)
    return std::fill(row.begin(), row.end(), 0.0f);
  for (float &value : row)
    value = roundTo(type, std::exp(roundTo(type, value - greatest)));
  float sum = sumOf(type, row);
  for (float &value : row)
    value = roundTo(type, value / sum);
}
