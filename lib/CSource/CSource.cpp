//===- CSource.cpp - A program as C ---------------------------------------===//
//
// Layers, from the top: this file lowers a program; SourceText, Header, Ports and SelfTest write its files;
// Lowering and the files of families turn each operator into calls of kernels, by LayerWriter; Requantization,
// Rounding, Sums, Walks and Windows are what they share; Memory places tensors; Unit collects text; Template makes
// kernels for their types; CText writes C. The kernels themselves are in Kernels.
//
//===----------------------------------------------------------------------===//
#include "tare/CSource/CSource.h"

#include "Comments.h"
#include "Lowering.h"
#include "SourceText.h"
#include "tare/Program/Dataflow.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

using namespace tare;
using namespace tare::csource;

namespace {

/// What C sources count in 32 bits.
constexpr int64_t mostBytes = (int64_t(1) << 31) - 1;
constexpr char tooLarge[] = "C sources count in 32 bits; cut the network by --inputs and --outputs, or make its inputs "
                            "smaller by --input-shape";

Status checkSizes(const LayerWriter &layer) {
  for (size_t i = 0; i != layer.operandCount(); ++i)
    if (layer.type(i).bytes() > size_t(mostBytes))
      return refusal("operand {} has {} bytes, expected less than 2^31: {}", i, layer.type(i).bytes(), tooLarge);
  return success();
}

Status lowerLayer(LayerWriter &layer) {
  Status fits = checkSizes(layer);
  return fits ? lower(layer) : fits;
}

Status lowerLayers(const program::Model &model, Unit &unit, Memory &memory) {
  size_t count = model.program().layers.size();
  unit.layers.resize(count);
  for (size_t i = 0; i != count; ++i) {
    LayerWriter layer(model, i, unit, memory);
    unit.layers[i].comment = layerComment(model, i);
    if (Status lowered = lowerLayer(layer); !lowered)
      return refusal("layer {} ('{}'): {}", i, layer.layer().name, lowered.error().message);
  }
  return success();
}

bool isLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)) && static_cast<unsigned char>(c) < 0x80; }

} // namespace

bool csource::isPrefix(std::string_view text) {
  constexpr size_t longest = 60;
  return !text.empty() && text.size() <= longest && isLetter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return isLetter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

std::string csource::prefixOf(std::string_view path) {
  std::string name = identifier(std::filesystem::path(path).stem().string());
  return isPrefix(name) ? name : "model";
}

Result<Source> csource::writeSource(const runtime::Session &session, const SourceOptions &options) {
  auto uses = program::analyzeDataflow(session.program());
  if (!uses)
    return uses.error();
  auto loops = program::findLoops(session.program(), *uses);
  if (!loops)
    return loops.error();
  Unit unit;
  Memory memory(session.model(), *uses, *loops);
  if (Status lowered = lowerLayers(session.model(), unit, memory); !lowered)
    return lowered.error();
  memory.plan();
  if (memory.arenaBytes() > mostBytes)
    return refusal("its arena has {} bytes, expected less than 2^31: {}", memory.arenaBytes(), tooLarge);
  Lowered lowered{session, options, memory, unit, inputsOf(session, memory), outputsOf(session, memory)};
  return textOf(lowered);
}
