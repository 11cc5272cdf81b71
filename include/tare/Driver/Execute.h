//===- Execute.h - Whatever can be run --------------------------*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_H
#define TARE_DRIVER_EXECUTE_H

#include "tare/Driver/Inputs.h"
#include "tare/Driver/Listener.h"
#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tare::driver {

/// How a model is read and run.
struct ModelOptions : InputChoices {
  /// Programs run on the reference kernels.
  bool reference = false;
  /// A model whose values take more than so many times 2^20 bytes is refused; 0 for what memory there is.
  int64_t maxMemory = 0;
};

/// An input or an output.
struct Port {
  std::string name;
  /// What it takes or gives: real numbers as a rule, as the model itself.
  TensorType type;
  /// Of an input of integers that layers take as indices, or as a mask, the least and the greatest that it may hold.
  std::optional<std::pair<int64_t, int64_t>> integers = std::nullopt;
};

/// A result on the way.
struct Layer {
  /// The ONNX node's name, the ONNX value's that the result holds, and the operator: "conv", "quantize", ..
  std::string name, value, kind;
  /// The type of its real numbers.
  TensorType type;
};

/// An ONNX model, IR of any stage, or a program, which takes and gives what the model does. For several threads at
/// once.
class Model {
public:
  /// `data`, if not empty, settles shapes that an ONNX model leaves open. What loading warns of is told here.
  static Result<std::shared_ptr<Model>> load(const std::string &path, const ModelOptions &options,
                                             const Listener &listener, const std::string &data = "");
  ~Model();

  const std::string &path() const;
  const std::vector<Port> &inputs() const;
  const std::vector<Port> &outputs() const;
  /// In the order in which they are computed.
  const std::vector<Layer> &layers() const;

  /// Sees the number of a layer and its real numbers; in a loop a layer has some at each step.
  using Observer = std::function<void(size_t layer, const Tensor &result)>;
  /// Runs a sample: a tensor of each input's type, in their order; gives one for each output. The observer may be
  /// empty.
  Result<std::vector<Tensor>> run(const std::vector<Tensor> &inputs, const Observer &observe = {}) const;

private:
  struct State;
  explicit Model(std::unique_ptr<State> state);
  std::unique_ptr<State> state;
};

} // namespace tare::driver

#endif // TARE_DRIVER_EXECUTE_H
