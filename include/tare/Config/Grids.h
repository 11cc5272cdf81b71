//===- Grids.h - The grids of a quantized network, as tables ----*- C++ -*-===//
#ifndef TARE_CONFIG_GRIDS_H
#define TARE_CONFIG_GRIDS_H

#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Tensor/Result.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <string>
#include <string_view>
#include <vector>

namespace tare::config {

/// A tensor of the QDQ form that was quantized.
struct TensorGrid {
  std::string name;
  qnn::Grid grid;
  /// The layers whose weights it is; empty of activations.
  std::vector<std::string> layersOfWeights;
  /// The layers with weights that read it as their activation.
  std::vector<std::string> readers;
};

/// The activations and weights of a function in QDQ form, in its order; biases, whose grids follow from these, are left
/// out, and so is what a function within a layer reads, which no other tool has.
std::vector<TensorGrid> gridsOf(mlir::func::FuncOp function);

/// The formats of writeGrids(): "onnxruntime", "encodings", "ncnn", "tengine".
std::vector<std::string> tableFormats();

/// A file, and how many grids it holds: tables of text have a line for each.
struct GridTable {
  std::string text;
  size_t entries = 0;
};

/// The grids as another tool's file, scales with nine significant digits, which tare/Config/Tables.h reads again. An
/// error where the format cannot say a grid, with the tensor's name.
Result<GridTable> writeGrids(const std::vector<TensorGrid> &grids, std::string_view format);

} // namespace tare::config

#endif // TARE_CONFIG_GRIDS_H
