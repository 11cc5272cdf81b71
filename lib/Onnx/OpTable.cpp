//===- OpTable.cpp - The ONNX operators that are supported ----------------===//
#include "OpTable.h"
#include "llvm/ADT/STLExtras.h"

using namespace tare::onnx;

OpTable::OpTable() {
  registerActivations(*this);
  registerAttention(*this);
  registerArithmetic(*this);
  registerControlFlow(*this);
  registerConvolutions(*this);
  registerDynamicQuantization(*this);
  registerEinsum(*this);
  registerFusedOperators(*this);
  registerIdentities(*this);
  registerJoins(*this);
  registerLoops(*this);
  registerMatrixProducts(*this);
  registerMovement(*this);
  registerNormalization(*this);
  registerLayerNorms(*this);
  registerPadding(*this);
  registerPooling(*this);
  registerQOperators(*this);
  registerQuantization(*this);
  registerRecurrent(*this);
  registerReductions(*this);
  registerResizing(*this);
  registerRotaryEmbedding(*this);
  registerSelection(*this);
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
