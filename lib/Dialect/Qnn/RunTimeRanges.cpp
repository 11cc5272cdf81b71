//===- RunTimeRanges.cpp - What a model quantizes dynamically -------------===//
#include "tare/Dialect/Qnn/RunTimeRanges.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tare;

namespace {

constexpr StringLiteral operandsKey = "operands", resultsKey = "results";

SmallVector<StringAttr> namesAt(DictionaryAttr lists, StringRef key) {
  return llvm::map_to_vector(lists.getAs<ArrayAttr>(key), [](Attribute name) { return cast<StringAttr>(name); });
}

} // namespace

DictionaryAttr qnn::runTimeRanges(MLIRContext *context, ArrayRef<StringAttr> operands, ArrayRef<StringAttr> results) {
  Builder builder(context);
  auto list = [&](ArrayRef<StringAttr> names) {
    return builder.getArrayAttr(SmallVector<Attribute>(names.begin(), names.end()));
  };
  return builder.getDictionaryAttr(
      {builder.getNamedAttr(operandsKey, list(operands)), builder.getNamedAttr(resultsKey, list(results))});
}

bool qnn::isRunTimeRanges(Attribute attribute) {
  auto lists = dyn_cast<DictionaryAttr>(attribute);
  auto isNames = [&](StringRef key) {
    auto names = lists.getAs<ArrayAttr>(key);
    return names && llvm::all_of(names, llvm::IsaPred<StringAttr>);
  };
  return lists && lists.size() == 2 && isNames(operandsKey) && isNames(resultsKey);
}

std::optional<std::string> qnn::needOfRanges(Operation *function) {
  auto lists = function->getAttrOfType<DictionaryAttr>(runTimeRangesAttrName);
  if (!lists)
    return std::nullopt;
  return "the model quantizes " + quoted(namesAt(lists, operandsKey)) +
         " dynamically, by ranges that it finds when it runs; the hardware's M = S1 * S2 / S3 is static, and needs the "
         "range of these (S1) and of the results " +
         quoted(namesAt(lists, resultsKey)) + " (S3) from calibration";
}

std::string qnn::quoted(ArrayRef<StringAttr> names) {
  constexpr size_t shown = 8;
  std::string text;
  for (StringAttr name : names.take_front(shown))
    text += (text.empty() ? "'" : ", '") + name.str() + "'";
  if (names.size() > shown)
    text += ", .. (" + std::to_string(names.size()) + " in all)";
  return text;
}
