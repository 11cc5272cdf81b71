//===- CalibrationSamples.cpp - What a module is calibrated on ------------===//
#include "Driver/Compile/CalibrationSamples.h"

#include "Driver/Execute/SampleMakers.h"
#include "Driver/Execute/States.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/InputLayouts.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Evaluator/ModelPorts.h"
#include "tare/Tensor/OffsetBinary.h"

using namespace tare;
using namespace mlir;

/// The device's pixels that an argument takes; empty where it takes none.
static std::string pixelsOf(func::FuncOp function, unsigned argument) {
  auto pixels = function.getArgAttrOfType<StringAttr>(argument, qnn::inputLayoutAttrName);
  return pixels ? pixels.str() : "";
}

std::vector<InputDeclaration> tare::inputsOf(ModuleOp module) {
  std::vector<InputDeclaration> inputs;
  auto function = module.lookupSymbol<func::FuncOp>("main");
  for (BlockArgument argument : function.getArguments())
    inputs.push_back({qnn::valueName(argument), qnn::toHost(argument.getType()), std::nullopt,
                      pixelsOf(function, argument.getArgNumber())});
  return inputs;
}

std::vector<InputDeclaration> tare::outputsOf(ModuleOp module) {
  std::vector<InputDeclaration> outputs;
  auto function = module.lookupSymbol<func::FuncOp>("main");
  for (OpOperand &result : function.front().getTerminator()->getOpOperands()) {
    auto name = function.getResultAttrOfType<StringAttr>(result.getOperandNumber(), qnn::portNameAttrName);
    outputs.push_back({name ? name.str() : qnn::valueName(result.get()), qnn::toHost(result.get().getType())});
  }
  return outputs;
}

Result<std::unique_ptr<Dataset>> tare::openData(ModuleOp module, const CalibrationRequest &request,
                                                const std::vector<State> &states) {
  std::vector<InputDeclaration> declared = inputsOf(module);
  auto function = module.lookupSymbol<func::FuncOp>("main");
  // Data have the model's integers, whatever those of the network have become.
  for (BlockArgument argument : function.getArguments())
    if (isUnsignedInModel(argument))
      declared[argument.getArgNumber()].type.element = unsignedOf(declared[argument.getArgNumber()].type.element);
  auto inputs = withMakers(withoutStates(std::move(declared), states), request.preprocess);
  if (!inputs)
    return inputs.error();
  auto data = Dataset::open(request.path, std::move(*inputs), request.samples.value_or(Dataset::all));
  if (!data)
    return data;
  if (Status free = checkStates(request.states, **data, request.path); !free)
    return free.error();
  return data;
}

namespace {

/// Unsigned integers as the module takes them, where it holds signed ones in their place.
class SignedSamples : public SampleSource {
public:
  SignedSamples(std::unique_ptr<SampleSource> source, ModuleOp module) : source(std::move(source)) {
    for (BlockArgument argument : module.lookupSymbol<func::FuncOp>("main").getArguments())
      areUnsigned.push_back(isUnsignedInModel(argument));
  }

  int64_t sampleCount() const final { return source->sampleCount(); }
  Result<std::optional<Sample>> next() final {
    Result<std::optional<Sample>> sample = source->next();
    if (sample && *sample)
      for (size_t i = 0; i < (*sample)->inputs.size(); ++i)
        if (areUnsigned[i])
          (*sample)->inputs[i] = shiftedByHalf((*sample)->inputs[i]);
    return sample;
  }

private:
  std::unique_ptr<SampleSource> source;
  std::vector<bool> areUnsigned;
};

/// The same samples with the states that the module's own results are.
Result<std::unique_ptr<SampleSource>> withStates(ModuleOp module, std::unique_ptr<SampleSource> source,
                                                 const std::vector<State> &states) {
  if (states.empty())
    return source;
  FailureOr<Evaluator> created = Evaluator::create(module);
  if (failed(created))
    return Error{"cannot be run step by step for --state"};
  auto evaluator = std::make_shared<const Evaluator>(std::move(*created));
  auto run = [evaluator](const Sample &sample) -> Result<std::vector<Tensor>> {
    std::optional<std::string> problem;
    std::vector<Tensor> outputs = evaluator->run(sample.inputs, {}, Evaluator::ElementOrder::rowMajor, &problem);
    return problem ? Result<std::vector<Tensor>>(Error{*problem}) : std::move(outputs);
  };
  return std::unique_ptr<SampleSource>(
      std::make_unique<SamplesWithStates>(std::move(source), StateFeed(states, inputsOf(module)), run));
}

constexpr int64_t randomSampleCount = 32;

} // namespace

Result<OpenedSamples> tare::openSamples(ModuleOp module, const CalibrationRequest &request, const DrawnInputs &drawn) {
  auto states = findStates(request.states, inputsOf(module), outputsOf(module));
  if (!states)
    return states.error();
  OpenedSamples opened;
  if (request.random) {
    opened.source = calibration::randomSamples(withoutStates(inputsOf(module), *states),
                                               request.samples.value_or(randomSampleCount), rangesOf(drawn));
  } else {
    auto data = openData(module, request, *states);
    if (!data)
      return data.error();
    opened.data = data->get();
    // Before states are added, which no data have.
    auto noted = std::make_unique<HashedSamples>(std::move(*data));
    opened.hashed = noted.get();
    opened.source = std::make_unique<SignedSamples>(std::move(noted), module);
  }
  auto completed = withStates(module, std::move(opened.source), *states);
  if (!completed)
    return completed.error();
  opened.source = std::move(*completed);
  return opened;
}
