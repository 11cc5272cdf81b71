//===- ChannelMeans.cpp - What layers read, on average --------------------===//
#include "tare/Dialect/Qnn/ChannelMeans.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tare;

DictionaryAttr qnn::toAttr(MLIRContext *context, const ChannelMeans &means) {
  Builder builder(context);
  SmallVector<NamedAttribute> entries;
  for (const auto &[name, numbers] : means)
    entries.push_back(builder.getNamedAttr(name, builder.getDenseF64ArrayAttr(numbers)));
  return builder.getDictionaryAttr(entries);
}

bool qnn::isChannelMeans(Attribute attribute) {
  auto means = dyn_cast<DictionaryAttr>(attribute);
  return means && llvm::all_of(means, [](NamedAttribute entry) { return isa<DenseF64ArrayAttr>(entry.getValue()); });
}

qnn::ChannelMeans qnn::channelMeansOf(Operation *function) {
  ChannelMeans means;
  if (auto attr = function->getAttrOfType<DictionaryAttr>(channelMeansAttrName))
    for (NamedAttribute entry : attr) {
      ArrayRef<double> numbers = cast<DenseF64ArrayAttr>(entry.getValue());
      means[entry.getName().str()] = numbers.vec();
    }
  return means;
}

int64_t qnn::inputChannelAxis(Operation *op) {
  return isa<LinearOp>(op) ? cast<ShapedType>(op->getOperand(0).getType()).getRank() - 1 : 1;
}
