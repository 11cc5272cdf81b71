//===- GoldenInputs.cpp - Inputs of golden vectors ------------------------===//
#include "Driver/Verify/GoldenInputs.h"

#include "Driver/Execute/SampleMakers.h"
#include "tare/Calibration/Calibrate.h"
#include "tare/Kernels/Registry.h"
#include "tare/Tensor/OffsetBinary.h"

using namespace tare;
using runtime::Form;

namespace {

/// The real numbers that integers on a port's grid stand for.
Tensor realOf(const Tensor &integers, const runtime::PortDescription &port) {
  program::DequantizeT dequantize;
  dequantize.scales = port.scales;
  dequantize.axis = port.axis;
  dequantize.zero_point = port.zeroPoint;
  program::OpUnion op;
  op.Set(std::move(dequantize));
  ConstTensorView operand = integers.view();
  Tensor real(ElementType::f32, integers.shape());
  kernels::lookup(op.type)->reference(op, {&operand, 1}, real.mutableView());
  return real;
}

} // namespace

std::vector<InputDeclaration> tare::declarations(const runtime::Session &session, Form form) {
  std::vector<InputDeclaration> inputs;
  for (size_t i = 0; i != session.inputCount(); ++i) {
    runtime::PortDescription port = session.describeInput(i, form);
    inputs.push_back({port.name, port.type, std::nullopt, session.program().inputs[i]->layout});
  }
  return inputs;
}

Result<std::unique_ptr<Dataset>> tare::openReal(const std::string &path, const std::string &preprocess,
                                                const runtime::Session &session, int64_t samples) {
  Result<Preprocess> said = readPreprocess(preprocess);
  if (!said)
    return said.error();
  auto inputs = withMakers(declarations(session, Form::model), *said);
  return inputs ? Dataset::open(path, std::move(*inputs), samples) : inputs.error();
}

Result<GoldenInputs> GoldenInputs::fromData(const std::string &path, const std::string &preprocess,
                                            const runtime::Session &session, int64_t samples) {
  auto data = openReal(path, preprocess, session, samples);
  if (!data)
    return data.error();
  GoldenInputs inputs;
  inputs.opened = data->get();
  inputs.samples = std::move(*data);
  return inputs;
}

GoldenInputs GoldenInputs::random(const runtime::Session &session, int64_t samples) {
  GoldenInputs inputs;
  inputs.drawn = drawnInputs(session.model());
  inputs.samples = calibration::randomSamples(declarations(session, Form::raw), samples, rangesOf(inputs.drawn));
  inputs.areIntegers = true;
  return inputs;
}

std::vector<Tensor> GoldenInputs::enter(const Sample &sample, const runtime::Trace &trace) const {
  if (!areIntegers)
    return trace.enter(sample.inputs);
  std::vector<Tensor> tensors = sample.inputs;
  for (size_t i = 0; i != tensors.size(); ++i) {
    runtime::PortDescription port = trace.session().describeInput(i, Form::program);
    if (port.type.element != tensors[i].element())
      tensors[i] = realOf(tensors[i], port);
    else if (trace.session().program().inputs[i]->is_unsigned)
      tensors[i] = shiftedByHalf(tensors[i]);
  }
  return tensors;
}
