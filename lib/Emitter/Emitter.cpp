//===- Emitter.cpp - From npu IR to a program -----------------------------===//
#include "tare/Emitter/Emitter.h"

#include "Ports.h"
#include "tare/Dialect/Npu/ActivationTypes.h"
#include "tare/Dialect/Npu/IntegerGrid.h"
#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Kernels/Registry.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;

namespace tare {
namespace {

class Emitter {
public:
  explicit Emitter(func::FuncOp function) : function(function) {}

  FailureOr<EmittedProgram> run() {
    FailureOr<Target> target = npu::getTarget(function);
    if (failed(target) || failed(checkOps(*target)))
      return mlir::failure();
    emitTarget(*target);
    for (BlockArgument argument : function.getArguments())
      if (failed(addVariable(argument,
                             function.getArgAttrOfType<IntegerAttr>(argument.getArgNumber(), npu::offsetAttrName))))
        return mlir::failure();
    for (Operation &op : function.front().without_terminator())
      if (auto layer = dyn_cast<npu::NpuOpInterface>(op); layer && failed(addLayer(layer)))
        return mlir::failure();
    if (failed(addPorts()))
      return mlir::failure();
    return std::move(result);
  }

private:
  /// Reports every op that cannot be emitted, not the first only.
  LogicalResult checkOps(const Target &target) {
    bool good = true;
    for (Operation &op : function.front().without_terminator()) {
      // A reshape moves nothing: any hardware has it. A host computes every node, and what its real numbers are in
      // integers and back.
      if (isa<npu::ConstantOp, npu::ReshapeOp, npu::HostOp, npu::QuantizeOp, npu::DequantizeOp>(op))
        continue;
      auto layer = dyn_cast<npu::NpuOpInterface>(op);
      if (!layer) {
        op.emitError() << "'" << op.getName() << "' is not an npu op: a program is emitted after lowering";
        good = false;
      } else if (std::string name(kernels::lookup(layer.encode().type)->name); !target.hasOp(name)) {
        op.emitError() << "layer '" << qnn::layerName(&op) << "' needs the operator " << name << ", which the target '"
                       << target.name << "' does not have";
        good = false;
      } else if (std::optional<ElementType> type = npu::missingType(layer, target)) {
        op.emitError() << "layer '" << qnn::layerName(&op) << "' needs the operator " << name << " of "
                       << EnumNameElementType(*type) << " activations, which the target '" << target.name
                       << "' does not have";
        good = false;
      }
    }
    return mlir::success(good);
  }

  void emitTarget(const Target &target) {
    program().producer = "tare " TARE_VERSION;
    program().target = std::make_unique<program::TargetT>();
    program().target->name = target.name;
    program().target->description = printTarget(target);
    auto number = [&](StringRef name) {
      auto attribute = function->getAttrOfType<IntegerAttr>(name);
      return attribute ? attribute.getInt() : 0;
    };
    program().arena_bytes = number(npu::arenaBytesAttrName);
    program().arena_lower_bound = number(npu::arenaLowerBoundAttrName);
  }

  program::TensorT &addTensor(Value value, const std::string &name) {
    TensorType type = qnn::toHost(value.getType());
    indices[value] = program().tensors.size();
    program().tensors.push_back(std::make_unique<program::TensorT>());
    result.constants.emplace_back();
    program::TensorT &tensor = *program().tensors.back();
    tensor.name = name;
    tensor.type = type.element;
    tensor.shape = type.shape;
    return tensor;
  }

  LogicalResult addVariable(Value value, IntegerAttr offset) {
    if (!offset)
      return emitError(value.getLoc()) << "'" << qnn::valueName(value)
                                       << "' has no address: run --tare-plan-memory first";
    program::TensorT &tensor = addTensor(value, qnn::valueName(value));
    tensor.arena_offset = offset.getInt();
    addGrid(tensor, value);
    return mlir::success();
  }

  /// What the integers mean, where that is known.
  static void addGrid(program::TensorT &tensor, Value value) {
    quant::QuantizedType type = npu::gridOf(value);
    if (!type)
      return;
    qnn::Grid grid = *qnn::Grid::of(type);
    tensor.scales.assign(grid.scales.begin(), grid.scales.end());
    tensor.axis = grid.axis.value_or(0);
    tensor.zero_point = grid.zeroPoint();
  }

  /// "conv1.weight": the layer that reads it, and the role that its data are named by ("conv1.weight_1"). The op's own
  /// name does not survive folding.
  static std::string nameOfConstant(npu::ConstantOp constant, npu::NpuOpInterface user) {
    StringRef role;
    if (auto resource = dyn_cast<DenseResourceElementsAttr>(constant.getValue()))
      role = resource.getRawHandle().getKey().rsplit('.').second.take_while([](char c) { return llvm::isAlpha(c); });
    return qnn::layerName(user) + "." + (role.empty() ? "constant" : role).str();
  }

  /// The tensor of a constant; equal constants on equal grids share one.
  LogicalResult addConstant(Value value, npu::ConstantOp constant, const std::string &name) {
    Tensor tensor = qnn::toTensor(constant.getValue());
    if (tensor.count() == 0)
      return constant.emitError() << "has no elements, by the shape " << toString(tensor.shape())
                                  << ", and a program has no such tensors; leave it out of the node that reads it";
    if (!tensor)
      return constant.emitError("has no data: was the IR printed with elided resources?");
    StringRef bytes(static_cast<const char *>(tensor.data()), tensor.type().bytes());
    program::TensorT grid;
    addGrid(grid, value);
    auto &alike = constantsByHash[hashOf(bytes, grid)];
    for (uint32_t other : alike)
      if (isSame(other, tensor.type(), bytes) && isOnGrid(other, grid)) {
        indices[value] = other;
        return mlir::success();
      }
    uint32_t index = program().tensors.size();
    program::TensorT &added = addTensor(value, name);
    added.constant = true;
    addGrid(added, value);
    result.constants[index] = std::as_bytes(std::span(bytes.data(), bytes.size()));
    result.expanded.push_back(tensor);
    alike.push_back(index);
    return mlir::success();
  }

  bool isSame(uint32_t index, const TensorType &type, StringRef bytes) {
    const program::TensorT &tensor = *program().tensors[index];
    std::span<const std::byte> data = result.constants[index];
    return tensor.type == type.element && tensor.shape == type.shape &&
           StringRef(reinterpret_cast<const char *>(data.data()), data.size()) == bytes;
  }

  /// Of the grid, too: all layers' biases may be the same zeros, each on its own.
  static uint64_t hashOf(StringRef bytes, const program::TensorT &grid) {
    auto scales =
        llvm::ArrayRef(reinterpret_cast<const uint8_t *>(grid.scales.data()), grid.scales.size() * sizeof(double));
    return llvm::hash_combine(llvm::xxh3_64bits(bytes), llvm::xxh3_64bits(scales));
  }

  bool isOnGrid(uint32_t index, const program::TensorT &wanted) {
    const program::TensorT &tensor = *program().tensors[index];
    return tensor.scales == wanted.scales && tensor.axis == wanted.axis && tensor.zero_point == wanted.zero_point;
  }

  LogicalResult addLayer(npu::NpuOpInterface op) {
    auto layer = std::make_unique<program::LayerT>();
    layer->name = qnn::layerName(op);
    layer->op = op.encode();
    for (Value operand : op->getOperands()) {
      auto constant = operand.getDefiningOp<npu::ConstantOp>();
      if (constant && !indices.contains(operand) &&
          failed(addConstant(operand, constant, nameOfConstant(constant, op))))
        return mlir::failure();
      layer->operands.push_back(indices.lookup(operand));
    }
    if (failed(addVariable(op->getResult(0), op->getAttrOfType<IntegerAttr>(npu::offsetAttrName))))
      return mlir::failure();
    layer->result = indices.lookup(op->getResult(0));
    auto offsets = op->getAttrOfType<DenseI64ArrayAttr>(npu::furtherOffsetsAttrName);
    for (auto [index, result] : llvm::enumerate(llvm::drop_begin(op->getResults()))) {
      IntegerAttr offset = offsets ? IntegerAttr::get(IndexType::get(op->getContext()), offsets[index]) : IntegerAttr();
      if (failed(addVariable(result, offset)))
        return mlir::failure();
      layer->further_results.push_back(indices.lookup(result));
    }
    program().layers.push_back(std::move(layer));
    return mlir::success();
  }

  LogicalResult addPorts() {
    for (BlockArgument argument : function.getArguments())
      addPort(program().inputs, describeInput(function, argument.getArgNumber()), argument);
    for (OpOperand &output : function.front().getTerminator()->getOpOperands()) {
      program::PortT port = describeOutput(function, output.getOperandNumber());
      auto constant = output.get().getDefiningOp<npu::ConstantOp>();
      if (constant && !indices.contains(output.get()) && failed(addConstant(output.get(), constant, port.name)))
        return mlir::failure();
      addPort(program().outputs, std::move(port), output.get());
    }
    return mlir::success();
  }

  void addPort(std::vector<std::unique_ptr<program::PortT>> &ports, program::PortT port, Value value) {
    port.tensor = indices.lookup(value);
    ports.push_back(std::make_unique<program::PortT>(std::move(port)));
  }

  program::ProgramT &program() { return result.program; }

  func::FuncOp function;
  EmittedProgram result;
  llvm::DenseMap<Value, uint32_t> indices;
  llvm::DenseMap<uint64_t, SmallVector<uint32_t, 1>> constantsByHash;
};

} // namespace

FailureOr<EmittedProgram> emitProgram(ModuleOp module) {
  auto function = module.lookupSymbol<func::FuncOp>("main");
  if (!function || !function.getBody().hasOneBlock()) {
    module.emitError("has no function @main with one block");
    return mlir::failure();
  }
  return Emitter(function).run();
}

} // namespace tare
