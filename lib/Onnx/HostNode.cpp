//===- HostNode.cpp - Nodes in the model's own types ----------------------===//
#include "HostNode.h"
#include "ConstantData.h"
#include "Fold/Limits.h"
#include "InputGrids.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Host.h"
#include "tare/Host/TakenElements.h"

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

std::string hostName(const proto::NodeProto &node) {
  bool standard = node.domain().empty() || node.domain() == "ai.onnx";
  return standard ? node.op_type() : node.domain() + "." + node.op_type();
}

/// The node as the host has it: what follows from types that the host does not tell apart becomes an attribute.
host::Node hostNode(Node &node) {
  host::Node asked{hostName(node.proto()), node.opset(), node.hostAttributes()};
  auto declared = [&](unsigned operand) { return node.declaredType(operand); };
  if (asked.op == "CastLike" && declared(1))
    asked.attributes.set("to", int64_t(*declared(1)));
  if (std::optional<int32_t> type = node.stepType())
    asked.attributes.set("float_type", int64_t(*type));
  bool isNarrow = declared(2) == proto::TensorProto::INT4 || declared(2) == proto::TensorProto::UINT4;
  if (asked.op == "QuantizeLinear" && isNarrow)
    asked.attributes.set("output_dtype", int64_t(*declared(2)));
  return asked;
}

/// The operands by position; those that are left out are null.
template <typename T, typename Read> llvm::SmallVector<T> readOperands(Node &node, Read read) {
  llvm::SmallVector<T> operands;
  for (unsigned i = 0; i < node.numOperands(); ++i)
    operands.push_back(node.hasOperand(i) ? read(i) : T());
  return operands;
}

/// Up to the last result that has a name.
size_t countResults(const Node &node) {
  size_t count = node.numResults();
  while (count > 1 && node.resultName(count - 1).empty())
    --count;
  return count;
}

std::optional<std::vector<TensorType>> inferResults(Node &node, const host::Node &asked,
                                                    std::vector<std::optional<host::Operand>> operands) {
  if (node.failed())
    return std::nullopt;
  auto types = host::inferTypes(asked, std::move(operands), countResults(node));
  if (!types) {
    (void)node.error(types.error().message);
    return std::nullopt;
  }
  for (const TensorType &type : *types)
    if (!isSane(type)) {
      (void)node.error("its result would have the shape " + toString(type.shape) + "; no tensor can have it");
      return std::nullopt;
    }
  return *types;
}

/// loc("layer"(fused["first", "second"])): see qnn::valueName.
mlir::Location locationOf(Node &node, size_t results) {
  mlir::MLIRContext *context = node.builder().getContext();
  llvm::SmallVector<mlir::Location> values;
  for (size_t i = 0; i < results; ++i) {
    std::string name = node.resultName(i).str();
    name = name.empty() ? node.graphNode().layer + ":" + std::to_string(i) : name;
    values.push_back(mlir::NameLoc::get(mlir::StringAttr::get(context, name)));
  }
  return mlir::NameLoc::get(mlir::StringAttr::get(context, node.graphNode().layer),
                            mlir::FusedLoc::get(context, values));
}

} // namespace

bool tare::onnx::hasHostOperator(const proto::NodeProto &node) {
  return host::Operators::get().find(hostName(node)) != nullptr;
}

/// Gives what the node computes of `known`.
static LogicalResult fold(Node &node, llvm::ArrayRef<Tensor> known) {
  host::Node asked = hostNode(node);
  std::vector<std::optional<host::Operand>> operands;
  for (const Tensor &tensor : known)
    operands.push_back(tensor ? std::optional(host::Operand{tensor.type(), tensor}) : std::nullopt);
  auto types = inferResults(node, asked, std::move(operands));
  if (!types || node.failed())
    return failure();
  std::vector<Tensor> results;
  for (const TensorType &type : *types) {
    if (!mayCompute(node, type.shape))
      return failure();
    results.emplace_back(type);
  }
  auto pointers = llvm::map_to_vector(known, [](const Tensor &tensor) { return tensor ? &tensor : nullptr; });
  if (Status done = host::run(asked, pointers, results); !done)
    return node.error(done.error().message);
  for (auto [index, result] : llvm::enumerate(results)) {
    bool isDouble = result.element() == ElementType::f64;
    if (failed(isDouble ? node.give(GraphValue::of(fromDoubles(result)), index) : node.give(result, index)))
      return failure();
  }
  return mlir::success();
}

LogicalResult tare::onnx::foldOnHost(Node &node) {
  return fold(node, readOperands<Tensor>(node, [&](unsigned i) { return withFloat32(*node.known(i)); }));
}

bool tare::onnx::castsToDouble(const proto::NodeProto &node) {
  return node.op_type() == "Cast" && llvm::any_of(node.attribute(), [](const proto::AttributeProto &attribute) {
           return attribute.name() == "to" && attribute.i() == proto::TensorProto::DOUBLE;
         });
}

static Tensor withFloat64(const Tensor &tensor) {
  if (tensor.element() == ElementType::f64)
    return tensor;
  std::vector<double> numbers = toDoubles(tensor);
  Tensor doubles(ElementType::f64, tensor.shape());
  std::copy(numbers.begin(), numbers.end(), doubles.mutableAs<double>());
  return doubles;
}

/// ONNX mixes float32 with float64 nowhere but where float32 numbers are as good in float64.
LogicalResult tare::onnx::foldInDoubles(Node &node) {
  if (castsToDouble(node.proto()))
    return node.give(GraphValue::of(fromDoubles(withFloat64(*node.knownExactly(0)))));
  return fold(node, readOperands<Tensor>(node, [&](unsigned i) {
                const Tensor &known = *node.knownExactly(i);
                return known.element() == ElementType::f32 ? withFloat64(known) : known;
              }));
}

using HostOperands = std::vector<std::optional<host::Operand>>;

/// The operand whose elements, all of them, the node gives, as those of the others that it takes elements from are
/// none: what is scattered, joined or written there.
static std::optional<size_t> wholeOperand(const host::Node &asked, const HostOperands &operands,
                                          const std::vector<TensorType> &results) {
  const host::TakenElements taken = host::takenElements(asked, operands.size());
  std::optional<size_t> whole;
  size_t withElements = 0;
  for (size_t index : taken.operands)
    if (index < operands.size() && operands[index] && operands[index]->type.count() != 0) {
      whole = index;
      ++withElements;
    }
  const bool isWhole = whole && withElements == 1 && taken.operands.size() > 1 && !taken.addsZero &&
                       results.size() == 1 && operands[*whole]->type == results.front();
  return isWhole ? whole : std::nullopt;
}

/// Takes the constants without elements away that say as much as one that is left out, as a Resize's empty roi does.
static void leaveOutNothings(const host::Node &asked, HostOperands &operands, const std::vector<TensorType> &results) {
  for (std::optional<host::Operand> &operand : operands) {
    if (!operand || operand->type.count() != 0)
      continue;
    std::optional<host::Operand> nothing = std::exchange(operand, std::nullopt);
    auto types = host::inferTypes(asked, operands, results.size());
    if (!types || *types != results)
      operand = std::move(nothing);
  }
}

LogicalResult tare::onnx::importOnHost(Node &node, llvm::StringRef reason) {
  host::Node asked = hostNode(node);
  auto inputs = readOperands<mlir::Value>(node, [&](unsigned i) { return node.inOwnType(i); });
  if (node.failed())
    return failure();
  HostOperands operands;
  for (auto [index, input] : llvm::enumerate(inputs)) {
    const Tensor *known = input ? node.known(index) : nullptr;
    operands.push_back(
        input ? std::optional(host::Operand{qnn::toHost(input.getType()), known ? withFloat32(*known) : Tensor()})
              : std::nullopt);
  }
  auto types = inferResults(node, asked, operands);
  if (!types || node.failed())
    return failure();
  if (std::optional<size_t> whole = wholeOperand(asked, operands, *types))
    return node.give(inputs[*whole], 0);
  leaveOutNothings(asked, operands, *types);
  llvm::SmallVector<mlir::Value> present;
  Integers positions;
  for (auto [index, operand] : llvm::enumerate(operands))
    if (operand) {
      present.push_back(inputs[index]);
      positions.push_back(index);
    }
  mlir::OpBuilder &builder = node.builder();
  auto resultTypes = llvm::map_to_vector(
      *types, [&](const TensorType &type) -> mlir::Type { return qnn::toMlir(builder.getContext(), type); });
  if (llvm::all_of(resultTypes, hasNoElements)) {
    for (auto [index, type] : llvm::enumerate(*types))
      (void)node.give(Tensor(type), index);
    return mlir::success();
  }
  // Nothing but such nodes computes on integers: the node is not to blame.
  bool readsIntegers = llvm::any_of(present, [&](mlir::Value input) {
    return mlir::isa<mlir::IntegerType>(mlir::getElementTypeOrSelf(input.getType())) && !qnn::constantValue(input);
  });
  if (readsIntegers)
    reason = "";
  bool isWhole = positions.empty() || positions.back() + 1 == int64_t(positions.size());
  auto op = qnn::HostOp::create(builder, locationOf(node, types->size()), resultTypes, asked.op, asked.opset, present,
                                isWhole ? mlir::DenseI64ArrayAttr() : node.list(positions),
                                qnn::toDictionary(builder.getContext(), asked.attributes),
                                reason.empty() ? mlir::StringAttr() : builder.getStringAttr(reason));
  if (!node.check(op))
    return failure();
  for (auto [index, result] : llvm::enumerate(op.getResults()))
    if (failed(node.give(result, index)))
      return failure();
  return mlir::success();
}
