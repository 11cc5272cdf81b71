//===- Warning.cpp - What a user should know, and what it costs -----------===//
#include "tare/Diagnostics/Warning.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"

#include <array>

using namespace mlir;
using namespace tare;

static constexpr std::array<llvm::StringLiteral, 4> unitNames = {"dB", "LSB", "real", ""};

StringRef tare::nameOf(CostUnit unit) { return unitNames[size_t(unit)]; }

std::string Warning::message() const { return remedy.empty() ? text : text + "; " + remedy; }

/// The fields travel as the diagnostic's metadata, whose only structured form is an attribute.
static DictionaryAttr fieldsOf(const Warning &warning, Builder builder) {
  return builder.getDictionaryAttr({builder.getNamedAttr("kind", builder.getStringAttr(warning.kind)),
                                    builder.getNamedAttr("cause", builder.getStringAttr(warning.cause)),
                                    builder.getNamedAttr("layer", builder.getStringAttr(warning.layer)),
                                    builder.getNamedAttr("cost", builder.getF64FloatAttr(warning.cost)),
                                    builder.getNamedAttr("unit", builder.getI64IntegerAttr(int64_t(warning.unit))),
                                    builder.getNamedAttr("text", builder.getStringAttr(warning.text)),
                                    builder.getNamedAttr("remedy", builder.getStringAttr(warning.remedy)),
                                    builder.getNamedAttr("is_wide", builder.getBoolAttr(warning.isWide))});
}

void tare::reportWarning(Location location, const Warning &warning) {
  InFlightDiagnostic diagnostic = emitWarning(location);
  diagnostic << warning.message();
  diagnostic.getUnderlyingDiagnostic()->getMetadata().push_back(
      DiagnosticArgument(fieldsOf(warning, Builder(location.getContext()))));
}

std::optional<Warning> tare::warningOf(Diagnostic &diagnostic) {
  for (const DiagnosticArgument &argument : diagnostic.getMetadata()) {
    if (argument.getKind() != DiagnosticArgument::DiagnosticArgumentKind::Attribute)
      continue;
    auto fields = dyn_cast<DictionaryAttr>(argument.getAsAttribute());
    if (!fields || !fields.get("remedy"))
      continue;
    auto text = [&](StringRef key) { return fields.getAs<StringAttr>(key).str(); };
    return Warning{text("kind"),
                   text("cause"),
                   text("layer"),
                   fields.getAs<FloatAttr>("cost").getValueAsDouble(),
                   CostUnit(fields.getAs<IntegerAttr>("unit").getInt()),
                   text("text"),
                   text("remedy"),
                   fields.getAs<BoolAttr>("is_wide").getValue()};
  }
  return std::nullopt;
}
