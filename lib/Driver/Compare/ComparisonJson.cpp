//===- ComparisonJson.cpp - A comparison for other programs ---------------===//
#include "Driver/Compare/ComparisonJson.h"

#include "Driver/Json.h"

using namespace tare;

static void writeValues(llvm::json::OStream &out, llvm::StringRef key, const std::vector<ComparedValue> &values) {
  out.attributeArray(key, [&] {
    for (const ComparedValue &value : values)
      out.object([&] {
        const Difference &d = value.difference;
        out.attribute("name", jsonText(value.name));
        out.attribute("value", jsonText(value.value));
        out.attribute("kind", value.kind);
        jsonList(out, "shape", value.shape);
        out.attribute("cosine", jsonNumber(d.cosine()));
        out.attribute("sqnr_db", jsonNumber(d.sqnr()));
        out.attribute("largest_difference", jsonNumber(d.largest));
        out.attribute("differing", d.differing);
        out.attribute("elements", d.total);
        out.attribute("non_finite_a", d.nonFiniteReference);
        out.attribute("non_finite_b", d.nonFiniteOther);
        out.attribute("equal_share", value.isDiscrete ? jsonNumber(d.equalShare()) : llvm::json::Value(nullptr));
      });
  });
}

void tare::writeComparison(llvm::json::OStream &out, const Comparison &comparison) {
  writeValues(out, "layers", comparison.layers());
  writeValues(out, "outputs", comparison.outputs());
}
