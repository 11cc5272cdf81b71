//===- WriteTables.cpp - Grids as other tools' files ----------------------===//
#include "tare/Config/Grids.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <map>

using namespace tare;
using namespace tare::config;
using qnn::Grid;

namespace {

/// Nine digits say a float32 to the bit.
std::string number(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.9g", value);
  return text;
}

std::string quoted(const std::string &name) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::json::Value(llvm::json::fixUTF8(name));
  return text;
}

bool isSymmetric(const Grid &grid) { return grid.min == -grid.max; }
/// Of the same integers without a sign.
int64_t unsignedZero(const Grid &grid, int64_t channel) {
  return grid.zeroPoint(channel) + (int64_t(1) << (grid.bits - 1));
}

template <typename Of> std::string listOf(const Grid &grid, Of of) {
  std::vector<std::string> items;
  for (size_t c = 0; c < grid.scales.size(); ++c)
    items.push_back(of(int64_t(c)));
  return llvm::join(items, ", ");
}

/// {TENSOR: [{..} for each channel]}
std::string overrides(const std::vector<TensorGrid> &grids) {
  std::vector<std::string> entries;
  for (const TensorGrid &tensor : grids) {
    const Grid &grid = tensor.grid;
    entries.push_back("  " + quoted(tensor.name) + ": [" +
                      listOf(grid,
                             [&](int64_t c) {
                               const std::string axis = tensor.layersOfWeights.empty() ? "" : ", \"axis\": 0";
                               return "{\"quant_type\": \"QInt" + std::to_string(grid.bits) +
                                      "\", \"symmetric\": " + (isSymmetric(grid) ? "true" : "false") +
                                      ", \"scale\": " + number(grid.scale(c)) +
                                      ", \"zero_point\": " + std::to_string(grid.zeroPoint(c)) + axis + "}";
                             }) +
                      "]");
  }
  return "{\n" + llvm::join(entries, ",\n") + "\n}\n";
}

/// AIMET's and QNN's, version 1.0.0.
/// Of a tensor that has several grids the last, as an activation of 16 bits has between layers of 8, and weights that
/// two layers share: formats have an entry for each name.
std::vector<TensorGrid> oneForEachName(const std::vector<TensorGrid> &grids) {
  auto keyOf = [](const TensorGrid &tensor) { return std::pair(tensor.name, tensor.layersOfWeights.empty()); };
  std::map<std::pair<std::string, bool>, size_t> last;
  for (size_t i = 0; i != grids.size(); ++i)
    last[keyOf(grids[i])] = i;
  std::vector<TensorGrid> kept;
  for (size_t i = 0; i != grids.size(); ++i)
    if (last[keyOf(grids[i])] == i)
      kept.push_back(grids[i]);
  return kept;
}

std::string encodings(const std::vector<TensorGrid> &grids) {
  std::vector<std::string> activations, weights;
  for (const TensorGrid &tensor : grids) {
    const Grid &grid = tensor.grid;
    const bool areWeights = !tensor.layersOfWeights.empty();
    (areWeights ? weights : activations)
        .push_back("    {\"name\": " + quoted(tensor.name) + ", \"dtype\": \"INT\", \"enc_type\": \"" +
                   (areWeights ? "PER_CHANNEL" : "PER_TENSOR") + "\", \"bw\": " + std::to_string(grid.bits) +
                   ", \"is_sym\": " + (isSymmetric(grid) ? "true" : "false") + ", \"scale\": [" +
                   listOf(grid, [&](int64_t c) { return number(grid.scale(c)); }) + "], \"offset\": [" +
                   listOf(grid, [&](int64_t c) { return std::to_string(-unsignedZero(grid, c)); }) + "]}");
  }
  return "{\n  \"version\": \"1.0.0\",\n  \"activation_encodings\": [\n" + llvm::join(activations, ",\n") +
         "\n  ],\n  \"param_encodings\": [\n" + llvm::join(weights, ",\n") + "\n  ]\n}\n";
}

/// A line of text holds names without spaces, and one that begins with # is a comment.
Result<std::string> word(const std::string &name) {
  if (name.empty() || name.starts_with("#") || llvm::StringRef(name).find_first_of(" \t\r\n") != llvm::StringRef::npos)
    return Error{"'" + name +
                 "' cannot stand in a table of text, whose names have no spaces and begin with no #; take --format "
                 "encodings"};
  return name;
}

Error otherWidth(const TensorGrid &tensor) {
  return Error{"'" + tensor.name + "' has " + std::to_string(tensor.grid.bits) +
               " bits, tables of text are of 8; take --format encodings"};
}

/// ncnn's: integers per unit of what layers with weights read, and of their weights.
Result<GridTable> integersPerUnit(const std::vector<TensorGrid> &grids) {
  std::string weights, activations;
  size_t entries = 0;
  for (const TensorGrid &tensor : grids) {
    const Grid &grid = tensor.grid;
    for (const std::string &layer : tensor.layersOfWeights) {
      Result<std::string> name = word(layer);
      if (!name)
        return name.error();
      weights += *name + "_param_0";
      for (double scale : grid.scales)
        weights += " " + number(1 / scale);
      weights += "\n";
      ++entries;
    }
    for (const std::string &layer : tensor.readers) {
      Result<std::string> name = word(layer);
      if (!name)
        return name.error();
      if (grid.bits != 8)
        return otherWidth(tensor);
      if (!isSymmetric(grid))
        return Error{"'" + tensor.name + "' has a grid with zero point " + std::to_string(grid.zeroPoint()) +
                     ", tables of ncnn are of symmetric ones; say activations: {symmetric: true}, or take --format "
                     "tengine"};
      activations += *name + " " + number(1 / grid.scale()) + "\n";
      ++entries;
    }
  }
  return GridTable{weights + activations, entries};
}

/// Tengine's: steps and zero points of activations.
Result<GridTable> steps(const std::vector<TensorGrid> &grids) {
  auto isActivation = [](const TensorGrid &tensor) { return tensor.layersOfWeights.empty(); };
  const bool areSymmetric =
      llvm::all_of(grids, [&](const TensorGrid &tensor) { return !isActivation(tensor) || isSymmetric(tensor.grid); });
  GridTable table;
  for (const TensorGrid &tensor : grids) {
    if (!isActivation(tensor))
      continue;
    Result<std::string> name = word(tensor.name);
    if (!name)
      return name.error();
    if (tensor.grid.bits != 8)
      return otherWidth(tensor);
    if (!areSymmetric && isSymmetric(tensor.grid))
      return Error{"'" + tensor.name +
                   "' has a symmetric grid, others have none: tables of Tengine are of one kind; say "
                   "activations.symmetric alike for all"};
    table.text += *name + " " + number(tensor.grid.scale()) + " " +
                  std::to_string(areSymmetric ? 0 : unsignedZero(tensor.grid, 0)) + "\n";
    ++table.entries;
  }
  return table;
}

} // namespace

std::vector<std::string> tare::config::tableFormats() { return {"onnxruntime", "encodings", "ncnn", "tengine"}; }

Result<GridTable> tare::config::writeGrids(const std::vector<TensorGrid> &grids, std::string_view format) {
  if (format == "onnxruntime" || format == "encodings") {
    const std::vector<TensorGrid> kept = oneForEachName(grids);
    return GridTable{format == "encodings" ? encodings(kept) : overrides(kept), kept.size()};
  }
  return format == "ncnn" ? integersPerUnit(grids) : steps(grids);
}
