//===- FuzzTest.cpp - Damaged and hostile models --------------------------===//
//
// Whatever a file holds, importing it ends with a valid module or with exactly
// one error. Run under the sanitizers this also finds undefined behaviour.
//
//===----------------------------------------------------------------------===//
#include "ModelBuilder.h"

#include <cstdlib>
#include <gmock/gmock.h>
#include <limits>
#include <random>

using namespace tare::onnx;
using namespace tare::onnx::test;

namespace {

void expectOneOutcome(const Imported &imported, const std::string &what) {
  EXPECT_EQ(imported.errors.size(), imported.ir.empty() ? 1u : 0u)
      << what << ": " << testing::PrintToString(imported.errors);
}

/// How many models each test makes; TARE_FUZZ_RUNS asks for more than the everyday number.
unsigned runs() {
  const char *wanted = std::getenv("TARE_FUZZ_RUNS");
  return wanted ? std::stoul(wanted) : 3000;
}

class Mutator {
public:
  explicit Mutator(unsigned seed) : random(seed) {}

  size_t below(size_t count) { return count ? random() % count : 0; }

  /// Integers where arithmetic goes wrong, and small ones.
  int64_t integer() {
    static const int64_t values[] = {std::numeric_limits<int64_t>::min(),
                                     std::numeric_limits<int64_t>::max(),
                                     std::numeric_limits<int32_t>::max(),
                                     int64_t(1) << 40,
                                     int64_t(1) << 30,
                                     -(int64_t(1) << 31),
                                     -1,
                                     0,
                                     1,
                                     2,
                                     3,
                                     7,
                                     64};
    return values[below(std::size(values))];
  }

  std::string bytes(std::string text) {
    for (size_t edits = 1 + below(4); edits > 0 && !text.empty(); --edits) {
      size_t at = below(text.size());
      switch (below(4)) {
      case 0:
        text[at] = char(random());
        break;
      case 1:
        text.erase(at, 1 + below(8));
        break;
      case 2:
        text.insert(at, 1 + below(8), char(random()));
        break;
      default:
        text.resize(at);
      }
    }
    return text;
  }

  void model(proto::ModelProto &model) {
    for (size_t edits = 1 + below(3); edits > 0; --edits)
      mutateOnce(model);
  }

private:
  void mutateOnce(proto::ModelProto &model) {
    proto::GraphProto &graph = *model.mutable_graph();
    switch (below(8)) {
    case 0:
      model.mutable_opset_import(0)->set_version(below(32));
      break;
    case 1:
      dimension(*graph.mutable_input(below(graph.input_size())));
      break;
    case 2:
    case 3:
      if (graph.initializer_size())
        tensor(*graph.mutable_initializer(below(graph.initializer_size())));
      break;
    default:
      node(graph, *graph.mutable_node(below(graph.node_size())));
    }
  }

  void dimension(proto::ValueInfoProto &input) {
    auto &type = *input.mutable_type()->mutable_tensor_type();
    if (below(3) == 0)
      type.set_elem_type(below(30));
    else if (int rank = type.shape().dim_size())
      type.mutable_shape()->mutable_dim(below(rank))->set_dim_value(integer());
  }

  void tensor(proto::TensorProto &tensor) {
    switch (below(5)) {
    case 0:
      tensor.set_data_type(below(30));
      break;
    case 1:
      tensor.add_dims(integer());
      break;
    case 2:
      if (tensor.dims_size())
        tensor.set_dims(below(tensor.dims_size()), integer());
      break;
    case 3:
      if (tensor.int64_data_size())
        tensor.set_int64_data(below(tensor.int64_data_size()), integer());
      else
        tensor.set_data_location(proto::TensorProto::EXTERNAL);
      break;
    default:
      *tensor.mutable_raw_data() = bytes(tensor.raw_data());
    }
  }

  void node(proto::GraphProto &graph, proto::NodeProto &node) {
    const proto::NodeProto &other = graph.node(below(graph.node_size()));
    switch (below(6)) {
    case 0:
      node.set_op_type(other.op_type());
      break;
    case 1:
      if (node.input_size())
        node.set_input(below(node.input_size()), below(2) || !other.input_size() ? "" : other.input(0));
      break;
    case 2:
      if (node.input_size())
        node.mutable_input()->RemoveLast();
      break;
    case 3:
      if (other.attribute_size())
        node.add_attribute()->CopyFrom(other.attribute(0));
      break;
    default:
      if (node.attribute_size())
        attribute(*node.mutable_attribute(below(node.attribute_size())));
    }
  }

  void attribute(proto::AttributeProto &attribute) {
    switch (below(4)) {
    case 0:
      attribute.set_type(static_cast<proto::AttributeProto::AttributeType>(below(14)));
      break;
    case 1:
      attribute.add_ints(integer());
      break;
    case 2:
      attribute.set_f(std::numeric_limits<float>::quiet_NaN());
      break;
    default:
      attribute.set_i(integer());
      if (attribute.ints_size())
        attribute.set_ints(below(attribute.ints_size()), integer());
    }
  }

  std::mt19937 random;
};

/// Samples import; otherwise mutating them would test little.
TEST(Fuzz, SamplesAreValid) {
  for (const ModelBuilder &sample : sampleModels())
    EXPECT_EQ(errorOf(sample), "");
}

TEST(Fuzz, DamagedBytes) {
  std::vector<ModelBuilder> samples = sampleModels();
  for (unsigned seed = 0; seed < runs(); ++seed) {
    std::string bytes = samples[seed % samples.size()].model.SerializeAsString();
    expectOneOutcome(importBytes(Mutator(seed).bytes(bytes)), "seed " + std::to_string(seed));
  }
}

TEST(Fuzz, HostileFields) {
  std::vector<ModelBuilder> samples = sampleModels();
  for (unsigned seed = 0; seed < runs(); ++seed) {
    ModelBuilder sample = samples[seed % samples.size()];
    Mutator(seed).model(sample.model);
    expectOneOutcome(import(sample), "seed " + std::to_string(seed));
  }
}

} // namespace
