//===- NodeNotes.cpp - What Tare noted in a model that it wrote -----------===//
#include "NodeNotes.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Onnx/Notes.h"

#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace tare;
using namespace tare::onnx;

namespace {

/// Null for nothing.
template <typename Proto> const std::string *noteOf(const Proto &proto, llvm::StringRef key) {
  for (const proto::StringStringEntryProto &note : proto.metadata_props())
    if (note.key() == key)
      return &note.value();
  return nullptr;
}

/// ".1" behind what is noted of a second result, or what an op has of it.
std::string numbered(llvm::StringRef key, unsigned result) {
  return result == 0 ? key.str() : (key + "." + llvm::Twine(result)).str();
}

/// "LEAST GREATEST LABEL"; null for other text.
qnn::RangeAttr readRange(mlir::MLIRContext *context, llvm::StringRef text) {
  llvm::SmallVector<llvm::StringRef> words;
  llvm::SplitString(text, words);
  double least = 0, greatest = 0;
  if (words.size() != 3 || !llvm::to_float(words[0], least) || !llvm::to_float(words[1], greatest))
    return nullptr;
  std::optional<qnn::RangeLabel> label = qnn::symbolizeRangeLabel(words[2]);
  const bool isRange = std::isfinite(least) && std::isfinite(greatest) && least <= 0 && greatest >= 0;
  return label && isRange ? qnn::RangeAttr::get(context, least, greatest, *label) : qnn::RangeAttr();
}

/// "LOW HIGH"; null for other text.
mlir::DenseF64ArrayAttr readEnds(mlir::MLIRContext *context, llvm::StringRef text) {
  auto [first, second] = text.split(' ');
  double low = 0, high = 0;
  const bool areEnds = llvm::to_float(first, low) && llvm::to_float(second, high) && low < high;
  return areEnds ? mlir::DenseF64ArrayAttr::get(context, {low, high}) : mlir::DenseF64ArrayAttr();
}

/// Calls one result of an op by another name.
void rename(mlir::OpResult result, const std::string &name) {
  mlir::Operation *op = result.getOwner();
  mlir::MLIRContext *context = op->getContext();
  llvm::SmallVector<mlir::Location> names;
  for (mlir::OpResult each : op->getResults())
    names.push_back(mlir::NameLoc::get(mlir::StringAttr::get(context, each == result ? name : qnn::valueName(each))));
  op->setLoc(mlir::NameLoc::get(mlir::StringAttr::get(context, qnn::layerName(op)),
                                names.size() == 1 ? names.front() : mlir::FusedLoc::get(context, names)));
}

/// The name and the range of one of the values that `noted` tells of.
template <typename Proto> void takeNotesOf(const Proto &noted, unsigned index, mlir::OpResult result) {
  if (const std::string *name = noteOf(noted, numbered(valueNote, index)))
    rename(result, *name);
  if (const std::string *text = noteOf(noted, numbered(rangeNote, index)))
    if (qnn::RangeAttr range = readRange(result.getContext(), *text))
      result.getOwner()->setAttr(numbered(qnn::rangeAttrName, result.getResultNumber()), range);
}

/// A layer with a function, or the last of the nodes that become one, and the function of one.
void takeInLayer(const proto::NodeProto &node, mlir::Operation *op) {
  const bool mayBe = llvm::isa<qnn::RequantOpInterface, qnn::UnaryFunctionOpInterface>(op);
  if (mayBe && noteOf(node, inLayerNote))
    op->setAttr(qnn::inLayerAttrName, mlir::UnitAttr::get(op->getContext()));
}

/// What calibration saw of a softmax's rows.
void takeLeastMaximum(const proto::NodeProto &node, mlir::Operation *op) {
  double least = 0;
  const std::string *text = llvm::isa<qnn::SoftmaxOp>(op) ? noteOf(node, leastRowMaximumNote) : nullptr;
  if (text && llvm::to_float(*text, least) && std::isfinite(least))
    op->setAttr(qnn::leastRowMaximumAttrName, mlir::Builder(op->getContext()).getF64FloatAttr(least));
}

} // namespace

std::optional<std::string> onnx::notedLayer(const proto::NodeProto &node) {
  const std::string *layer = noteOf(node, layerNote);
  return layer ? std::optional(*layer) : std::nullopt;
}

void onnx::takeNotes(const proto::NodeProto &node, GraphValues &values) {
  for (int index = 0; node.metadata_props_size() && index != node.output_size(); ++index) {
    GraphValue *value = values.find(node.output(index));
    auto result = value && value->value ? llvm::dyn_cast<mlir::OpResult>(value->value) : mlir::OpResult();
    // What the node passes on is another's.
    if (!result || qnn::valueName(result) != node.output(index))
      continue;
    takeNotesOf(node, index, result);
    takeLeastMaximum(node, result.getOwner());
    takeInLayer(node, result.getOwner());
  }
}

void onnx::takeNotes(const proto::ValueInfoProto &input, mlir::Value value) {
  if (auto result = llvm::dyn_cast_if_present<mlir::OpResult>(value))
    takeNotesOf(input, 0, result);
}

void onnx::takeStepName(const proto::NodeProto &scan, mlir::Value number) {
  const std::string *name = noteOf(scan, stepNote);
  if (auto result = llvm::dyn_cast_if_present<mlir::OpResult>(number); name && result)
    rename(result, *name);
}

void onnx::takeNotes(llvm::ArrayRef<const proto::ValueInfoProto *> inputs, mlir::func::FuncOp function) {
  for (auto [index, input] : llvm::enumerate(inputs)) {
    if (const std::string *text = noteOf(*input, rangeNote))
      if (qnn::RangeAttr range = readRange(function.getContext(), *text))
        function.setArgAttr(index, qnn::rangeAttrName, range);
    if (const std::string *text = noteOf(*input, toldApartNote))
      if (mlir::DenseF64ArrayAttr ends = readEnds(function.getContext(), *text))
        function.setArgAttr(index, qnn::toldApartAttrName, ends);
  }
}
