//===- Rounding.cpp - Models of float16 and bfloat16 as they compute ------===//
//
// Every float is float32 here. A model of 16 bits rounds what each node gives; whoever wants its own numbers
// (ImportOptions::roundsTo16Bits) gets a qnn.round behind each node whose result is of such a type; for others the
// values of float16 are noted.
//
//===----------------------------------------------------------------------===//
#include "ConstantData.h"
#include "GraphImporter.h"

#include "tare/Dialect/Qnn/QnnOps.h"

using namespace tare;
using namespace tare::onnx;
using Proto = proto::TensorProto;

static const proto::AttributeProto *attributeOf(const proto::NodeProto &node, std::string_view name) {
  for (const proto::AttributeProto &attribute : node.attribute())
    if (attribute.name() == name)
      return &attribute;
  return nullptr;
}

/// The type of a result of floats: what an attribute says, or that of the operands, which are of one type as a rule.
std::optional<int32_t> GraphImporter::floatTypeOf(const proto::NodeProto &node, int index) const {
  for (std::string_view name : {"to", "dtype", "output_dtype"})
    if (const proto::AttributeProto *attribute = attributeOf(node, name); attribute && attribute->i() != 0)
      return attribute->i();
  if (const proto::AttributeProto *value = attributeOf(node, "value"); value && value->has_t())
    return value->t().data_type();
  if (node.op_type() == "CastLike" || node.op_type() == "DequantizeLinear")
    return node.input_size() > 1 ? declaredType(node.input(1)) : std::nullopt;
  // Means and deviations.
  if (index > 0 && node.op_type().ends_with("LayerNormalization"))
    return Proto::FLOAT;
  for (const std::string &operand : node.input())
    if (std::optional<int32_t> type = declaredType(operand); type && isFloat(*type))
      return type;
  return std::nullopt;
}

void GraphImporter::roundTo(qnn::FloatFormat format, GraphValue &value) {
  if (value.grid && !value.value) {
    value.format = format;
    value.dequantized = {};
  } else if (value.isKnown() && !value.grid) {
    value.constant = rounded(withFloat32(value.constant), format);
    value.doubles = {};
    value.value = nullptr;
  } else if (value.value && !value.value.getDefiningOp<qnn::RoundOp>()) {
    mlir::Value x = value.value;
    auto round = qnn::RoundOp::create(graphValues.builder(), x.getLoc(), x.getType(), x, format);
    graphValues.track(round);
    value.value = round;
  }
}

void GraphImporter::roundResults(const proto::NodeProto &node) {
  for (int index = 0; index < node.output_size(); ++index) {
    const std::string &name = node.output(index);
    GraphValue *value = name.empty() ? nullptr : graphValues.find(name);
    if (!value || value->dynamic)
      continue;
    bool isReal = value->isKnown() ? value->grid || value->constant.element() == ElementType::f32
                                   : mlir::getElementTypeOrSelf(value->value.getType()).isF32();
    std::optional<int32_t> type = floatTypeOf(node, index);
    if (!isReal || !type)
      continue;
    int32_t declared = declaredTypes.try_emplace(name, *type).first->second;
    std::optional<qnn::FloatFormat> format = roundingFormat(declared);
    if (format && roundsTo16Bits)
      roundTo(*format, *value);
    else if (format == qnn::FloatFormat::F16 && !value->isKnown())
      notes.noteHalf(name);
  }
}

std::optional<int32_t> GraphImporter::stepType(const proto::NodeProto &node) const {
  bool hasSteps = node.op_type() == "Attention" || node.op_type() == "FlexAttention" || node.op_type() == "Softmax";
  if (!roundsTo16Bits || !hasSteps || node.domain() == "com.microsoft" || node.input().empty())
    return std::nullopt;
  std::optional<int32_t> type = declaredType(node.input(0));
  return type && roundingFormat(*type) ? type : std::nullopt;
}
