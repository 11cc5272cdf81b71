//===- Case.cpp - A test case as ONNX publishes them ----------------------===//
#include "Case.h"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <sstream>

using namespace tare::conformance;
namespace fs = std::filesystem;

namespace {

template <typename Message> bool parse(const fs::path &path, Message &message) {
  std::ifstream file(path, std::ios::binary);
  return file && message.ParseFromIstream(&file);
}

bool readTensors(const fs::path &folder, const std::string &kind, int count, std::vector<proto::TensorProto> &tensors) {
  for (int i = 0; i < count; ++i) {
    tensors.emplace_back();
    fs::path path = folder / fmt::format("{}_{}.pb", kind, i);
    if (!parse(path, tensors.back()))
      return false;
  }
  return true;
}

std::optional<std::string> readText(const fs::path &path) {
  std::ifstream file(path);
  if (!file)
    return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Older cases store bfloat16 as uint16 (the upper half of a float32, which is not rounded), and name opsets below 7
/// whose operators have not changed since.
void repair(Case &test) {
  auto retype = [&](std::vector<proto::TensorProto> &tensors, const auto &ports) {
    for (size_t i = 0; i < tensors.size(); ++i)
      if (ports[i].type().tensor_type().elem_type() == proto::TensorProto::BFLOAT16 &&
          tensors[i].data_type() != proto::TensorProto::BFLOAT16) {
        tensors[i].set_data_type(proto::TensorProto::BFLOAT16);
        test.isTruncated = true;
      }
  };
  retype(test.inputs, test.model.graph().input());
  retype(test.outputs, test.model.graph().output());
  for (proto::OperatorSetIdProto &opset : *test.model.mutable_opset_import())
    if (opset.domain().empty())
      opset.set_version(std::max<int64_t>(opset.version(), 7));
}

} // namespace

std::optional<Case> tare::conformance::readCase(const fs::path &folder) {
  Case test{folder, {}, {}, {}, readText(folder / "refusal.txt"), fs::exists(folder / "inputs_only")};
  fs::path data = folder / "test_data_set_0";
  if (!parse(folder / "model.onnx", test.model))
    return std::nullopt;
  if (test.refusal)
    return test;
  if (!readTensors(data, "input", test.model.graph().input_size(), test.inputs) ||
      !readTensors(data, "output", test.model.graph().output_size(), test.outputs))
    return std::nullopt;
  repair(test);
  return test;
}

proto::ModelProto tare::conformance::bindConstants(const Case &test, int first) {
  proto::ModelProto model = test.model;
  proto::GraphProto &graph = *model.mutable_graph();
  for (int i = first; i < graph.input_size(); ++i) {
    proto::TensorProto &constant = *graph.add_initializer();
    constant = test.inputs[i];
    constant.set_name(graph.input(i).name());
  }
  graph.mutable_input()->DeleteSubrange(first, graph.input_size() - first);
  return model;
}

std::string tare::conformance::operatorOf(const proto::ModelProto &model) {
  std::map<std::string, int> counts;
  for (const proto::NodeProto &node : model.graph().node())
    ++counts[node.op_type()];
  auto most = std::max_element(counts.begin(), counts.end(), [](auto &a, auto &b) { return a.second < b.second; });
  return most == counts.end() ? "none" : most->first;
}
