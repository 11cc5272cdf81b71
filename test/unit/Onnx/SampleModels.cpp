//===- SampleModels.cpp - Models that use most operators ------------------===//
#include "ModelBuilder.h"

using namespace tare::onnx;
using namespace tare::onnx::test;

namespace {

ModelBuilder convolutions() {
  ModelBuilder model;
  model.input("x", {1, 4, 8, 8}).output("y").output("z");
  model.weight("w", {4, 2, 3, 3}).weight("b", {4}).weight("d", {4, 2, 2, 2}).weight("s", {4});
  model.node("Conv", {"x", "w", "b"}, {"c"})
      .attribute("group", int64_t(2))
      .attribute("strides", std::vector<int64_t>{2, 1})
      .attribute("dilations", std::vector<int64_t>{1, 2})
      .attribute("auto_pad", "SAME_UPPER");
  model.node("BatchNormalization", {"c", "s", "b", "b", "s"}, {"n"}).attribute("epsilon", 1e-3f);
  model.node("Relu", {"n"}, {"r"});
  model.node("ConvTranspose", {"r", "d"}, {"y"})
      .attribute("group", int64_t(2))
      .attribute("strides", std::vector<int64_t>{2, 2})
      .attribute("output_shape", std::vector<int64_t>{9, 17});
  model.node("MaxPool", {"r"}, {"z"})
      .attribute("kernel_shape", std::vector<int64_t>{3, 3})
      .attribute("pads", std::vector<int64_t>{1, 1, 1, 1})
      .attribute("ceil_mode", int64_t(1));
  return model;
}

ModelBuilder products() {
  ModelBuilder model;
  model.input("x", {3, 4}).input("v", {4}).output("y").output("z");
  model.weight("w", {4, 5}).weight("c", {3, 5});
  model.node("Gemm", {"x", "w", "c"}, {"g"}).attribute("alpha", 0.5f).attribute("beta", 2.0f);
  model.node("Softmax", {"g"}, {"y"}).attribute("axis", int64_t(-1));
  model.node("Transpose", {"x"}, {"t"}).attribute("perm", std::vector<int64_t>{1, 0});
  model.node("MatMul", {"v", "t"}, {"m"});
  model.node("Clip", {"m", "", "six"}, {"k"});
  model.weight("six", {}, {6});
  model.node("Split", {"k"}, {"p", "q", "z"});
  return model;
}

ModelBuilder movement() {
  ModelBuilder model;
  model.input("x", {1, 2, 4, 4}).output("y");
  model.node("Shape", {"x"}, {"shape"});
  model.integers("zero", {1}, {0}).integers("rest", {1}, {-1}).integers("two", {1}, {2});
  model.node("Gather", {"shape", "zero"}, {"batch"}).attribute("axis", int64_t(0));
  model.node("Mul", {"batch", "two"}, {"rows"});
  model.node("Concat", {"rows", "rest"}, {"target"}).attribute("axis", int64_t(0));
  model.integers("starts", {2}, {-1, 0}).integers("ends", {2}, {-100, 3});
  model.integers("axes", {2}, {2, 3}).integers("steps", {2}, {-1, 2});
  model.node("Slice", {"x", "starts", "ends", "axes", "steps"}, {"s"});
  model.integers("pads", {8}, {0, 0, 1, -1, 0, 0, 2, 0});
  model.node("Pad", {"s", "pads"}, {"p"}).attribute("mode", "edge");
  model.weight("scales", {4}, {1, 1, 2, 1.5f});
  model.node("Resize", {"p", "", "scales"}, {"z"}).attribute("mode", "linear");
  model.node("Reshape", {"z", "target"}, {"y"});
  return model;
}

ModelBuilder quantized() {
  ModelBuilder model;
  model.input("x", {1, 2, 3, 3}, proto::TensorProto::UINT8).output("y");
  model.weight("sx", {}, {0.5f}).integers("zx", {}, {128}, proto::TensorProto::UINT8);
  model.weight("sw", {3}, {0.1f, 0.2f, 0.3f}).integers("zw", {3}, {0, 0, 0}, proto::TensorProto::INT8);
  model.integers("w", {3, 2, 1, 1}, {1, 2, 3, 4, 5, 6}, proto::TensorProto::INT8);
  model.node("DequantizeLinear", {"x", "sx", "zx"}, {"xd"});
  model.node("DequantizeLinear", {"w", "sw", "zw"}, {"wd"}).attribute("axis", int64_t(0));
  model.node("Conv", {"xd", "wd"}, {"c"});
  model.node("QuantizeLinear", {"c", "sx", "zx"}, {"q"});
  model.node("Flatten", {"q"}, {"f"});
  model.node("DequantizeLinear", {"f", "sx", "zx"}, {"y"});
  return model;
}

ModelBuilder dynamic() {
  ModelBuilder model;
  model.input("x", {1, 2, 3, 3}).output("y").weight("sw", {}, {0.5f}).weight("sm", {2}, {0.5f, 0.25f});
  model.integers("w", {3, 2, 1, 1}, {1, 2, 3, 4, 5, 6}, proto::TensorProto::UINT8);
  model.integers("zw", {}, {3}, proto::TensorProto::UINT8)
      .integers("m", {3, 2}, {1, -2, 3, -4, 5, -6}, proto::TensorProto::INT8);
  model.node("DynamicQuantizeLinear", {"x"}, {"xq", "xs", "xz"});
  model.node("ConvInteger", {"xq", "w", "xz", "zw"}, {"c"});
  model.node("Cast", {"c"}, {"cf"}).attribute("to", int64_t(proto::TensorProto::FLOAT));
  model.node("Mul", {"xs", "sw"}, {"cs"});
  model.node("Mul", {"cf", "cs"}, {"p"});
  model.node("DynamicQuantizeLinear", {"p"}, {"pq", "ps", "pz"});
  model.node("MatMulInteger", {"pq", "m", "pz"}, {"i"});
  model.node("Cast", {"i"}, {"if"}).attribute("to", int64_t(proto::TensorProto::FLOAT));
  model.node("Mul", {"sm", "ps"}, {"is"});
  model.node("Mul", {"is", "if"}, {"r"});
  model.node("MatMulInteger", {"xq", "xq", "xz", "xz"}, {"q"});
  model.node("Cast", {"q"}, {"qf"}).attribute("to", int64_t(proto::TensorProto::FLOAT));
  model.node("Mul", {"xs", "xs"}, {"qs"});
  model.node("Mul", {"qf", "qs"}, {"s"});
  model.node("ReduceMean", {"s"}, {"t"}).attribute("axes", std::vector<int64_t>{1, 2, 3});
  model.node("Add", {"r", "t"}, {"y"});
  return model;
}

ModelBuilder functions() {
  ModelBuilder model(11);
  model.input("x", {1, 2, 3}).output("y");
  model.weight("slope", {2, 1}, {0.1f, 0.2f}).weight("half", {1}, {0.5f});
  model.node("PRelu", {"x", "slope"}, {"a"});
  model.node("LeakyRelu", {"a"}, {"b"}).attribute("alpha", 0.2f);
  model.node("HardSigmoid", {"b"}, {"c"}).attribute("alpha", 0.3f);
  model.node("Tanh", {"c"}, {"d"});
  model.node("Sub", {"d", "half"}, {"e"});
  model.node("Softmax", {"e"}, {"f"}).attribute("axis", int64_t(1));
  model.node("ReduceMean", {"f"}, {"g"}).attribute("axes", std::vector<int64_t>{-1});
  model.node("Squeeze", {"g"}, {"h"}).attribute("axes", std::vector<int64_t>{2});
  model.node("Unsqueeze", {"h"}, {"i"}).attribute("axes", std::vector<int64_t>{0});
  model.node("Dropout", {"i"}, {"j"});
  model.node("Identity", {"j"}, {"k"});
  model.node("Concat", {"k", "k"}, {"y"}).attribute("axis", int64_t(-1));
  return model;
}

} // namespace

std::vector<ModelBuilder> tare::onnx::test::sampleModels() {
  return {convolutions(), products(), movement(), quantized(), dynamic(), functions()};
}
