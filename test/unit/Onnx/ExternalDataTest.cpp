//===- ExternalDataTest.cpp - Weights in files beside the model -----------===//
#include "ModelBuilder.h"
#include "tare/Onnx/ExternalFiles.h"

#include <fstream>
#include <gmock/gmock.h>

using namespace tare::onnx;
using namespace tare::onnx::test;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

namespace {

class ExternalDataTest : public testing::Test {
protected:
  /// y = x + w, with w in another file.
  Imported importWith(const std::string &location, const std::string &offset = "0") {
    ModelBuilder model;
    model.input("x", {1, 4}).output("y").weight("w", {4});
    model.node("Add", {"x", "w"}, {"y"});
    proto::TensorProto &tensor = *model.graph().mutable_initializer(0);
    tensor.clear_raw_data();
    tensor.set_data_location(proto::TensorProto::EXTERNAL);
    entry(tensor, "location", location);
    entry(tensor, "offset", offset);
    entry(tensor, "length", "16");
    fs::path path = folder.path / "inside" / "model.onnx";
    std::ofstream(path, std::ios::binary) << model.model.SerializeAsString();
    return importFile(path);
  }

  static void entry(proto::TensorProto &tensor, const std::string &key, const std::string &value) {
    proto::StringStringEntryProto &pair = *tensor.add_external_data();
    pair.set_key(key);
    pair.set_value(value);
  }

  void SetUp() override {
    fs::create_directories(folder.path / "inside" / "sub");
    for (const char *name : {"inside/weights.bin", "inside/sub/weights.bin", "outside.bin"}) {
      std::ofstream file(folder.path / name, std::ios::binary);
      float values[] = {1, 2, 3, 4, 5};
      file.write(reinterpret_cast<const char *>(values), sizeof(values));
    }
  }

  TemporaryFolder folder;
};

TEST_F(ExternalDataTest, IsMapped) {
  EXPECT_THAT(importWith("weights.bin").ir,
              HasSubstr("dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]>"));
  EXPECT_THAT(importWith("sub/weights.bin", "4").ir, HasSubstr("dense<[2.000000e+00, 3.000000e+00, 4.000000e+00"));
}

TEST_F(ExternalDataTest, StaysWithinItsFile) {
  EXPECT_THAT(importWith("weights.bin", "8").errors, ElementsAre(HasSubstr("initializer 'w': external data: bytes 8 to "
                                                                           "24 are wanted, but 'weights.bin' has only "
                                                                           "20")));
  EXPECT_THAT(importWith("weights.bin", "18446744073709551608").errors, ElementsAre(HasSubstr("are wanted")));
  EXPECT_THAT(importWith("weights.bin", "-4").errors, ElementsAre(HasSubstr("offset must be a number")));
  EXPECT_THAT(importWith("none.bin").errors, ElementsAre(HasSubstr("cannot read 'none.bin'")));
}

TEST_F(ExternalDataTest, StaysWithinTheFolder) {
  fs::create_symlink(folder.path / "outside.bin", folder.path / "inside" / "link.bin");
  std::string absolute = folder.path / "inside" / "weights.bin";
  for (const std::string &location : {std::string("../outside.bin"), std::string("sub/../weights.bin"), absolute,
                                      std::string("link.bin"), std::string("")})
    EXPECT_THAT(importWith(location).errors, ElementsAre(HasSubstr("must be a file in the model's folder or below it")))
        << location;
}

/// Wherever a tensor stands; what importing would refuse, too.
TEST_F(ExternalDataTest, FilesAreListed) {
  ModelBuilder model;
  auto place = [&](proto::TensorProto &tensor, const char *location) { entry(tensor, "location", location); };
  place(*model.graph().add_initializer(), "b.bin");
  place(*model.graph().add_initializer(), "b.bin");
  place(*model.graph().add_sparse_initializer()->mutable_values(), "sub/values.bin");
  proto::AttributeProto &attribute = *model.graph().add_node()->add_attribute();
  place(*attribute.mutable_t(), "../c.bin");
  place(*attribute.add_tensors(), "d.bin");
  place(*attribute.mutable_sparse_tensor()->mutable_indices(), "e.bin");
  place(*attribute.mutable_g()->add_initializer(), "f.bin");
  place(*attribute.add_graphs()->add_node()->add_attribute()->mutable_t(), "g.bin");
  place(*model.model.add_functions()->add_node()->add_attribute()->mutable_t(), "h.bin");
  fs::path path = folder.path / "inside" / "model.onnx";
  std::ofstream(path, std::ios::binary) << model.model.SerializeAsString();
  std::vector<std::string> expected;
  for (const char *name : {"../c.bin", "b.bin", "d.bin", "e.bin", "f.bin", "g.bin", "h.bin", "sub/values.bin"})
    expected.push_back(folder.path / "inside" / name);
  EXPECT_EQ(externalFiles(path), expected);
  EXPECT_TRUE(externalFiles(folder.path / "inside/weights.bin").empty());
  EXPECT_TRUE(externalFiles(folder.path / "none").empty());
}

} // namespace
