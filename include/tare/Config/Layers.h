//===- Layers.h - What a configuration is about -----------------*- C++ -*-===//
#ifndef TARE_CONFIG_LAYERS_H
#define TARE_CONFIG_LAYERS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <string>
#include <vector>

namespace tare::config {

/// Why a layer's activations, its weights or itself take no setting; empty where they do.
struct Refusals {
  std::string activations, weights, keepFloat;
};

/// A layer of a network in its simplified float form, or an input of it.
struct Layer {
  std::string name;
  /// "conv", "input", or ONNX's name of what the host computes.
  std::string op;
  /// The values that it gives, by their names.
  std::vector<std::string> values;
  /// The numbers of the layers that give what it reads, of weighted sums that of the activation first.
  std::vector<size_t> operandLayers;
  /// Whether its result has the grid of what it reads first.
  bool keepsGrid = false;
  /// The name of its weights; empty where there are none.
  std::string weights;
  /// The output channels of these.
  int64_t channels = 0;
  /// The axes of the model's tensor, from either end, along which these may lie: of matrices both, as a node may
  /// transpose them.
  std::vector<int64_t> channelAxes;
  bool isInput = false, isHost = false;
  /// Whether the width of its result is not that of the others: a loop computes it, or its accumulators leave the
  /// network.
  bool hasOwnWidth = false;
  Refusals refusals;
};

/// The inputs, and the layers in their order. Constants, and casts that the model has itself, are none.
std::vector<Layer> layersOf(mlir::func::FuncOp function);

} // namespace tare::config

#endif // TARE_CONFIG_LAYERS_H
