//===- Versions.cpp - Nodes of older opsets in a newer model --------------===//
#include "Versions.h"

#include <algorithm>
#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;

namespace {

/// From opset `since` on the attribute is operand `position`; one number where `isScalar`.
struct Moved {
  std::string_view op;
  int64_t since;
  std::string_view attribute;
  size_t position;
  bool isScalar = false;
};

constexpr Moved movedAttributes[] = {
    {"ReduceSum", 13, "axes", 1},
    {"ReduceMean", 18, "axes", 1},
    {"ReduceMax", 18, "axes", 1},
    {"ReduceMin", 18, "axes", 1},
    {"ReduceProd", 18, "axes", 1},
    {"ReduceL1", 18, "axes", 1},
    {"ReduceL2", 18, "axes", 1},
    {"ReduceSumSquare", 18, "axes", 1},
    {"ReduceLogSum", 18, "axes", 1},
    {"ReduceLogSumExp", 18, "axes", 1},
    {"Squeeze", 13, "axes", 1},
    {"Unsqueeze", 13, "axes", 1},
    {"Split", 13, "split", 1},
    {"Clip", 11, "min", 1, true},
    {"Clip", 11, "max", 2, true},
    {"Pad", 11, "pads", 1},
    {"Pad", 11, "value", 2, true},
    {"Slice", 10, "starts", 1},
    {"Slice", 10, "ends", 2},
    {"Slice", 10, "axes", 3},
    {"TopK", 10, "k", 1},
    {"Dropout", 12, "ratio", 1, true},
};

/// Operators whose meaning changed, and the opset since which it is today's.
constexpr std::pair<std::string_view, int64_t> changed[] = {{"Softmax", 13},
                                                            {"LogSoftmax", 13},
                                                            {"Hardmax", 13},
                                                            {"Resize", 11},
                                                            {"BatchNormalization", 9},
                                                            {"Scan", 9},
                                                            {"Reshape", 5},
                                                            {"Cast", 6},
                                                            {"GroupNormalization", 21},
                                                            {"DFT", 20},
                                                            {"Upsample", INT64_MAX},
                                                            {"Scatter", INT64_MAX},
                                                            // Before it, operands broadcast by attributes.
                                                            {"Add", 7},
                                                            {"Sub", 7},
                                                            {"Mul", 7},
                                                            {"Div", 7},
                                                            {"Pow", 7},
                                                            {"And", 7},
                                                            {"Or", 7},
                                                            {"Xor", 7},
                                                            {"Equal", 7},
                                                            {"Greater", 7},
                                                            {"Less", 7},
                                                            {"PRelu", 7},
                                                            {"Gemm", 7}};

/// Operators that came after the usual opset.
constexpr std::pair<std::string_view, int64_t> newer[] = {
    {"RMSNormalization", 23}, {"RotaryEmbedding", 23}, {"Attention", 23}, {"Swish", 24},
    {"TensorScatter", 24},    {"CumProd", 26},         {"BitCast", 26}};

Tensor integers(std::vector<int64_t> list, bool isScalar) {
  Tensor tensor(ElementType::i64, isScalar ? Shape{} : Shape{int64_t(list.size())});
  std::ranges::copy(list, tensor.mutableAs<int64_t>());
  return tensor;
}

Tensor real(double value) {
  Tensor tensor(ElementType::f32, Shape{});
  *tensor.mutableAs<float>() = float(value);
  return tensor;
}

/// What the operand holds that the attribute has been.
Tensor operandOf(const host::Attribute &attribute, bool isScalar) {
  if (const auto *list = std::get_if<std::vector<int64_t>>(&attribute))
    return integers(*list, false);
  if (const auto *number = std::get_if<int64_t>(&attribute))
    return integers({*number}, isScalar);
  const auto *value = std::get_if<double>(&attribute);
  return value ? real(*value) : Tensor();
}

} // namespace

int64_t onnx::leastOpset(const host::Node &node) {
  for (const auto &[op, since] : newer)
    if (node.op == op)
      return std::max(since, node.opset);
  return usualOpset;
}

Result<std::vector<std::pair<size_t, Tensor>>> onnx::upgrade(host::Node &node, size_t operands, size_t results) {
  for (const auto &[op, since] : changed)
    if (node.op == op && node.opset < since)
      return Error{fmt::format("{} of opset {} means something else since; convert the model to opset 21 with "
                               "onnx.version_converter",
                               node.op, node.opset)};
  std::vector<std::pair<size_t, Tensor>> added;
  host::Attributes::Map kept(node.attributes.begin(), node.attributes.end());
  for (const Moved &moved : movedAttributes)
    if (auto found = kept.find(moved.attribute);
        node.op == moved.op && node.opset < moved.since && found != kept.end()) {
      added.emplace_back(moved.position, operandOf(found->second, moved.isScalar));
      kept.erase(found);
    }
  // Since opset 18 equal parts are asked for by their number.
  if (node.op == "Split" && operands == 1 && added.empty())
    kept.try_emplace("num_outputs", int64_t(results));
  node.attributes = host::Attributes(std::move(kept));
  return added;
}
