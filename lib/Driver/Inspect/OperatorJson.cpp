//===- OperatorJson.cpp - An operator's parameters as JSON ----------------===//
#include "Driver/Inspect/OperatorJson.h"

#include "Driver/Inspect/SchemaJson.h"
#include "Driver/Json.h"

using namespace tare;
using llvm::json::OStream;

namespace {

using program::Op;

//===----------------------------------------------------------------------===//
// Those that are not written as the schema has them
//===----------------------------------------------------------------------===//

/// The function's fields among the operator's own.
void writeLookup(OStream &out, const program::LookupT &lookup) {
  if (const program::FunctionT *function = lookup.function.get()) {
    out.attribute("function", program::EnumNameFunctionKind(function->kind));
    jsonList(out, "function_parameters", function->parameters);
    out.attribute("clamp_min", function->clamp_min);
    out.attribute("clamp_max", function->clamp_max);
  }
  if (!lookup.reach.empty())
    jsonList(out, "reach", lookup.reach);
}

/// What only a requantization is for stands before the axes, and is left out without one.
void writeResize(OStream &out, const program::ResizeT &resize) {
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

/// An attribute has one list, of what it holds.
void writeHost(OStream &out, const program::HostT &host) {
  out.attribute("operator", jsonText(host.kind));
  out.attribute("opset", int64_t(host.opset));
  if (!host.positions.empty())
    jsonList(out, "positions", host.positions);
  out.attributeArray("attributes", [&] {
    for (const auto &attribute : host.attributes)
      out.object([&] { writeHostAttribute(out, *attribute); });
  });
}

//===----------------------------------------------------------------------===//
// All others, by the schema
//===----------------------------------------------------------------------===//

enum class When { never, filled };

/// A field that is not written, or not always.
struct Exception {
  Op op;
  llvm::StringRef field;
  When written;
};

constexpr Exception exceptions[] = {
    // What comes after the sum is its requantization, which is written where those of others are.
    {Op::Add, "shift", When::never},
    {Op::Add, "zero_point", When::never},
    {Op::Add, "clamp_min", When::never},
    {Op::Add, "clamp_max", When::never},
    {Op::Add, "rounding", When::never},
    // Its result's type says it.
    {Op::Quantize, "output", When::never},
    // Of most loops no sequence runs backwards.
    {Op::LoopBegin, "reversed", When::filled},
    {Op::LoopEnd, "reversed", When::filled},
};

bool isWritten(Op op, llvm::StringRef field, bool isEmpty) {
  if (field == "requant")
    return false;
  for (const Exception &exception : exceptions)
    if (exception.op == op && exception.field == field)
      return exception.written == When::filled && !isEmpty;
  return true;
}

/// Reflection reads tables as files have them.
void writeReflected(OStream &out, const program::OpUnion &op) {
  flatbuffers::FlatBufferBuilder builder;
  builder.ForceDefaults(true);
  builder.Finish(flatbuffers::Offset<flatbuffers::Table>(op.Pack(builder).o));
  const auto *table = flatbuffers::GetRoot<flatbuffers::Table>(builder.GetBufferPointer());
  writeFields(out, *table, program::EnumNameOp(op.type),
              [&](llvm::StringRef field, bool isEmpty) { return isWritten(op.type, field, isEmpty); });
}

} // namespace

void tare::writeParameters(OStream &out, const program::OpUnion &op) {
  switch (op.type) {
  case Op::NONE:
    return;
  case Op::Lookup:
    return writeLookup(out, *op.AsLookup());
  case Op::Resize:
    return writeResize(out, *op.AsResize());
  case Op::Host:
    return writeHost(out, *op.AsHost());
  default:
    return writeReflected(out, op);
  }
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
