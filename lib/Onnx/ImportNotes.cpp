//===- ImportNotes.cpp - What an import tells in the end ------------------===//
#include "ImportNotes.h"
#include "ConstantData.h"
#include "tare/Dialect/Qnn/HalfValues.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/RunTimeRanges.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;

void ImportNotes::noteDynamic(llvm::ArrayRef<std::string> operands, llvm::StringRef result) {
  for (const std::string &operand : operands)
    dynamicOperands.insert(builder.getStringAttr(operand));
  dynamicResults.insert(builder.getStringAttr(result));
}

void ImportNotes::noteRounded(llvm::StringRef name, const GraphValue *value) {
  if (value && value->doubles && areRounded(value->doubles))
    roundedDoubles.insert(builder.getStringAttr(name));
}

void ImportNotes::markHalves(mlir::func::FuncOp function) const {
  llvm::SmallVector<mlir::Attribute> names(halfValues.begin(), halfValues.end());
  if (!names.empty())
    function->setAttr(qnn::halfValuesAttrName, mlir::ArrayAttr::get(function.getContext(), names));
}

void ImportNotes::reportDynamic(mlir::func::FuncOp function, const Reporter &reporter) const {
  if (dynamicResults.empty())
    return;
  function->setAttr(qnn::runTimeRangesAttrName, qnn::runTimeRanges(function.getContext(), dynamicOperands.getArrayRef(),
                                                                   dynamicResults.getArrayRef()));
  reporter.warning(
      "DynamicRanges",
      fmt::format("the model quantizes {} dynamically, by ranges that it finds when it runs; here they are "
                  "float until calibration gives them static ranges",
                  qnn::quoted(dynamicOperands.getArrayRef())),
      "");
}

void ImportNotes::reportRoundedDoubles(const Reporter &reporter) const {
  if (roundedDoubles.empty())
    return;
  bool isOne = roundedDoubles.size() == 1;
  reporter.warning("RoundedDoubles",
                   fmt::format("{} constant{} of float64 ('{}'{}) {} rounded to float32, in which all is computed: 24 "
                               "bits of the 53 are left",
                               roundedDoubles.size(), isOne ? "" : "s", roundedDoubles.front().str(),
                               isOne ? "" : ", ..", isOne ? "is" : "are"),
                   "");
}
