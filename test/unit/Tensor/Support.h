//===- Support.h - What the tests of lib/Tensor share -----------*- C++ -*-===//
#ifndef TARE_TEST_TENSOR_SUPPORT_H
#define TARE_TEST_TENSOR_SUPPORT_H

#include "tare/Tensor/Tensor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace tare::test {

/// A test with a folder of its own, removed when it ends.
class FolderTest : public ::testing::Test {
protected:
  void SetUp() override {
    std::string name = std::filesystem::temp_directory_path() / "tare-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string path(const std::string &name) const { return folder / name; }
  /// The number of files in the folder.
  size_t fileCount() const {
    return size_t(std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
  }

  std::filesystem::path folder;
};

inline void writeText(const std::string &path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }

inline std::string readText(const std::string &path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

template <typename T> Tensor makeTensor(Shape shape, const std::vector<T> &values) {
  Tensor tensor(ElementTypeOf<T>::value, std::move(shape));
  std::copy(values.begin(), values.end(), tensor.mutableAs<T>());
  return tensor;
}

template <typename T> std::vector<T> valuesOf(const Tensor &tensor) {
  return std::vector<T>(tensor.as<T>(), tensor.as<T>() + tensor.count());
}

/// 0, 1, 2, ... as floats.
inline Tensor iota(Shape shape) {
  std::vector<float> values(static_cast<size_t>(elementCount(shape)));
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = float(i);
  return makeTensor<float>(std::move(shape), values);
}

} // namespace tare::test

#endif // TARE_TEST_TENSOR_SUPPORT_H
