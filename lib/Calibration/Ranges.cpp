//===- Ranges.cpp - What calibration found, as a file ---------------------===//
#include "tare/Calibration/Ranges.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cmath>

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

static Result<StepErrors> parseStepErrors(const json::Object &object) {
  const Error misfit{
      "has \"step_errors\" without \"bits\", \"power\", \"first\" and \"errors\", numbers of 0 and more"};
  auto bits = object.getInteger("bits"), first = object.getInteger("first");
  auto power = object.getNumber("power");
  const json::Array *list = object.getArray("errors");
  if (!bits || !first || !power || !list || list->empty() || !(*power >= 0) || std::abs(*first) > 1000)
    return misfit;
  StepErrors errors{*bits, *power, int(*first), {}};
  for (const json::Value &value : *list) {
    auto error = value.getAsNumber();
    if (!error || !(*error >= 0) || !std::isfinite(*error))
      return misfit;
    errors.errors.push_back(*error);
  }
  return errors;
}

/// One entry; the error says what is wrong with it.
static Result<ValueRange> parseValue(const json::Object &object) {
  ValueRange range;
  auto label = object.getString("label");
  auto min = object.getNumber("min"), max = object.getNumber("max");
  if (!label || !min || !max)
    return Error{"needs \"label\", \"min\" and \"max\""};
  if (!std::isfinite(*min) || !std::isfinite(*max) || *min > *max)
    return Error{"needs finite numbers with min <= max"};
  range.label = label->str();
  range.min = *min;
  range.max = *max;
  range.seenMin = object.getNumber("seen_min").value_or(*min);
  range.seenMax = object.getNumber("seen_max").value_or(*max);
  range.nonFinite = object.getInteger("non_finite").value_or(0);
  if (const json::Object *entry = object.getObject("step_errors")) {
    Result<StepErrors> errors = parseStepErrors(*entry);
    if (!errors)
      return errors.error();
    range.stepErrors = *errors;
  }
  return range;
}

Result<Ranges> tare::calibration::parseRanges(const std::string &text, const std::string &name) {
  llvm::Expected<json::Value> parsed = json::parse(text);
  if (!parsed)
    return Error{name + ": is not JSON: " + llvm::toString(parsed.takeError())};
  const json::Object *root = parsed->getAsObject();
  const json::Object *values = root ? root->getObject("values") : nullptr;
  if (!values)
    return Error{name + ": is not a ranges file: expected an object with \"version\" and \"values\", as tare calibrate writes"};
  std::optional<int64_t> version = root->getInteger("version");
  if (version != Ranges::currentVersion)
    return Error{name + ": has version " + (version ? std::to_string(*version) : "none") + ", this build reads version " +
                 std::to_string(Ranges::currentVersion) + "; calibrate again"};
  Ranges ranges;
  ranges.method = root->getString("method").value_or("").str();
  ranges.activations = root->getString("activations").value_or("").str();
  ranges.samples = root->getInteger("samples").value_or(0);
  for (const auto &[key, value] : *values) {
    const json::Object *object = value.getAsObject();
    Result<ValueRange> range = object ? parseValue(*object) : Error{"is not an object"};
    if (!range)
      return Error{name + ": value '" + key.str() + "' " + range.error().message};
    ranges.values[key.str()] = *range;
  }
  return ranges;
}

Result<Ranges> tare::calibration::readRanges(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return Error{path + ": " + buffer.getError().message()};
  return parseRanges((*buffer)->getBuffer().str(), path);
}
