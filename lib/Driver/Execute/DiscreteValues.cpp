//===- DiscreteValues.cpp - Values whose elements are equal or not --------===//
#include "Driver/Execute/DiscreteValues.h"

#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Movements.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Program/HostLayer.h"
#include "tare/Program/Model.h"
#include "tare/Program/Movements.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "llvm/ADT/StringSwitch.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

using namespace mlir;
using namespace tare;

namespace {

/// What the elements of a tensor look like.
enum class Look { real, integer, boolean };

/// What a node of the model does with elements that are discrete.
enum class Role {
  /// Its result has the elements of its first operand, in one type or another.
  keeps,
  /// Its integers are numbers.
  counts,
  /// Its integers are found in real numbers, or computed from integers.
  finds
};

Role roleOf(std::string_view kind) {
  return llvm::StringSwitch<Role>(kind)
      .Cases(
          {"Cast", "CastLike", "Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose", "Slice", "Split"},
          Role::keeps)
      .Cases({"QuantizeLinear", "DynamicQuantizeLinear", "MatMulInteger", "ConvInteger", "QLinearConv", "QLinearMatMul",
              "ReduceSum", "ReduceSumSquare", "ReduceL1", "ReduceProd", "ReduceMean", "CumSum", "MatMul", "Einsum"},
             Role::counts)
      .Default(Role::finds);
}

/// What made a value: a node of the model; nothing of what else there is.
template <typename V> struct Maker {
  std::string_view kind;
  std::vector<V> operands;
};

/// Graph has look(value), maker(value), moved(value): the operands of an op that only moves or casts elements, and
/// isConstant(value).
template <typename V, typename Graph> class Search {
public:
  explicit Search(const Graph &graph) : graph(graph) {}

  bool isDiscrete(V value) {
    if (auto known = found.find(value); known != found.end())
      return known->second;
    return found[value] = decide(value);
  }

private:
  bool decide(V value) {
    const Look look = graph.look(value);
    if (look == Look::boolean)
      return true;
    const std::optional<Maker<V>> maker = graph.maker(value);
    if (!maker) {
      std::vector<V> moved = graph.moved(value);
      std::erase_if(moved, [&](V operand) { return graph.isConstant(operand); });
      return !moved.empty() && std::ranges::all_of(moved, [&](V operand) { return isDiscrete(operand); });
    }
    switch (roleOf(maker->kind)) {
    case Role::keeps:
      return !maker->operands.empty() && isDiscrete(maker->operands.front());
    case Role::counts:
      return false;
    case Role::finds:
      return look == Look::integer && std::ranges::any_of(maker->operands, [&](V operand) {
               return !graph.isConstant(operand) && (graph.look(operand) == Look::real || isDiscrete(operand));
             });
    }
    llvm_unreachable("a role of the three");
  }

  const Graph &graph;
  std::map<V, bool> found;
};

struct IrGraph {
  Look look(const void *value) const {
    Type element = getElementTypeOrSelf(at(value).getType());
    return element.isInteger(1) ? Look::boolean : isa<IntegerType>(element) ? Look::integer : Look::real;
  }

  std::optional<Maker<const void *>> maker(const void *value) const {
    Operation *op = at(value).getDefiningOp();
    auto real = dyn_cast_if_present<qnn::HostOp>(op);
    auto lowered = dyn_cast_if_present<npu::HostOp>(op);
    if (!real && !lowered)
      return std::nullopt;
    return Maker<const void *>{real ? real.getKind() : lowered.getNode(), pointersOf(op->getOperands())};
  }

  std::vector<const void *> moved(const void *value) const {
    Operation *op = at(value).getDefiningOp();
    bool isMove = isa_and_present<quant::QuantizeCastOp, quant::DequantizeCastOp>(op) || qnn::movesElements(op);
    return isMove ? pointersOf(qnn::movedOperands(op)) : std::vector<const void *>();
  }

  bool isConstant(const void *value) const { return bool(qnn::constantValue(at(value))); }

private:
  static Value at(const void *value) { return Value::getFromOpaquePointer(value); }
  static std::vector<const void *> pointersOf(ValueRange values) {
    std::vector<const void *> pointers;
    for (Value value : values)
      pointers.push_back(value.getAsOpaquePointer());
    return pointers;
  }
};

class ProgramGraph {
public:
  explicit ProgramGraph(const program::ProgramT &program) : program(program), makers(program.tensors.size()) {
    for (const auto &layer : program.layers)
      for (uint32_t result : program::resultsOf(*layer))
        makers[result] = layer.get();
  }

  Look look(uint32_t tensor) const {
    const program::TensorT &of = *program.tensors[tensor];
    const ElementType element = program::typeOf(of).element;
    if (element == ElementType::boolean)
      return Look::boolean;
    return element == ElementType::f32 || !of.scales.empty() ? Look::real : Look::integer;
  }

  std::optional<Maker<uint32_t>> maker(uint32_t tensor) const {
    const program::LayerT *layer = makers[tensor];
    const program::HostT *node = layer ? layer->op.AsHost() : nullptr;
    if (!node)
      return std::nullopt;
    return Maker<uint32_t>{node->kind, layer->operands};
  }

  std::vector<uint32_t> moved(uint32_t tensor) const {
    using program::Op;
    const program::LayerT *layer = makers[tensor];
    const Op kind = layer ? layer->op.type : Op::NONE;
    if (kind == Op::Gather)
      return {layer->operands.front()};
    const bool isMove = kind == Op::Quantize || kind == Op::Dequantize || program::movesElements(kind);
    return isMove ? layer->operands : std::vector<uint32_t>();
  }

  bool isConstant(uint32_t tensor) const { return bool(program.tensors[tensor]->constant); }

private:
  const program::ProgramT &program;
  /// By tensor; null of inputs and constants.
  std::vector<const program::LayerT *> makers;
};

} // namespace

bool tare::isDiscrete(Value value) {
  const IrGraph graph;
  return Search<const void *, IrGraph>(graph).isDiscrete(value.getAsOpaquePointer());
}

std::vector<bool> tare::discreteTensors(const program::ProgramT &program) {
  const ProgramGraph graph(program);
  Search<uint32_t, ProgramGraph> search(graph);
  std::vector<bool> discrete;
  for (uint32_t tensor = 0; tensor != program.tensors.size(); ++tensor)
    discrete.push_back(search.isDiscrete(tensor));
  return discrete;
}
