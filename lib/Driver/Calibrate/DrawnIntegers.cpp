//===- DrawnIntegers.cpp - Integers that a model may be given -------------===//
#include "Driver/Calibrate/DrawnIntegers.h"

#include "Driver/Calibrate/IndexSearch.h"
#include "Driver/Compare/Difference.h"
#include "Driver/Json.h"

#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Host.h"
#include "tare/Dialect/Qnn/Movements.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Program/HostLayer.h"
#include "tare/Program/Movements.h"
#include "tare/Tensor/OffsetBinary.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

#include <algorithm>
#include <fmt/format.h>

using namespace mlir;
using namespace tare;
using calibration::IntegerRange;

namespace {

std::optional<double> onlyNumber(const Tensor &constant) {
  if (constant.count() == 0)
    return std::nullopt;
  // Offsets and sizes are small enough for float32.
  const Tensor numbers = toFloat(constant);
  const llvm::ArrayRef<float> list(numbers.as<float>(), numbers.count());
  return llvm::all_equal(list) ? std::optional(double(list.front())) : std::nullopt;
}

/// Larger constants are tables.
constexpr int64_t smallConstant = 64;

//===----------------------------------------------------------------------===//
// IR
//===----------------------------------------------------------------------===//

IndexUse::Operand operandOf(Value value) {
  IndexUse::Operand operand{value.getAsOpaquePointer(), qnn::toHost(value.getType()).shape, std::nullopt};
  if (ElementsAttr constant = qnn::constantValue(value); constant && constant.getNumElements() <= smallConstant)
    operand.constant = onlyNumber(qnn::toTensor(constant));
  return operand;
}

/// What is on a grid stands for real numbers.
ElementType plainElement(Value value) {
  return qnn::quantizedElement(value.getType()) ? ElementType::f32 : qnn::toHost(value.getType()).element;
}

IndexUse useOf(OpOperand &read) {
  Operation *op = read.getOwner();
  IndexUse use;
  use.layer = qnn::layerName(op);
  if (auto node = dyn_cast<qnn::HostOp>(op)) {
    use.kind = node.getKind().str();
    use.attributes = qnn::hostNode(node).attributes;
    for (auto [position, number] : llvm::enumerate(qnn::inputNumbers(node))) {
      use.operands.push_back(number < 0 ? IndexUse::Operand() : operandOf(op->getOperand(number)));
      if (number == int64_t(read.getOperandNumber()))
        use.position = position;
    }
  } else if (auto gather = dyn_cast<qnn::GatherOp>(op)) {
    use.kind = "Gather";
    use.attributes = host::Attributes({{"axis", int64_t(gather.getAxis())}});
    use.position = read.getOperandNumber();
    use.operands = {operandOf(gather.getInput()), operandOf(gather.getIndices())};
  } else {
    bool isMove = isa<quant::QuantizeCastOp, quant::DequantizeCastOp>(op) || qnn::movesElements(op);
    use.kind = isa<qnn::SubOp>(op) ? "Sub" : isa<qnn::AddOp>(op) ? "Add" : isMove ? "move" : "";
    use.position = read.getOperandNumber();
    for (Value operand : op->getOperands())
      use.operands.push_back(operandOf(operand));
  }
  for (Value result : op->getResults())
    use.outputs.push_back({result.getAsOpaquePointer(), plainElement(result)});
  return use;
}

std::vector<IndexUse> usesInIr(IndexUse::Value value) {
  std::vector<IndexUse> uses;
  for (OpOperand &use : Value::getFromOpaquePointer(value).getUses())
    if (!use.getOwner()->hasTrait<OpTrait::IsTerminator>())
      uses.push_back(useOf(use));
  return uses;
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

class ProgramUses {
public:
  explicit ProgramUses(const program::Model &model) : model(model) {}

  IndexUse::Value valueOf(uint32_t tensor) const { return model.program().tensors[tensor].get(); }

  std::vector<IndexUse> of(IndexUse::Value value) const {
    std::vector<IndexUse> uses;
    for (const auto &layer : model.program().layers)
      for (size_t i = 0; i != layer->operands.size(); ++i)
        if (valueOf(layer->operands[i]) == value)
          uses.push_back(useOf(*layer, i));
    return uses;
  }

private:
  /// What is on a grid stands for real numbers.
  ElementType plainElement(uint32_t tensor) const {
    return model.program().tensors[tensor]->scales.empty() ? model.type(tensor).element : ElementType::f32;
  }

  IndexUse::Operand operandOf(uint32_t tensor) const {
    const tare::TensorType &type = model.type(tensor);
    IndexUse::Operand operand{valueOf(tensor), type.shape, std::nullopt};
    if (const void *data = model.constant(tensor); data && type.count() <= smallConstant)
      operand.constant = onlyNumber(Tensor(type, nullptr, data));
    return operand;
  }

  IndexUse useOf(const program::LayerT &layer, size_t read) const {
    using program::Op;
    // A border beside the elements changes nothing of what they are used for.
    const Op kind = layer.op.type;
    const bool isMove =
        kind == Op::Pad || kind == Op::Quantize || kind == Op::Dequantize || program::movesElements(kind);
    IndexUse use;
    use.layer = layer.name;
    use.position = read;
    std::vector<int64_t> numbers(layer.operands.size());
    for (size_t i = 0; i != numbers.size(); ++i)
      numbers[i] = i;
    if (const program::HostT *host = layer.op.AsHost()) {
      use.kind = host->kind;
      if (auto node = program::decodeHost(*host, layer.operands.size()))
        use.attributes = node->node.attributes, numbers = node->operands;
      use.position = std::ranges::find(numbers, int64_t(read)) - numbers.begin();
    } else if (const program::GatherT *gather = layer.op.AsGather()) {
      use.kind = "Gather";
      use.attributes = host::Attributes({{"axis", int64_t(gather->axis)}});
    } else if (isMove) {
      use.kind = "move";
    }
    for (int64_t number : numbers)
      use.operands.push_back(number < 0 ? IndexUse::Operand() : operandOf(layer.operands[number]));
    for (uint32_t result : program::resultsOf(layer))
      use.outputs.push_back({valueOf(result), plainElement(result)});
    return use;
  }

  const program::Model &model;
};

//===----------------------------------------------------------------------===//
// Both
//===----------------------------------------------------------------------===//

/// The numbers that the type has, as far as int64 has them.
IntegerRange limitsOf(ElementType element) {
  const unsigned bits = 8 * sizeOf(element);
  const bool isUnsigned = signedOf(element) != element;
  const int64_t half = int64_t(1) << (bits - 1);
  return isUnsigned ? IntegerRange{0, bits == 64 ? INT64_MAX : 2 * half - 1} : IntegerRange{-half, half - 1};
}

std::optional<DrawnIntegers> drawnFor(const std::string &input, ElementType element, const IndexUsage &usage) {
  constexpr IntegerRange bit{0, 1}, few{0, 9};
  if (element == ElementType::f32)
    return std::nullopt;
  if (element == ElementType::boolean)
    return DrawnIntegers{input, bit, "bool"};
  if (usage.range) {
    const IntegerRange limits = limitsOf(element);
    IntegerRange range{std::clamp(usage.range->low, limits.low, limits.high),
                       std::clamp(usage.range->high, limits.low, limits.high)};
    return DrawnIntegers{input, range, fmt::format("layer '{}' chooses one of {} by it", usage.layer, usage.count)};
  }
  if (sizeOf(element) <= 2)
    return std::nullopt;
  if (usage.isMask || llvm::StringRef(input).contains_insensitive("mask"))
    return DrawnIntegers{input, bit, "a mask"};
  return DrawnIntegers{input, few, "nothing says what it may hold"};
}

} // namespace

DrawnInputs tare::drawnInputs(ModuleOp module) {
  DrawnInputs inputs;
  for (BlockArgument argument : module.lookupSymbol<func::FuncOp>("main").getArguments())
    inputs.push_back(drawnFor(qnn::valueName(argument), qnn::toHost(argument.getType()).element,
                              searchIndexUses(argument.getAsOpaquePointer(), usesInIr)));
  return inputs;
}

DrawnInputs tare::drawnInputs(const program::Model &model) {
  const ProgramUses uses(model);
  DrawnInputs inputs;
  for (const auto &port : model.program().inputs) {
    const ElementType element = model.type(port->tensor).element;
    IndexUsage usage =
        searchIndexUses(uses.valueOf(port->tensor), [&](IndexUse::Value value) { return uses.of(value); });
    inputs.push_back(drawnFor(port->name, port->is_unsigned ? unsignedOf(element) : element, usage));
  }
  return inputs;
}

std::vector<std::optional<IntegerRange>> tare::rangesOf(const DrawnInputs &inputs) {
  std::vector<std::optional<IntegerRange>> ranges;
  for (const std::optional<DrawnIntegers> &input : inputs)
    ranges.push_back(input ? std::optional(input->range) : std::nullopt);
  return ranges;
}

std::string tare::textOf(const DrawnInputs &inputs) {
  std::string text;
  for (const std::optional<DrawnIntegers> &input : inputs)
    if (input)
      text += fmt::format("{}'{}' from {} to {} ({})", text.empty() ? "drawn at random: " : "; ", input->input,
                          input->range.low, input->range.high, input->reason);
  return text;
}

void tare::writeDrawn(llvm::json::OStream &out, const DrawnInputs &inputs) {
  out.attributeArray("random_inputs", [&] {
    for (const std::optional<DrawnIntegers> &input : inputs)
      if (input)
        out.object([&] {
          out.attribute("input", jsonText(input->input));
          out.attribute("low", input->range.low);
          out.attribute("high", input->range.high);
          out.attribute("reason", jsonText(input->reason));
        });
  });
}
