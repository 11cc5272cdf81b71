//===- SessionTest.cpp - Sessions against the reference kernels -----------===//
#include "RandomNetwork.h"

#include "tare/Program/Reader.h"
#include "tare/Runtime/Context.h"
#include "tare/Runtime/Trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

using namespace tare;
using namespace tare::runtime;
using namespace tare::test;

namespace {

using Value = std::vector<std::byte>;
using Values = std::vector<Value>;

std::shared_ptr<const program::Model> load(NetworkBuilder builder) {
  auto bytes = std::make_shared<Value>(builder.bytes());
  auto model = program::readMemory(*bytes, bytes, "network.tare");
  EXPECT_TRUE(model) << model.error().message;
  return *model;
}

std::shared_ptr<const Session> makeSession(std::shared_ptr<const program::Model> model, SessionOptions options = {}) {
  auto session = Session::create(model, options);
  EXPECT_TRUE(session) << session.error().message;
  return *session;
}

std::unique_ptr<Context> makeContext(const Session &session, Form form) {
  auto context = session.makeContext(form);
  EXPECT_TRUE(context) << context.error().message;
  return std::move(*context);
}

Values randomInputs(const Session &session, Form form, uint32_t seed) {
  std::mt19937 rng(seed);
  Values values;
  for (size_t i = 0; i != session.inputCount(); ++i)
    values.push_back(randomValue(session.describeInput(i, form).type, rng));
  return values;
}

Values run(Context &context, const Values &inputs, const RunOptions &options = {}) {
  const Session &session = context.session();
  Values outputs;
  for (size_t i = 0; i != context.outputCount(); ++i)
    outputs.emplace_back(session.describeOutput(i, context.outputForm()).type.bytes());
  std::vector<const void *> from;
  std::vector<void *> to;
  for (const Value &input : inputs)
    from.push_back(input.data());
  for (Value &output : outputs)
    to.push_back(output.data());
  EXPECT_TRUE(context.run(from, to, options));
  return outputs;
}

Value copyOf(const ConstTensorView &view) {
  auto *data = static_cast<const std::byte *>(view.data);
  return Value(data, data + view.type.bytes());
}

std::string nameOf(const program::LayerT &layer) {
  return layer.name + " (" + std::string(kernels::lookup(layer.op.type)->name) + ")";
}

/// An NHWC value as NCHW.
Value channelsFirst(const Value &value, const TensorType &type) {
  Value moved(value.size());
  size_t bytes = sizeOf(type.element), pixels = type.shape[1] * type.shape[2], channels = type.shape[3];
  for (size_t c = 0; c != channels; ++c)
    for (size_t i = 0; i != pixels; ++i)
      std::memcpy(&moved[(c * pixels + i) * bytes], &value[(i * channels + c) * bytes], bytes);
  return moved;
}

/// Whether the layer before has run once more than this one; a loop begins again and again.
bool comesNext(const program::ProgramT &program, const std::vector<int64_t> &runs, size_t layer) {
  return layer == 0 || program.layers[layer]->op.type == program::Op::LoopBegin || runs[layer - 1] > runs[layer];
}

class RandomPrograms : public testing::TestWithParam<uint32_t> {};

TEST_P(RandomPrograms, EqualReferenceKernelsLayerByLayer) {
  auto model = load(randomNetwork(GetParam(), 12, GetParam() % 2 == 1));
  const program::ProgramT &program = model->program();
  for (bool forceReference : {false, true}) {
    auto session = makeSession(model, {forceReference});
    auto context = makeContext(*session, Form::program);
    for (uint32_t sample = 0; sample != 3; ++sample) {
      Values inputs = randomInputs(*session, Form::program, sample);
      Values expected = runReference(*model, inputs);
      // Layers of a loop run at each of its steps; the last one's results are left.
      std::vector<int64_t> observed(program.layers.size());
      RunOptions options;
      options.observe = [&](size_t layer, const ConstTensorView &result) {
        EXPECT_TRUE(comesNext(program, observed, layer));
        if (++observed[layer] == session->shownRunsOf(layer))
          EXPECT_TRUE(copyOf(result) == expected[program.layers[layer]->result])
              << nameOf(*program.layers[layer]) << (forceReference ? ", reference" : ", fast");
      };
      Values outputs = run(*context, inputs, options);
      for (size_t i = 0; i != observed.size(); ++i)
        EXPECT_EQ(observed[i], session->shownRunsOf(i));
      for (size_t i = 0; i != outputs.size(); ++i)
        EXPECT_TRUE(outputs[i] == expected[program.outputs[i]->tensor]);
    }
  }
}

/// A trace shows each layer what it read, even where a context has other tensors in that memory by then.
TEST_P(RandomPrograms, TracesKeepOperands) {
  auto model = load(randomNetwork(GetParam(), 12, GetParam() % 2 == 1));
  const program::ProgramT &program = model->program();
  auto session = makeSession(model);
  auto trace = Trace::create(session);
  ASSERT_TRUE(trace);
  Values inputs = randomInputs(*session, Form::program, 7);
  Values expected = runReference(*model, inputs);
  std::vector<Tensor> tensors;
  for (size_t i = 0; i != inputs.size(); ++i) {
    tensors.emplace_back(session->describeInput(i, Form::program).type);
    std::memcpy(tensors.back().mutableAs<std::byte>(), inputs[i].data(), inputs[i].size());
  }
  std::vector<Tensor> entered = trace->enter(tensors);
  std::vector<int64_t> visited(program.layers.size());
  std::vector<Tensor> outputs = *trace->run(entered, [&](const Trace::Step &step) {
    const program::LayerT &layer = *program.layers[step.layer];
    EXPECT_TRUE(comesNext(program, visited, step.layer));
    const bool isEnd = layer.op.type == program::Op::LoopEnd;
    EXPECT_EQ(step.run, isEnd ? 0 : visited[step.layer]);
    if (++visited[step.layer] != session->shownRunsOf(step.layer))
      return;
    for (size_t i = 0; i != step.operands.size(); ++i)
      if (!program.tensors[layer.operands[i]]->constant)
        EXPECT_TRUE(copyOf(step.operands[i]) == expected[layer.operands[i]]) << nameOf(layer);
    EXPECT_TRUE(copyOf(step.result) == expected[layer.result]) << nameOf(layer);
    if (!isEnd && layer.op.type != program::Op::LoopBegin)
      EXPECT_TRUE(copyOf((*trace->runLayer(step.layer, step.operands))[0].view()) == expected[layer.result]);
  });
  for (size_t i = 0; i != visited.size(); ++i)
    EXPECT_EQ(visited[i], session->shownRunsOf(i));
  for (size_t i = 0; i != outputs.size(); ++i)
    EXPECT_TRUE(copyOf(outputs[i].view()) == expected[program.outputs[i]->tensor]);
}

/// Raw inputs take the quantize layers' place, at the layer's own time: before
/// it, the memory may be another tensor's.
TEST_P(RandomPrograms, RawFormGivesTheIntegersBehindTheBoundary) {
  auto model = load(randomNetwork(GetParam(), 12, GetParam() % 2 == 1));
  const program::ProgramT &program = model->program();
  auto session = makeSession(model);
  Values inputs = randomInputs(*session, Form::program, 1);
  Values tensors = runReference(*model, inputs);
  auto uses = program::analyzeDataflow(program);
  ASSERT_TRUE(uses);

  Values rawInputs;
  for (const auto &port : program.inputs) {
    auto boundary = program::inputBoundary(program, *uses, *port);
    const Value &value = tensors[boundary.tensor];
    bool isTransposed = !boundary.movements.empty();
    rawInputs.push_back(isTransposed ? channelsFirst(value, model->type(boundary.tensor)) : value);
  }
  auto context = makeContext(*session, Form::raw);
  for (size_t i = 0; i != inputs.size(); ++i)
    EXPECT_EQ(session->describeInput(i, Form::raw).type.bytes(), rawInputs[i].size());
  Values outputs = run(*context, rawInputs);
  const program::PortT &port = *program.outputs[0];
  auto *real = reinterpret_cast<const float *>(tensors[port.tensor].data());
  TensorType type = session->describeOutput(0, Form::raw).type;
  ASSERT_EQ(type.shape, model->type(port.tensor).shape);
  for (int64_t i = 0; i != type.count(); ++i) {
    int64_t integer = type.element == ElementType::i8 ? reinterpret_cast<const int8_t *>(outputs[0].data())[i]
                                                      : reinterpret_cast<const int16_t *>(outputs[0].data())[i];
    EXPECT_EQ(real[i], float((integer - port.zero_point) * port.scales[0]));
  }
  EXPECT_TRUE(outputs[1] == tensors[program.outputs[1]->tensor]);
}

/// What is aligned is read and written in place, anything else is copied; also where an output lies over an input.
TEST_P(RandomPrograms, ValuesNeedNoAlignment) {
  auto session = makeSession(load(randomNetwork(GetParam(), 12, GetParam() % 2 == 1)));
  for (Form form : {Form::program, Form::model, Form::raw}) {
    auto context = makeContext(*session, form);
    Values inputs = randomInputs(*session, form, 2), expected = run(*context, inputs), shifted(expected.size());
    std::vector<const void *> from;
    std::vector<void *> to;
    for (Value &input : inputs) {
      input.insert(input.begin(), std::byte());
      from.push_back(input.data() + 1);
    }
    for (size_t i = 0; i != expected.size(); ++i) {
      shifted[i].resize(expected[i].size() + 1);
      to.push_back(shifted[i].data() + 1);
    }
    EXPECT_TRUE(context->run(from, to));
    for (size_t i = 0; i != expected.size(); ++i)
      EXPECT_TRUE(Value(shifted[i].begin() + 1, shifted[i].end()) == expected[i]) << "output " << i;
    Value shared(inputs[0].begin() + 1, inputs[0].end());
    shared.resize(std::max(shared.size(), expected[0].size()));
    from[0] = to[0] = shared.data();
    EXPECT_TRUE(context->run(from, to));
    EXPECT_TRUE(Value(shared.begin(), shared.begin() + expected[0].size()) == expected[0]) << "output over input";
  }
}

INSTANTIATE_TEST_SUITE_P(Session, RandomPrograms, testing::Range(0u, 150u));

TEST(Session, ContextsRunInThreads) {
  auto session = makeSession(load(randomNetwork(5, 30)));
  Values expected[8];
  auto context = makeContext(*session, Form::program);
  for (uint32_t i = 0; i != 8; ++i)
    expected[i] = run(*context, randomInputs(*session, Form::program, i));
  std::vector<std::thread> threads;
  std::vector<int> wrong(4);
  for (size_t t = 0; t != wrong.size(); ++t)
    threads.emplace_back([&, t] {
      auto own = makeContext(*session, Form::program);
      for (uint32_t i = 0; i != 40; ++i)
        wrong[t] += run(*own, randomInputs(*session, Form::program, i % 8)) != expected[i % 8];
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(Session, TimesLayers) {
  auto session = makeSession(load(smallNetwork()));
  auto context = makeContext(*session, Form::program);
  std::vector<uint64_t> times(session->program().layers.size());
  RunOptions options;
  options.nanoseconds = times;
  run(*context, randomInputs(*session, Form::program, 0), options);
  EXPECT_GT(times[2], 0u) << "the convolution takes time";
}

/// The small network without what --strip-io leaves to the host.
NetworkBuilder strippedNetwork() {
  NetworkBuilder whole = smallNetwork();
  NetworkBuilder builder;
  uint32_t q = builder.input("image", {ElementType::i8, {1, 6, 6, 2}}, "NHWC");
  program::PortT &input = *builder.program.inputs[0];
  input.zero_point = 3;
  input.host_steps.push_back(hostStep(transpose({0, 2, 3, 1})));
  input.host_steps.push_back(hostStep(quantize(0.5f, 3)));
  std::map<uint32_t, uint32_t> renamed{{2, q}};
  for (size_t i = 2; i != whole.program.layers.size() - 1; ++i) {
    const program::LayerT &layer = *whole.program.layers[i];
    std::vector<uint32_t> operands;
    for (uint32_t operand : layer.operands) {
      const program::TensorT &tensor = *whole.program.tensors[operand];
      if (tensor.constant && tensor.type == ElementType::i8) {
        auto *data = reinterpret_cast<const int8_t *>(whole.constants()[operand].data());
        renamed[operand] =
            builder.constant(tensor.name, tensor.shape, std::vector<int8_t>(data, data + elementCount(tensor.shape)));
      } else if (tensor.constant) {
        auto *data = reinterpret_cast<const int32_t *>(whole.constants()[operand].data());
        renamed[operand] =
            builder.constant(tensor.name, tensor.shape, std::vector<int32_t>(data, data + elementCount(tensor.shape)));
      }
      operands.push_back(renamed.at(operand));
    }
    renamed[layer.result] = builder.layer(layer.name, layer.op, operands);
  }
  builder.output("logits", renamed.at(10), "NC");
  program::PortT &output = *builder.program.outputs[0];
  output.scales = {0.25, 0.5, 0.125};
  output.axis = 1;
  output.host_steps.push_back(hostStep(dequantize({0.25, 0.5, 0.125}, 1, 0)));
  output.host_steps.push_back(hostStep(transpose({1, 0})));
  return builder;
}

TEST(Session, HostStepsDoWhatTheProgramWouldDo) {
  auto whole = makeSession(load(smallNetwork()));
  auto stripped = makeSession(load(strippedNetwork()));
  Values inputs = randomInputs(*whole, Form::model, 3);
  Values real = run(*makeContext(*whole, Form::model), inputs);
  // [1, 3] and [3, 1] are the same bytes.
  EXPECT_EQ(run(*makeContext(*stripped, Form::model), inputs), real);
  // Without a boundary layer the raw form is the program's own.
  Values integers = randomInputs(*stripped, Form::raw, 4);
  EXPECT_EQ(run(*makeContext(*stripped, Form::raw), integers), run(*makeContext(*stripped, Form::program), integers));
}

TEST(Session, InputsAndOutputsHaveFormsOfTheirOwn) {
  auto whole = makeSession(load(smallNetwork()));
  Values inputs = randomInputs(*whole, Form::model, 3);
  auto context = whole->makeContext(std::vector<Form>(whole->inputCount(), Form::model), Form::raw);
  ASSERT_TRUE(context);
  EXPECT_EQ((*context)->inputForm(0), Form::model);
  EXPECT_EQ((*context)->outputForm(), Form::raw);
  Values integers = run(**context, inputs);
  ASSERT_EQ(integers.size(), 1u);
  EXPECT_EQ(integers[0].size(), whole->describeOutput(0, Form::raw).type.bytes());
}

TEST(Session, DescribesEachForm) {
  auto whole = makeSession(load(smallNetwork()));
  auto stripped = makeSession(load(strippedNetwork()));
  auto input = whole->describeInput(0, Form::raw);
  EXPECT_EQ(toString(input.type), "int8 1x2x6x6");
  EXPECT_EQ(input.layout, "NCHW");
  EXPECT_EQ(input.zeroPoint, 3);
  EXPECT_EQ(toString(whole->describeInput(0, Form::program).type), "float32 1x2x6x6");
  EXPECT_EQ(toString(whole->describeOutput(0, Form::raw).type), "int32 1x3");
  EXPECT_EQ(whole->describeOutput(0, Form::raw).axis, 1);

  EXPECT_EQ(toString(stripped->describeInput(0, Form::program).type), "int8 1x6x6x2");
  auto given = stripped->describeInput(0, Form::model);
  EXPECT_EQ(toString(given.type), "float32 1x2x6x6");
  EXPECT_EQ(given.layout, "NCHW");
  auto result = stripped->describeOutput(0, Form::model);
  EXPECT_EQ(toString(result.type), "float32 3x1");
  EXPECT_EQ(result.layout, "CN");
  EXPECT_EQ(result.axis, 0);
}

TEST(Session, HostJoinsOutputs) {
  auto session = makeSession(load(joinedNetwork()));
  EXPECT_EQ(session->outputCount(), 3u);
  EXPECT_EQ(session->outputCount(Form::raw), 3u);
  ASSERT_EQ(session->outputCount(Form::model), 2u);
  const int8_t x[] = {1, 2, 3, 4, 5, 6};
  const void *input = x;
  int8_t a[6], b[4], c[6];
  void *parts[] = {a, b, c};
  EXPECT_TRUE(makeContext(*session, Form::program)->run({&input, 1}, parts));
  EXPECT_THAT(a, testing::ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(b, testing::ElementsAre(2, 5, 3, 6));
  float y[10], whole[6];
  void *outputs[] = {y, whole};
  EXPECT_TRUE(makeContext(*session, Form::model)->run({&input, 1}, outputs));
  EXPECT_THAT(y, testing::ElementsAre(0.5f, 1.f, 1.5f, 0.5f, 0.75f, 2.f, 2.5f, 3.f, 1.25f, 1.5f));
  EXPECT_THAT(whole, testing::ElementsAre(2, 8, 4, 10, 6, 12));
}

TEST(Session, DescribesWhatIsJoined) {
  auto session = makeSession(load(joinedNetwork()));
  auto joined = session->describeOutput(0, Form::model);
  EXPECT_EQ(joined.name, "y");
  EXPECT_EQ(toString(joined.type), "float32 2x5");
  EXPECT_TRUE(joined.scales.empty());
  auto alone = session->describeOutput(1, Form::model);
  EXPECT_EQ(alone.name, "c");
  EXPECT_EQ(alone.scales, std::vector<double>{2});
  EXPECT_EQ(session->describeOutput(1, Form::program).name, "b");
}

TEST(Session, RefusesMoreMemoryThanThereIs) {
  NetworkBuilder builder = smallNetwork();
  program::ProgramT program = builder.finish();
  program.arena_bytes = uint64_t(1) << 40;
  auto bytes = program::serialize(program, builder.constants());
  ASSERT_TRUE(bytes) << bytes.error().message;
  auto model = program::readMemory(*bytes, nullptr, "large.tare");
  ASSERT_TRUE(model) << model.error().message;
  auto context = makeSession(*model)->makeContext();
  ASSERT_FALSE(context);
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "large.tare: running takes 10995116", context.error().message);
}

/// (A54) A model's unsigned integers enter and leave as they are; the program's tensors are signed.
TEST(Sessions, UnsignedPorts) {
  NetworkBuilder network;
  uint32_t x = network.input("x", {ElementType::i8, {1, 2, 3}}, "NCW");
  uint32_t y = network.layer("swap", transpose({0, 2, 1}), {x});
  network.output("y", y);
  network.output("x", x);
  network.output("k", network.constant<int8_t>("k", {3}, {-128, 0, 127}));
  network.program.inputs[0]->is_unsigned = true;
  network.program.inputs[0]->scales = {0.5};
  network.program.inputs[0]->zero_point = -28;
  network.program.inputs[0]->host_steps.push_back(hostStep(transpose({0, 2, 1})));
  for (auto &output : network.program.outputs)
    output->is_unsigned = true;
  network.program.outputs[0]->host_steps.push_back(hostStep(transpose({0, 2, 1})));
  auto session = makeSession(load(std::move(network)));
  for (Form form : {Form::program, Form::model, Form::raw}) {
    PortDescription input = session->describeInput(0, form);
    EXPECT_EQ(input.type.element, ElementType::u8);
    EXPECT_EQ(input.zeroPoint, 100);
    EXPECT_EQ(session->describeOutput(2, form).type, (TensorType{ElementType::u8, {3}}));
    EXPECT_EQ(session->describeOutput(2, form).zeroPoint, 128);
  }
  auto bytes = [](std::vector<uint8_t> values) {
    return Value(reinterpret_cast<std::byte *>(values.data()),
                 reinterpret_cast<std::byte *>(values.data()) + values.size());
  };
  auto context = makeContext(*session, Form::model);
  Values outputs = run(*context, {bytes({0, 1, 127, 128, 200, 255})});
  EXPECT_TRUE(outputs[0] == bytes({0, 127, 200, 1, 128, 255}));
  EXPECT_TRUE(outputs[1] == bytes({0, 127, 200, 1, 128, 255}));
  EXPECT_TRUE(outputs[2] == bytes({0, 128, 255}));
}

/// A dequantize that is the program's first layer, and its last: raw is what it reads.
TEST(Session, RawFormOfAProgramOfOneLayer) {
  NetworkBuilder builder;
  uint32_t x = builder.input("x", {ElementType::i8, {1, 3}});
  builder.program.inputs[0]->scales = {0.5};
  builder.output("y", builder.layer("back", dequantize({0.5}, 0, 3), {x}));
  builder.program.outputs[0]->scales = {0.5};
  builder.program.outputs[0]->zero_point = 3;
  auto session = makeSession(load(std::move(builder)));
  EXPECT_EQ(session->describeOutput(0, Form::model).type.element, ElementType::f32);
  EXPECT_EQ(session->describeOutput(0, Form::raw).type.element, ElementType::i8);
  Values integers = {Value{std::byte(5), std::byte(0), std::byte(0xFF)}};
  EXPECT_EQ(run(*makeContext(*session, Form::raw), integers), integers);
}

} // namespace
