//===- RangesReader.cpp - Reads what calibration found --------------------===//
//
// nlohmann's JSON: LLVM's objects take 4 KB each, which is 1 GB for a network of
// 100,000 layers.
//
//===----------------------------------------------------------------------===//
#include "tare/Calibration/Ranges.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cmath>
#include <nlohmann/json.hpp>

using namespace tare;
using namespace tare::calibration;
using nlohmann::json;

namespace {

const json *member(const json &object, const char *key) {
  auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::optional<double> number(const json &object, const char *key) {
  const json *value = member(object, key);
  return value && value->is_number() ? std::optional(value->get<double>()) : std::nullopt;
}

/// 3 and 3.0, not 3.5.
std::optional<int64_t> integer(const json &object, const char *key) {
  const json *value = member(object, key);
  if (value && value->is_number_integer())
    return value->get<int64_t>();
  std::optional<double> real = number(object, key);
  bool isWhole = real && std::abs(*real) < 0x1p63 && std::trunc(*real) == *real;
  return isWhole ? std::optional(int64_t(*real)) : std::nullopt;
}

std::optional<std::string> text(const json &object, const char *key) {
  const json *value = member(object, key);
  return value && value->is_string() ? std::optional(value->get<std::string>()) : std::nullopt;
}

Result<StepErrors> parseStepErrors(const json &object) {
  const Error misfit{
      "has \"step_errors\" without \"bits\", \"power\", \"first\" and \"errors\", numbers of 0 and more"};
  auto bits = integer(object, "bits"), first = integer(object, "first");
  auto power = number(object, "power");
  const json *list = member(object, "errors");
  if (!bits || !first || !power || !list || !list->is_array() || list->empty() || !(*power >= 0) ||
      std::abs(*first) > 1000)
    return misfit;
  StepErrors errors{*bits, *power, int(*first), {}};
  for (const json &error : *list) {
    if (!error.is_number() || !(error.get<double>() >= 0) || !std::isfinite(error.get<double>()))
      return misfit;
    errors.errors.push_back(error.get<double>());
  }
  return errors;
}

/// One entry; the error says what is wrong with it.
Result<ValueRange> parseValue(const json &object) {
  ValueRange range;
  auto label = text(object, "label");
  auto min = number(object, "min"), max = number(object, "max");
  if (!label || !min || !max)
    return Error{"needs \"label\", \"min\" and \"max\""};
  if (!std::isfinite(*min) || !std::isfinite(*max) || *min > *max)
    return Error{"needs finite numbers with min <= max"};
  range.label = std::move(*label);
  range.min = *min;
  range.max = *max;
  range.seenMin = number(object, "seen_min").value_or(NAN);
  range.seenMax = number(object, "seen_max").value_or(NAN);
  range.nonFinite = integer(object, "non_finite").value_or(0);
  range.nonFiniteSample = integer(object, "non_finite_sample").value_or(-1);
  range.flattened = std::max<int64_t>(integer(object, "flattened").value_or(0), 0);
  range.flattenedOf = std::max<int64_t>(integer(object, "flattened_of").value_or(0), 0);
  if (const json *entry = member(object, "step_errors"); entry && entry->is_object()) {
    Result<StepErrors> errors = parseStepErrors(*entry);
    if (!errors)
      return errors.error();
    range.stepErrors = std::move(*errors);
  }
  return range;
}

/// What the parser says, without the library's number in front.
std::string reasonOf(const json::exception &error) {
  std::string reason = error.what();
  size_t prefix = reason.find("] ");
  return prefix == std::string::npos ? reason : reason.substr(prefix + 2);
}

Result<Ranges> parse(llvm::StringRef contents, const std::string &name) {
  json root;
  try {
    root = json::parse(contents.begin(), contents.end());
  } catch (const json::exception &error) {
    return Error{name + ": is not JSON: " + reasonOf(error)};
  }
  const json *values = root.is_object() ? member(root, "values") : nullptr;
  if (!values || !values->is_object())
    return Error{
        name + ": is not a ranges file: expected an object with \"version\" and \"values\", as tare calibrate writes"};
  std::optional<int64_t> version = integer(root, "version");
  if (version != Ranges::currentVersion)
    return Error{name + ": has version " + (version ? std::to_string(*version) : "none") +
                 ", this build reads version " + std::to_string(Ranges::currentVersion) + "; calibrate again"};
  Ranges ranges;
  ranges.method = text(root, "method").value_or("");
  ranges.activations = text(root, "activations").value_or("");
  ranges.samples = integer(root, "samples").value_or(0);
  for (const auto &[key, value] : values->items()) {
    Result<ValueRange> range = value.is_object() ? parseValue(value) : Error{"is not an object"};
    if (!range)
      return Error{name + ": value '" + key + "' " + range.error().message};
    // Both are sorted by name.
    ranges.values.emplace_hint(ranges.values.end(), key, std::move(*range));
  }
  ranges.measured = bearsOut(ranges);
  return ranges;
}

} // namespace

Result<Ranges> tare::calibration::parseRanges(const std::string &text, const std::string &name) {
  return parse(text, name);
}

Result<Ranges> tare::calibration::readRanges(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return Error{path + ": " + buffer.getError().message()};
  return parse((*buffer)->getBuffer(), path);
}
