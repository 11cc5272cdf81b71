//===- ModuleExecutable.cpp - Models and IR in the evaluator --------------===//
#include "Driver/Execute/ModuleExecutable.h"

#include "Driver/Calibrate/DrawnIntegers.h"
#include "Driver/Compile/ModuleFile.h"
#include "Driver/Execute/DiscreteValues.h"
#include "Driver/Execute/MemoryLimit.h"

#include "tare/Dialect/Npu/IntegerGrid.h"
#include "tare/Dialect/Npu/NpuInterfaces.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/InputLayouts.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Evaluator/ModelPorts.h"
#include "tare/Passes/Pipelines.h"
#include "tare/Tensor/OffsetBinary.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Pass/PassManager.h"
#include <fmt/format.h>

using namespace mlir;

namespace tare {

/// Runs a module whose borders may need real numbers made into integers and back.
class ModuleRunner : public Runner {
public:
  explicit ModuleRunner(const ModuleExecutable &owner) : owner(owner) {}

  std::vector<Tensor> run(const std::vector<Tensor> &inputs, const Observer &observe) override {
    std::vector<Tensor> operands;
    for (size_t i = 0; i != inputs.size(); ++i)
      operands.push_back(enter(i, inputs[i]));
    auto show = [&](Value value, const Tensor &tensor) {
      auto layer = owner.layerNumbers.find(value);
      if (layer != owner.layerNumbers.end())
        observe(layer->second, tensor.view());
    };
    problem.reset();
    std::vector<Tensor> outputs = owner.evaluator->run(operands, observe ? Evaluator::Observer(show) : nullptr,
                                                       Evaluator::ElementOrder::rowMajor, &problem);
    if (!owner.forms.rawOutputs)
      outputs = owner.results->apply(outputs);
    for (size_t i = 0; i != outputs.size(); ++i)
      if (owner.isUnsignedOutput(i))
        outputs[i] = shiftedByHalf(outputs[i]);
    return outputs;
  }

  Status status(int64_t sample) const override {
    return problem ? Status(ofSample(owner.path, sample, *problem)) : tare::success();
  }

private:
  Tensor enter(size_t index, const Tensor &tensor) const {
    if (owner.unsignedInputs[index])
      return owner.inputSteps[index].apply(shiftedByHalf(tensor));
    if (owner.forms.rawInputs[index])
      return tensor;
    return owner.inputSteps[index].apply(tensor);
  }

  const ModuleExecutable &owner;
  std::optional<std::string> problem;
};

Result<OwningOpRef<ModuleOp>> loadModule(const std::string &path, ModelKind kind, const ExecutableOptions &options,
                                         CompilerContext &context) {
  if (kind == ModelKind::onnx) {
    auto imported = onnx::importModel(path, options.import, *context);
    if (failed(imported))
      return context.takeError(path);
    return std::move(*imported);
  }
  FailureOr<OwningOpRef<ModuleOp>> module = readModule(path, *context);
  if (failed(module))
    return context.takeError(path);
  return std::move(*module);
}

std::string kindOf(Operation *op) {
  if (auto node = dyn_cast<qnn::HostOp>(op))
    return node.getKind().str();
  if (auto node = dyn_cast<npu::HostOp>(op))
    return node.getNode().str();
  return llvm::StringSwitch<std::string>(op->getName().getStringRef())
      .Case("quant.qcast", "quantize")
      .Case("quant.dcast", "dequantize")
      .Default(op->getName().stripDialect().str());
}

Type gridTypeOf(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  if (qnn::quantizedElement(type))
    return type;
  quant::QuantizedType grid = npu::gridOf(value);
  return grid ? Type(RankedTensorType::get(type.getShape(), grid)) : type;
}

/// The float model as calibration runs it. A model with quantizers stays as it is, bit for bit, and so does one that
/// the passes refuse.
static OwningOpRef<ModuleOp> simplified(OwningOpRef<ModuleOp> module) {
  auto isOther = [](Operation *op) {
    return isa<quant::QuantizeCastOp>(op) ||
           !(isa<ModuleOp>(op) || isa<qnn::QnnDialect, func::FuncDialect>(*op->getDialect()));
  };
  if (module->walk([&](Operation *op) { return isOther(op) ? WalkResult::interrupt() : WalkResult::advance(); })
          .wasInterrupted())
    return module;
  // Folding makes weights anew: large ones stay in their file.
  constexpr int64_t mostBytes = 64 << 20;
  int64_t bytes = 0;
  module->walk([&](qnn::ConstantOp op) { bytes += qnn::toHost(op.getType()).bytes(); });
  if (bytes > mostBytes)
    return module;
  ScopedDiagnosticHandler quiet(module->getContext(), [](Diagnostic &) { return mlir::success(); });
  OwningOpRef<ModuleOp> simpler = module->clone();
  PassManager passes(module->getContext(), ModuleOp::getOperationName());
  buildSimplifyPipeline(passes);
  return succeeded(passes.run(*simpler)) ? std::move(simpler) : std::move(module);
}

Result<std::unique_ptr<Executable>> ModuleExecutable::load(const std::string &path, ModelKind kind,
                                                           const ExecutableOptions &options, const Listener &listener) {
  std::unique_ptr<ModuleExecutable> result(new ModuleExecutable(path, listener));
  std::optional<uint64_t> limit = limitOf(options.maxMemory);
  if (Status holds = checkFile(path, limit); !holds)
    return holds.error();
  auto module = loadModule(path, kind, options, result->context);
  if (!module)
    return module.error();
  result->module = options.onlyOutputs ? simplified(std::move(*module)) : std::move(*module);
  result->function = result->module->lookupSymbol<func::FuncOp>("main");
  Result<size_t> atOnce = samplesThatFit(result->function, path, limit);
  if (!atOnce)
    return atOnce.error();
  result->atOnce = *atOnce;
  if (Status described = result->describePorts(); !described)
    return Error{path + ": " + described.error().message};
  return std::unique_ptr<Executable>(std::move(result));
}

/// `outside` is what the model takes or gives, but for the sign of integers.
static ExecutablePort makePort(std::string name, Type type, TensorType outside, std::optional<TensorType> integers,
                               bool isUnsigned) {
  ExecutablePort port{std::move(name), outside, integers.value_or(qnn::toHost(type))};
  if (isUnsigned)
    port.real.element = port.raw.element = unsignedOf(outside.element);
  return port;
}

Status ModuleExecutable::describePorts() {
  for (BlockArgument argument : function.getArguments()) {
    auto path = HostPath::ofInput(function, argument.getArgNumber());
    if (!path)
      return path.error();
    unsignedInputs.push_back(isUnsignedInModel(argument));
    inputPorts.push_back(makePort(qnn::valueName(argument), argument.getType(), path->first(),
                                  integersOfArgument(argument), unsignedInputs.back()));
    inputPorts.back().held = heldBy(argument);
    if (auto pixels = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), qnn::inputLayoutAttrName))
      inputPorts.back().pixels = pixels.str();
    inputSteps.push_back(std::move(*path));
  }
  auto host = HostResults::of(function);
  if (!host)
    return host.error();
  results = std::move(*host);
  for (unsigned i = 0; i != function.getNumResults(); ++i)
    unsignedResults.push_back(isUnsignedInModel(function, i));
  for (const program::ModelOutput &output : results->outputs()) {
    Value value = function.front().getTerminator()->getOperand(output.lastPort);
    outputPorts.push_back(makePort(output.name, value.getType(), results->typeOf(output), std::nullopt,
                                   unsignedResults[output.lastPort]));
    outputPorts.back().format = formatInModel(function, output.lastPort);
    outputPorts.back().isDiscrete = isDiscrete(value);
  }
  return tare::success();
}

/// What @main itself gives, where there are integers at the border.
std::vector<ExecutablePort> ModuleExecutable::rawOutputs() {
  std::vector<ExecutablePort> ports;
  for (OpOperand &result : function.front().getTerminator()->getOpOperands()) {
    Type type = result.get().getType();
    ports.push_back(makePort(nameOfResult(result), type, qnn::toHost(type), integersOfResult(result.get()),
                             unsignedResults[result.getOperandNumber()]));
    ports.back().format = formatInModel(function, result.getOperandNumber());
  }
  return ports;
}

bool ModuleExecutable::isUnsignedOutput(size_t index) const {
  return unsignedResults[forms.rawOutputs ? index : results->outputs()[index].lastPort];
}

Status ModuleExecutable::prepare(const PortForms &chosen) {
  forms = chosen;
  if (forms.rawOutputs)
    outputPorts = rawOutputs();
  DenseSet<Operation *> added;
  for (BlockArgument argument : function.getArguments())
    if (forms.rawInputs[argument.getArgNumber()] && integersOfArgument(argument))
      takeIntegers(argument, added);
  for (OpOperand &result : function.front().getTerminator()->getOpOperands())
    if (forms.rawOutputs && integersOfResult(result.get()))
      giveIntegers(result, added);
  FailureOr<Evaluator> created = Evaluator::create(*module);
  if (failed(created))
    return context.takeError(path);
  evaluator.emplace(std::move(*created));
  listLayers(added);
  return tare::success();
}

void ModuleExecutable::listLayers(const DenseSet<Operation *> &added) {
  for (Value value : evaluator->computedValues()) {
    Operation *op = value.getDefiningOp();
    if (added.contains(op))
      continue;
    Type grid = gridTypeOf(value);
    TensorType type = qnn::toHost(value.getType());
    TensorType real = qnn::quantizedElement(grid) ? TensorType{ElementType::f32, type.shape} : type;
    layerNumbers[value] = observedLayers.size();
    layerGrids.push_back(grid);
    layerRanges.push_back(qnn::toldApart(value));
    observedLayers.push_back({qnn::layerName(op), qnn::valueName(value), kindOf(op), type, real});
    observedLayers.back().isDiscrete = isDiscrete(value);
  }
}

Result<std::unique_ptr<Runner>> ModuleExecutable::makeRunner(size_t) const {
  return std::unique_ptr<Runner>(new ModuleRunner(*this));
}

std::vector<std::optional<calibration::IntegerRange>> ModuleExecutable::integerInputs() const {
  return rangesOf(drawnInputs(*module));
}

bool ModuleExecutable::hasModelLayout() const {
  func::FuncOp main = function;
  return !main.walk([](npu::NpuOpInterface) { return WalkResult::interrupt(); }).wasInterrupted();
}

Tensor ModuleExecutable::realOf(size_t layer, const ConstTensorView &result) const {
  // dequantized() reads only; it gives the tensor itself back where there is no grid.
  Tensor borrowed(result.type, nullptr, result.data);
  return qnn::quantizedElement(layerGrids[layer]) ? dequantized(borrowed, layerGrids[layer]) : copyOf(result);
}

} // namespace tare
