//===- OpTable.cpp - The ONNX operators that are supported ----------------===//
#include "OpTable.h"
#include "llvm/ADT/STLExtras.h"

using namespace tare::onnx;

OpTable::OpTable() {
  registerFunction(*this);
  registerBinary(*this);
  registerMatrix(*this);
  registerGemm(*this);
  registerBlockWeights(*this);
  registerEinsum(*this);
  registerFusedProducts(*this);
  registerConvolution(*this);
  registerNormalization(*this);
  registerLayerNorms(*this);
  registerVectorNorms(*this);
  registerPooling(*this);
  registerPowerPooling(*this);
  registerReduction(*this);
  registerMovement(*this);
  registerJoins(*this);
  registerPadding(*this);
  registerColumns(*this);
  registerRearrangements(*this);
  registerRepetitions(*this);
  registerResizing(*this);
  registerRecurrent(*this);
  registerLoops(*this);
  registerControlFlow(*this);
  registerQuantization(*this);
  registerCasts(*this);
  registerDynamicQuantization(*this);
  registerQOperators(*this);
  registerSelection(*this);
  registerSignal(*this);
  registerImage(*this);
  registerAttention(*this);
  registerRotaryEmbedding(*this);
  registerShapeFolds(*this);
  registerMovementFolds(*this);
  registerElementwiseFolds(*this);
  registerIndexingFolds(*this);
  registerQuantizationFolds(*this);
}

const OpTable &OpTable::get() {
  static const OpTable table;
  return table;
}

std::vector<std::string> OpTable::names() const {
  std::vector<std::string> all;
  for (const auto &entry : entries)
    if (entry.getValue().import)
      all.push_back(entry.getKey().str());
  llvm::sort(all);
  return all;
}

const OpEntry *OpTable::find(const proto::NodeProto &node) const {
  bool standard = node.domain().empty() || node.domain() == "ai.onnx";
  auto found = entries.find(standard ? node.op_type() : node.domain() + "." + node.op_type());
  return found == entries.end() ? nullptr : &found->second;
}
