//===- QnnAttributes.cpp - Printing, parsing and checking attributes ------===//
#include "tare/Dialect/Qnn/QnnAttributes.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace tare::qnn;

/// A double that survives the round trip; infinities by name.
static ParseResult parseReal(AsmParser &parser, FailureOr<APFloat> &value) {
  double sign = succeeded(parser.parseOptionalMinus()) ? -1.0 : 1.0;
  if (succeeded(parser.parseOptionalKeyword("inf"))) {
    value = APFloat(sign * INFINITY);
    return success();
  }
  double magnitude;
  if (parser.parseFloat(magnitude))
    return failure();
  value = APFloat(sign * magnitude);
  return success();
}

static void printReal(AsmPrinter &printer, const APFloat &value) {
  if (value.isInfinity())
    printer << (value.isNegative() ? "-inf" : "inf");
  else
    printer.printFloat(value);
}

/// A list of doubles in brackets.
static ParseResult parseReals(AsmParser &parser, DenseF64ArrayAttr &values) {
  SmallVector<double> list;
  auto parseOne = [&]() -> ParseResult {
    FailureOr<APFloat> value;
    if (parseReal(parser, value))
      return failure();
    list.push_back(value->convertToDouble());
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseOne))
    return failure();
  values = DenseF64ArrayAttr::get(parser.getContext(), list);
  return success();
}

static void printReals(AsmPrinter &printer, DenseF64ArrayAttr values) {
  printer << "[";
  llvm::interleaveComma(values.asArrayRef(), printer, [&](double value) { printReal(printer, APFloat(value)); });
  printer << "]";
}

#include "tare/Dialect/Qnn/QnnEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "tare/Dialect/Qnn/QnnAttributes.cpp.inc"

void QnnDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "tare/Dialect/Qnn/QnnAttributes.cpp.inc"
      >();
}

LogicalResult RangeAttr::verify(function_ref<InFlightDiagnostic()> emitError, APFloat lower, APFloat upper, RangeLabel,
                                StepErrorsAttr) {
  double min = lower.convertToDouble(), max = upper.convertToDouble();
  if (!std::isfinite(min) || !std::isfinite(max) || min > 0 || max < 0)
    return emitError() << "a range must be finite and contain 0, found [" << min << ", " << max << "]";
  return success();
}

LogicalResult StepErrorsAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t, APFloat power, int64_t,
                                     DenseF64ArrayAttr errors) {
  auto isGood = [](double value) { return std::isfinite(value) && value >= 0; };
  if (errors.empty() || !isGood(power.convertToDouble()) || !llvm::all_of(errors.asArrayRef(), isGood))
    return emitError() << "step errors need at least one error, finite numbers of 0 and more";
  return success();
}

LogicalResult ClampAttr::verify(function_ref<InFlightDiagnostic()> emitError, APFloat lower, APFloat upper) {
  double min = lower.convertToDouble(), max = upper.convertToDouble();
  if (std::isnan(min) || std::isnan(max) || min > max)
    return emitError() << "a clamp's lower end must not exceed its upper end, found [" << min << ", " << max << "]";
  return success();
}
