//===- Ranges.cpp - Writes what calibration found -------------------------===//
#include "tare/Calibration/Ranges.h"
#include "llvm/Support/JSON.h"

using namespace tare;
using namespace tare::calibration;
namespace json = llvm::json;

static void writeFields(json::OStream &out, const StepErrors &errors) {
  out.attribute("bits", errors.bits);
  out.attribute("power", errors.power);
  out.attribute("first", errors.first);
  out.attributeArray("errors", [&] {
    for (double error : errors.errors)
      out.value(error);
  });
}

std::string tare::calibration::toJson(const Ranges &ranges) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  json::OStream out(stream, 2);
  out.object([&] {
    out.attribute("version", Ranges::currentVersion);
    out.attribute("method", ranges.method);
    out.attribute("activations", ranges.activations);
    out.attribute("samples", ranges.samples);
    out.attributeObject("values", [&] {
      for (const auto &[name, range] : ranges.values)
        out.attributeObject(name, [&] {
          out.attribute("label", range.label);
          out.attribute("min", range.min);
          out.attribute("max", range.max);
          out.attribute("seen_min", range.seenMin);
          out.attribute("seen_max", range.seenMax);
          if (range.nonFinite)
            out.attribute("non_finite", int64_t(range.nonFinite));
          if (range.stepErrors)
            out.attributeObject("step_errors", [&] { writeFields(out, *range.stepErrors); });
        });
    });
  });
  return text + "\n";
}
