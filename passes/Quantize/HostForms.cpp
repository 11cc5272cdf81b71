//===- HostForms.cpp - Ops of the graph as nodes of ONNX ------------------===//
#include "Quantize/HostForms.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/DerivedNames.h"
#include "tare/Dialect/Qnn/Host.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Passes/OnnxForms.h"

using namespace mlir;
using namespace tare;

namespace {

/// The form with what is known of its operands.
Result<std::vector<tare::TensorType>> infer(const OnnxForm &form, ArrayRef<tare::TensorType> given) {
  std::vector<std::optional<host::Operand>> operands;
  size_t next = 0, count = form.constants.empty() ? given.size() : form.constants.size();
  for (size_t i = 0; i != count; ++i) {
    size_t position = form.positions.empty() ? i : form.positions[i];
    operands.resize(position);
    const Tensor *constant = form.constants.empty() || !form.constants[i] ? nullptr : &form.constants[i];
    operands.push_back(constant ? host::Operand{constant->type(), *constant} : host::Operand{given[next++], {}});
  }
  return host::inferTypes(form.node, std::move(operands), 1);
}

/// The types of the results of the node and of those behind it; nothing where one cannot take what is in front of it.
std::optional<SmallVector<tare::TensorType>> resultsOf(const OnnxForm &form, ArrayRef<tare::TensorType> given) {
  auto types = infer(form, given);
  if (!types)
    return std::nullopt;
  SmallVector<tare::TensorType> results{types->front()};
  for (const OnnxForm &next : form.behind)
    if (auto further = infer(next, results.back()))
      results.push_back(further->front());
    else
      return std::nullopt;
  return results;
}

/// Those where the last one is the op's.
std::optional<SmallVector<tare::TensorType>> resultsOf(const OnnxForm &form, Operation *op) {
  SmallVector<tare::TensorType> given = llvm::map_to_vector(op->getOperandTypes(), qnn::toHost);
  auto results = resultsOf(form, given);
  return results && results->back() == qnn::toHost(op->getResult(0).getType()) ? results : std::nullopt;
}

Value create(OpBuilder &builder, Location loc, const OnnxForm &form, ValueRange given, Type result, StringRef layer,
             StringRef reason) {
  SmallVector<Value> inputs;
  size_t next = 0, count = form.constants.empty() ? given.size() : form.constants.size();
  for (size_t i = 0; i != count; ++i)
    if (form.constants.empty() || !form.constants[i]) {
      inputs.push_back(given[next++]);
    } else {
      std::string name = layer.str() + "_" + std::to_string(i);
      inputs.push_back(qnn::ConstantOp::create(builder, qnn::nameLoc(builder.getContext(), name, name),
                                               qnn::toAttr(builder.getContext(), form.constants[i], name)));
    }
  auto positions = form.positions.empty() ? DenseI64ArrayAttr() : builder.getDenseI64ArrayAttr(form.positions);
  return qnn::HostOp::create(builder, loc, result, form.node.op, form.node.opset, inputs, positions,
                             qnn::toDictionary(builder.getContext(), form.node.attributes),
                             builder.getStringAttr(reason))
      .getResult(0);
}

} // namespace

bool tare::hasHostForm(Operation *op) {
  if (op->getNumResults() != 1)
    return false;
  std::optional<OnnxForm> form = onnxFormOf(op);
  return form && resultsOf(*form, op);
}

Value tare::makeHostForm(Operation *op, StringRef reason) {
  std::optional<OnnxForm> form = onnxFormOf(op);
  auto clamped = dyn_cast<qnn::ClampOpInterface>(op);
  std::optional<qnn::ClampAttr> clamp = clamped ? clamped.getClamp() : std::nullopt;
  if (form && clamp)
    form->behind.push_back(onnxFormOfLimits(clamp->getLower().convertToDouble(), clamp->getUpper().convertToDouble()));
  auto types = form ? resultsOf(*form, op) : std::nullopt;
  if (!types)
    return nullptr;
  OpBuilder builder(op);
  MLIRContext *context = op->getContext();
  std::string layer = qnn::layerName(op), name = qnn::valueName(op->getResult(0));
  auto locationOf = [&](size_t number) {
    if (number == form->behind.size())
      return op->getLoc();
    const bool isLimited = clamp && number + 1 == form->behind.size();
    std::string step = isLimited ? ".unlimited" : ".step" + std::to_string(number);
    return Location(qnn::nameLoc(context, layer, qnn::derivedName(op, name + step)));
  };
  Value result =
      create(builder, locationOf(0), *form, op->getOperands(), qnn::toMlir(context, types->front()), layer, reason);
  for (auto [index, next] : llvm::enumerate(form->behind))
    result =
        create(builder, locationOf(index + 1), next, result, qnn::toMlir(context, (*types)[index + 1]), layer, reason);
  return result;
}
