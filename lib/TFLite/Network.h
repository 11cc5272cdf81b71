//===- Network.h - A TFLite network that is being written -------*- C++ -*-===//
//
// Tensors, constants and operators in the order in which they are added, and the flatbuffer of them. What it is given
// is taken as it is: nothing here knows a program.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_TFLITE_NETWORK_H
#define TARE_LIB_TFLITE_NETWORK_H

#include "Grid.h"
#include "tare/Schema/tflite_generated.h"

#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tare::tflite {

using Index = int32_t;
using Dimensions = std::vector<int32_t>;
using schema::ActivationFunctionType;
using schema::BuiltinOperator;

/// What a tensor is, but for its name.
struct TensorFacts {
  schema::TensorType type;
  Dimensions shape;
  Grid grid = {};
};

/// What callers know an input or output by.
struct Port {
  std::string name;
  Index tensor;
};

class Network {
public:
  Network();

  /// A tensor of a name that begins like this, and no other tensor has.
  Index addTensor(const std::string &name, TensorFacts facts);
  /// The same with elements, row by row, little endian.
  Index addConstant(const std::string &name, TensorFacts facts, std::span<const std::byte> elements);
  /// Integers that say how an operator works: axes, sizes, shapes.
  Index addIntegers(const std::string &name, const std::vector<int32_t> &values, Dimensions shape);

  /// An operator, with the table of its options where the format has one.
  template <typename Options>
  void addOperator(BuiltinOperator code, std::vector<Index> inputs, Index output, Options options) {
    schema::BuiltinOptionsUnion any;
    any.Set(std::move(options));
    add(code, std::move(inputs), output, std::move(any));
  }
  void addOperator(BuiltinOperator code, std::vector<Index> inputs, Index output) {
    add(code, std::move(inputs), output, {});
  }

  schema::TensorType type(Index tensor) const { return graph().tensors[tensor]->type; }
  const Dimensions &shape(Index tensor) const { return graph().tensors[tensor]->shape; }
  Grid grid(Index tensor) const;
  /// How many operators of each name there are.
  std::map<std::string, int64_t> operators() const;

  /// The file. To be asked once.
  std::string finish(const std::vector<Port> &inputs, const std::vector<Port> &outputs, std::string description);

private:
  void add(BuiltinOperator code, std::vector<Index> inputs, Index output, schema::BuiltinOptionsUnion options);
  uint32_t codeIndex(BuiltinOperator code, int32_t version);
  uint32_t bufferOf(std::span<const std::byte> elements);
  std::string uniqueName(const std::string &name);
  schema::SubGraphT &graph() { return *model.subgraphs.front(); }
  const schema::SubGraphT &graph() const { return *model.subgraphs.front(); }

  schema::ModelT model;
  std::set<std::string> names;
  std::map<std::pair<BuiltinOperator, int32_t>, uint32_t> codes;
  /// By the hash of their elements: constants that are the same bytes share them.
  std::unordered_multimap<size_t, uint32_t> buffers;
};

/// The version of an operator that readers must know, by what it reads and gives: the least that has these types, ranks
/// and options, as the format's registry of versions counts them.
int32_t versionOf(BuiltinOperator code, const schema::BuiltinOptionsUnion &options, std::span<const TensorFacts> inputs,
                  const TensorFacts &output);

} // namespace tare::tflite

#endif // TARE_LIB_TFLITE_NETWORK_H
