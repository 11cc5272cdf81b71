//===- OperatorJson.cpp - An operator's parameters as JSON ----------------===//
#include "OperatorJson.h"

#include "Json.h"

using namespace tare;
using llvm::json::OStream;

namespace {

template <typename Table> void writeWindow(OStream &out, const Table &table) {
  jsonList(out, "strides", table.strides);
  jsonList(out, "pads", table.pads);
}

template <typename Table> void writeZeroPoints(OStream &out, const Table &table) {
  out.attribute("lhs_zero_point", table.lhs_zero_point);
  out.attribute("rhs_zero_point", table.rhs_zero_point);
}

void write(OStream &out, const program::ConvT &conv) {
  writeWindow(out, conv);
  jsonList(out, "dilations", conv.dilations);
  out.attribute("group", conv.group);
  out.attribute("input_zero_point", conv.input_zero_point);
}

void write(OStream &out, const program::ConvTransposeT &conv) {
  writeWindow(out, conv);
  jsonList(out, "dilations", conv.dilations);
  jsonList(out, "output_padding", conv.output_padding);
  out.attribute("group", conv.group);
  out.attribute("input_zero_point", conv.input_zero_point);
}

void write(OStream &, const program::LinearT &) {}

void write(OStream &out, const program::LookupT &lookup) {
  if (const program::FunctionT *function = lookup.function.get()) {
    out.attribute("function", program::EnumNameFunctionKind(function->kind));
    jsonList(out, "function_parameters", function->parameters);
    out.attribute("clamp_min", function->clamp_min);
    out.attribute("clamp_max", function->clamp_max);
  }
  if (!lookup.reach.empty())
    jsonList(out, "reach", lookup.reach);
}

void write(OStream &out, const program::MatMulT &matmul) { writeZeroPoints(out, matmul); }
void write(OStream &out, const program::MulT &mul) { writeZeroPoints(out, mul); }

/// What comes after the sum is its requantization.
void write(OStream &out, const program::AddT &add) {
  writeZeroPoints(out, add);
  out.attribute("lhs_multiplier", add.lhs_multiplier);
  out.attribute("rhs_multiplier", add.rhs_multiplier);
}

void write(OStream &out, const program::RescaleT &rescale) {
  out.attribute("input_zero_point", rescale.input_zero_point);
  if (rescale.output)
    out.attribute("output", jsonText(nameOf(*rescale.output)));
}

void write(OStream &out, const program::MaxPoolT &pool) {
  jsonList(out, "kernel", pool.kernel);
  writeWindow(out, pool);
  jsonList(out, "dilations", pool.dilations);
}

void write(OStream &out, const program::AveragePoolT &pool) {
  jsonList(out, "kernel", pool.kernel);
  writeWindow(out, pool);
  out.attribute("count_include_pad", pool.count_include_pad);
  out.attribute("input_zero_point", pool.input_zero_point);
}

void write(OStream &out, const program::ReduceMeanT &mean) {
  jsonList(out, "axes", mean.axes);
  out.attribute("keep_dims", mean.keep_dims);
  out.attribute("input_zero_point", mean.input_zero_point);
}

void write(OStream &out, const program::SoftmaxT &softmax) { out.attribute("axis", softmax.axis); }
void write(OStream &out, const program::ConcatT &concat) { out.attribute("axis", concat.axis); }

void write(OStream &out, const program::SliceT &slice) {
  jsonList(out, "starts", slice.starts);
  jsonList(out, "steps", slice.steps);
  jsonList(out, "sizes", slice.sizes);
}

void write(OStream &out, const program::PadT &pad) {
  jsonList(out, "low", pad.low);
  jsonList(out, "high", pad.high);
  out.attribute("mode", program::EnumNamePadMode(pad.mode));
  out.attribute("value", pad.value);
}

void write(OStream &out, const program::ReshapeT &reshape) { jsonList(out, "shape", reshape.shape); }

void write(OStream &out, const program::TransposeT &transpose) { jsonList(out, "permutation", transpose.permutation); }

void write(OStream &out, const program::ResizeT &resize) {
  out.attribute("mode", program::EnumNameResizeMode(resize.mode));
  if (resize.requant) {
    out.attribute("input_zero_point", resize.input_zero_point);
    out.attribute("weight_bits", int(resize.weight_bits));
    out.attribute("fraction_bits", int(resize.fraction_bits));
  }
  out.attributeArray("axes", [&] {
    for (const auto &axis : resize.axes)
      out.object([&] {
        jsonList(out, "lower", axis->lower);
        jsonList(out, "upper", axis->upper);
        jsonList(out, "weight", axis->weight);
        if (!axis->coordinates.empty()) {
          out.attribute("coordinates", jsonText(axis->coordinates));
          out.attribute("scale", double(axis->scale));
        }
      });
  });
}

void write(OStream &out, const program::QuantizeT &quantize) {
  out.attribute("scale", double(quantize.scale));
  out.attribute("zero_point", quantize.zero_point);
  out.attribute("narrow", quantize.narrow);
}

void write(OStream &out, const program::DequantizeT &dequantize) {
  jsonList(out, "scales", dequantize.scales);
  out.attribute("axis", dequantize.axis);
  out.attribute("zero_point", dequantize.zero_point);
}

void writeHostAttribute(OStream &out, const program::HostAttributeT &attribute) {
  using Kind = program::HostAttributeKind;
  out.attribute("name", jsonText(attribute.name));
  out.attribute("kind", program::EnumNameHostAttributeKind(attribute.kind));
  if (attribute.kind == Kind::integer || attribute.kind == Kind::integers)
    jsonList(out, "values", attribute.integers);
  if (attribute.kind == Kind::number || attribute.kind == Kind::numbers)
    out.attributeArray("values", [&] {
      for (double number : attribute.numbers)
        out.value(jsonNumber(number));
    });
  if (attribute.kind == Kind::text || attribute.kind == Kind::texts)
    out.attributeArray("values", [&] {
      for (const std::string &text : attribute.texts)
        out.value(jsonText(text));
    });
  if (attribute.tensor)
    out.attribute("tensor", jsonText(toString(TensorType{attribute.tensor->type, attribute.tensor->shape})));
}

void write(OStream &out, const program::HostT &host) {
  out.attribute("operator", jsonText(host.kind));
  out.attribute("opset", int64_t(host.opset));
  if (!host.positions.empty())
    jsonList(out, "positions", host.positions);
  out.attributeArray("attributes", [&] {
    for (const auto &attribute : host.attributes)
      out.object([&] { writeHostAttribute(out, *attribute); });
  });
}

/// Whether each sequence runs backwards; nothing where none does.
void writeReversed(OStream &out, const std::vector<bool> &reversed) {
  if (!reversed.empty())
    out.attributeArray("reversed", [&] {
      for (bool flag : reversed)
        out.value(flag);
    });
}

void write(OStream &out, const program::LoopBeginT &loop) {
  out.attribute("steps", loop.steps);
  out.attribute("sequences", int64_t(loop.sequences));
  writeReversed(out, loop.reversed);
}

void write(OStream &out, const program::LoopEndT &loop) {
  out.attribute("steps", loop.steps);
  out.attribute("carries", int64_t(loop.carries));
  writeReversed(out, loop.reversed);
}

/// Writes the operator if it is a `Table`.
template <typename Table> bool tryWrite(OStream &out, const program::OpUnion &op) {
  if (op.type != program::OpUnionTraits<Table>::enum_value)
    return false;
  write(out, *static_cast<const Table *>(op.value));
  return true;
}

template <typename... Tables> bool writeFirst(OStream &out, const program::OpUnion &op) {
  // One more operator of the schema is one more write() above, and one more name below.
  static_assert(sizeof...(Tables) == size_t(program::Op::MAX));
  return (tryWrite<Tables>(out, op) || ...);
}

} // namespace

void tare::writeParameters(OStream &out, const program::OpUnion &op) {
  using namespace program;
  writeFirst<ConvT, ConvTransposeT, LinearT, MatMulT, AddT, MulT, RescaleT, LookupT, MaxPoolT, AveragePoolT,
             ReduceMeanT, SoftmaxT, ConcatT, SliceT, PadT, ReshapeT, TransposeT, ResizeT, QuantizeT, DequantizeT, HostT,
             LoopBeginT, LoopEndT>(out, op);
}

void tare::writeStages(OStream &out, const program::StagesT &stages) {
  out.attribute("accumulator_shift", stages.accumulator_shift);
  out.attribute("product_shift", stages.product_shift);
  out.attribute("output_shift", stages.output_shift);
  jsonList(out, "bias", stages.bias);
}

void tare::writeLayerFunction(OStream &out, const program::LayerFunctionT &function) {
  jsonList(out, "shifts", function.shifts);
  out.attribute("zero_point", function.zero_point);
  out.attribute("scale", function.scale);
  out.attribute("fraction_bits", function.fraction_bits);
  jsonList(out, "table", function.table);
  out.attribute("kind", program::EnumNameFunctionKind(function.function->kind));
  jsonList(out, "parameters", function.function->parameters);
}

void tare::writeRequant(OStream &out, const program::RequantT &requant) {
  jsonList(out, "multipliers", requant.multipliers);
  jsonList(out, "shifts", requant.shifts);
  if (requant.stages)
    out.attributeObject("stages", [&] { writeStages(out, *requant.stages); });
  if (requant.function)
    out.attributeObject("function", [&] { writeLayerFunction(out, *requant.function); });
  out.attribute("zero_point", requant.zero_point);
  out.attribute("clamp_min", requant.clamp_min);
  out.attribute("clamp_max", requant.clamp_max);
  out.attribute("rounding", program::EnumNameRounding(requant.rounding));
}
