//===- OpTable.cpp - The ONNX operators that are supported ----------------===//
#include "OpTable.h"

using namespace tare::onnx;

OpTable::OpTable() {
  registerActivations(*this);
  registerAttention(*this);
  registerArithmetic(*this);
  registerControlFlow(*this);
  registerConvolutions(*this);
  registerDynamicQuantization(*this);
  registerFusedOperators(*this);
  registerIdentities(*this);
  registerJoins(*this);
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

const OpEntry *OpTable::find(const proto::NodeProto &node) const {
  bool standard = node.domain().empty() || node.domain() == "ai.onnx";
  auto found = entries.find(standard ? node.op_type() : node.domain() + "." + node.op_type());
  return found == entries.end() ? nullptr : &found->second;
}
