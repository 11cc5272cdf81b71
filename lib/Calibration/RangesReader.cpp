//===- RangesReader.cpp - Reads what calibration found --------------------===//
//
// nlohmann's JSON: LLVM's objects take 4 KB each, which is 1 GB for a network of
// 100,000 layers.
//
//===----------------------------------------------------------------------===//
#include "tare/Calibration/Ranges.h"
#include "tare/Calibration/SampleHashes.h"
#include "tare/Diagnostics/Nearest.h"
#include "tare/Diagnostics/Nesting.h"
#include "tare/Tensor/StandardStreams.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <span>

using namespace tare;
using namespace tare::calibration;
using nlohmann::json;

namespace {

/// Reads characters, and tells how far it has come.
class Cursor {
public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char *;
  using reference = const char &;

  Cursor(const char *at, const char **reached) : at(at), reached(reached) {}
  reference operator*() const { return *at; }
  Cursor &operator++() {
    *reached = ++at;
    return *this;
  }
  bool operator==(const Cursor &other) const { return at == other.at; }
  bool operator!=(const Cursor &other) const { return at != other.at; }

private:
  const char *at;
  const char **reached;
};

/// What a key of the file may hold.
struct Field {
  const char *key;
  bool (*fits)(const json &);
  const char *expected;
};

bool isLabel(const json &value) {
  constexpr std::string_view labels[] = {calibratedLabel, inheritedLabel, constantLabel, deadLabel, nanLabel};
  return value.is_string() && std::ranges::find(labels, value.get<std::string_view>()) != std::end(labels);
}
bool isNumber(const json &value) { return value.is_number(); }
/// Data are float32.
bool isReal(const json &value) {
  return value.is_number() && std::abs(value.get<double>()) <= double(std::numeric_limits<float>::max());
}
bool isRealOrNull(const json &value) { return isReal(value) || value.is_null(); }
bool isMethod(const json &value) {
  return value.is_string() && (value.get<std::string>().empty() || methodOf(value.get<std::string>()));
}
bool isActivations(const json &value) {
  constexpr std::string_view names[] = {"", "int8", "int16"};
  return value.is_string() && std::ranges::find(names, value.get<std::string_view>()) != std::end(names);
}
bool isBits(const json &value) { return value.is_number() && (value == 8 || value == 16); }
bool isObject(const json &value) { return value.is_object(); }
bool isList(const json &value) { return value.is_array(); }
bool isDistance(const json &value) { return isReal(value) && value.get<double>() >= 0; }
bool isCount(const json &value) {
  return value.is_number() && value.get<double>() >= 0 && std::trunc(value.get<double>()) == value.get<double>();
}
bool isHash(const json &value) {
  return value.is_string() && value.get_ref<const std::string &>().size() == 16 &&
         llvm::all_of(value.get_ref<const std::string &>(), llvm::isHexDigit);
}
bool areHashes(const json &value) {
  return value.is_array() && value.size() <= SampleHashes::most && llvm::all_of(value, isHash);
}

constexpr Field rootFields[] = {
    {"version", isNumber, "a number"},
    {"method", isMethod, "one of auto, min_max, mean_min_max, percentile, mse, kl, kl_v2, aciq"},
    {"activations", isActivations, "int8 or int16"},
    {"samples", isCount, "a whole number of 0 or more"},
    {"values", isObject, "an object"},
    {"sample_hashes", areHashes, "a list of up to 1024 numbers of 16 hexadecimal digits"}};
constexpr Field valueFields[] = {{"label", isLabel, "one of calibrated, inherited, constant, dead, nan"},
                                 {"min", isReal, "a number that float32 holds"},
                                 {"max", isReal, "a number that float32 holds"},
                                 {"seen_min", isRealOrNull, "null or a number that float32 holds"},
                                 {"seen_max", isRealOrNull, "null or a number that float32 holds"},
                                 {"non_finite", isCount, "a whole number of 0 or more"},
                                 {"non_finite_sample", isCount, "a whole number of 0 or more"},
                                 {"flattened", isCount, "a whole number of 0 or more"},
                                 {"flattened_of", isCount, "a whole number of 0 or more"},
                                 {"chosen_min", isReal, "a number that float32 holds"},
                                 {"chosen_max", isReal, "a number that float32 holds"},
                                 {"headroom_below", isDistance, "a number of 0 or more"},
                                 {"headroom_above", isDistance, "a number of 0 or more"},
                                 {"beyond", isDistance, "a number of 0 or more"},
                                 {"least_row_maximum", isReal, "a number that float32 holds"},
                                 {"step_errors", isObject, "an object"}};
constexpr Field stepErrorFields[] = {{"bits", isBits, "8 or 16"},
                                     {"power", isNumber, "a number"},
                                     {"first", isNumber, "a number"},
                                     {"errors", isList, "a list"}};

/// The fields of the object at a path of keys; none where any key will do, or where nothing is known of it.
std::span<const Field> fieldsAt(std::span<const std::string> path) {
  if (path.empty())
    return rootFields;
  if (path[0] != "values" || path.size() < 2)
    return {};
  if (path.size() == 2)
    return valueFields;
  return path.size() == 3 && path[2] == "step_errors" ? std::span<const Field>(stepErrorFields)
                                                      : std::span<const Field>();
}

/// Looks at each key where it stands: the parsed file does not say where a key was, and has each once. A reading of its
/// own, as the library's parser with a callback takes the square of an object's keys.
class KeyCheck : public nlohmann::json_sax<json> {
public:
  KeyCheck(const char *begin, const char *const *reached) : begin(begin), reached(reached) {}

  bool start_object(std::size_t) override { return seen.emplace_back(), enter(); }
  bool end_object() override { return seen.pop_back(), leave(); }
  /// Ends at the first problem.
  bool key(string_t &key) override { return check(seen.size() - 1, key), !found; }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t &) override { return true; }
  bool string(string_t &) override { return true; }
  bool binary(binary_t &) override { return true; }
  bool start_array(std::size_t) override { return enter(); }
  bool end_array() override { return leave(); }
  /// Told where the file is parsed.
  bool parse_error(std::size_t, const std::string &, const nlohmann::detail::exception &) override { return false; }

  /// "12: value 'x': ..." of the first key that does not belong where it is; nothing where all do.
  const std::optional<std::string> &problem() const { return found; }
  /// Whether that is the problem: what prints a value calls itself for each level of it.
  bool isTooDeep() const { return depth > deepestNesting; }

private:
  bool enter() {
    if (++depth > deepestNesting)
      found = place() + llvm::formatv("nests more than {0} deep, which no ranges file needs", deepestNesting).str();
    return !found;
  }
  bool leave() { return --depth, true; }

  /// `level` objects are around the one that has the key.
  void check(size_t level, const std::string &key) {
    path.resize(level);
    std::vector<std::string> known;
    for (const Field &field : fieldsAt(path))
      known.push_back(field.key);
    if (!known.empty() && !llvm::is_contained(known, key))
      report("unknown key \"" + key + "\"; expected one of " + llvm::join(known, ", ") + didYouMean(key, known));
    else if (!seen[level].insert(key).second)
      report("the key \"" + key + "\" stands there twice");
    path.push_back(key);
  }

  void report(const std::string &what) {
    found = place() + (path.size() > 1 ? "value '" + path[1] + "': " : "") + what;
  }
  std::string place() const { return std::to_string(std::count(begin, *reached, '\n') + 1) + ": "; }

  const char *begin;
  const char *const *reached;
  std::vector<std::string> path;
  /// The keys of the objects around the parser's place.
  std::vector<std::set<std::string>> seen;
  std::optional<std::string> found;
  size_t depth = 0;
};

/// What stands in a field that cannot stand there.
Status checkFields(const json &object, std::span<const Field> fields) {
  constexpr size_t shown = 40;
  for (const Field &field : fields)
    if (auto value = object.find(field.key); value != object.end() && !field.fits(*value)) {
      std::string text = value->dump(-1, ' ', false, json::error_handler_t::replace);
      return Error{llvm::formatv("has \"{0}\": {1}, expected {2}", field.key,
                                 text.size() > shown ? text.substr(0, shown) + "..." : text, field.expected)};
    }
  return success();
}

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
  if (Status fits = checkFields(object, stepErrorFields); !fits)
    return Error{"step_errors: " + fits.error().message};
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

/// What an entry says in two ways that cannot both be true.
Status checkAgreement(const ValueRange &range) {
  if (range.seenMin > range.seenMax)
    return Error{llvm::formatv("has \"seen_min\": {0} above \"seen_max\": {1}; calibrate again",
                               llvm::format("%g", range.seenMin), llvm::format("%g", range.seenMax))};
  bool isSeen = range.seenMin < 0 || range.seenMax > 0, isEmpty = range.min >= 0 && range.max <= 0;
  if (range.label != nanLabel && isSeen && isEmpty)
    return Error{
        llvm::formatv("has the range [0, 0], but calibration saw [{0}, {1}], of which nothing would be left; correct "
                      "\"min\" and \"max\", or calibrate again",
                      llvm::format("%g", range.seenMin), llvm::format("%g", range.seenMax))};
  return success();
}

/// One entry; the error says what is wrong with it.
Result<ValueRange> parseValue(const json &object) {
  if (Status fits = checkFields(object, valueFields); !fits)
    return fits.error();
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
  range.leastRowMaximum = number(object, "least_row_maximum");
  range.headroomBelow = number(object, "headroom_below").value_or(0);
  range.headroomAbove = number(object, "headroom_above").value_or(0);
  range.beyond = number(object, "beyond").value_or(0);
  range.chosenMin = number(object, "chosen_min");
  range.chosenMax = number(object, "chosen_max");
  if (const json *entry = member(object, "step_errors"); entry && entry->is_object()) {
    Result<StepErrors> errors = parseStepErrors(*entry);
    if (!errors)
      return errors.error();
    range.stepErrors = std::move(*errors);
  }
  if (Status agrees = checkAgreement(range); !agrees)
    return agrees.error();
  // Of what calibration did not reach, whoever wrote a range into the file knows more.
  if (range.label == deadLabel && range.min < range.max)
    range.label = calibratedLabel;
  return range;
}

/// What the parser says, without the library's number in front.
std::string reasonOf(const json::exception &error) {
  std::string reason = error.what();
  size_t prefix = reason.find("] ");
  return prefix == std::string::npos ? reason : reason.substr(prefix + 2);
}

std::set<uint64_t> hashesOf(const json &root) {
  std::set<uint64_t> hashes;
  if (const json *list = member(root, "sample_hashes"))
    for (const json &hash : *list)
      hashes.insert(std::stoull(hash.get_ref<const std::string &>(), nullptr, 16));
  return hashes;
}

/// `samples`, if given, gets the hashes of the file.
Result<Ranges> parse(llvm::StringRef contents, const std::string &name, SampleHashes *samples = nullptr) {
  if (contents.trim().empty())
    return Error{name + ": is empty, expected a ranges file, as tare calibrate writes"};
  json root;
  const char *reached = contents.begin();
  KeyCheck keys(contents.begin(), &reached);
  json::sax_parse(Cursor(contents.begin(), &reached), Cursor(contents.end(), &reached), &keys);
  if (keys.isTooDeep())
    return Error{name + ":" + *keys.problem()};
  try {
    root = json::parse(contents.begin(), contents.end());
  } catch (const json::exception &error) {
    return Error{name + ": is not JSON: " + reasonOf(error)};
  }
  const json *values = root.is_object() ? member(root, "values") : nullptr;
  if (!values || !values->is_object())
    return Error{
        name + ": is not a ranges file: expected an object with \"version\" and \"values\", as tare calibrate writes"};
  if (keys.problem())
    return Error{name + ":" + *keys.problem()};
  if (Status fits = checkFields(root, rootFields); !fits)
    return Error{name + ": " + fits.error().message};
  std::optional<int64_t> version = integer(root, "version");
  if (version != Ranges::currentVersion)
    return Error{name + ": has version " + (version ? std::to_string(*version) : "none") +
                 ", this build reads version " + std::to_string(Ranges::currentVersion) + "; calibrate again"};
  Ranges ranges;
  ranges.method = text(root, "method").value_or("");
  ranges.activations = text(root, "activations").value_or("");
  ranges.samples = integer(root, "samples").value_or(0);
  if (samples)
    *samples = SampleHashes::of(hashesOf(root), ranges.samples);
  for (const auto &[key, value] : values->items()) {
    Result<ValueRange> range = value.is_object() ? parseValue(value) : Error{"is not an object"};
    if (!range)
      return Error{name + ": value '" + key + "' " + range.error().message};
    // Both are sorted by name.
    ranges.values.emplace_hint(ranges.values.end(), key, std::move(*range));
  }
  ranges.measured = bearsOut(ranges);
  ranges.isFromFile = true;
  return ranges;
}

} // namespace

Result<Ranges> tare::calibration::parseRanges(const std::string &text, const std::string &name) {
  return parse(text, name);
}

static Result<Ranges> read(const std::string &path, SampleHashes *samples) {
  Result<std::string> opened = pathToOpen(path);
  if (!opened)
    return opened.error();
  auto buffer = llvm::MemoryBuffer::getFile(*opened);
  if (!buffer)
    return Error{path + ": " + buffer.getError().message()};
  return parse((*buffer)->getBuffer(), path, samples);
}

Result<Ranges> tare::calibration::readRanges(const std::string &path) { return read(path, nullptr); }

Result<SampleHashes> tare::calibration::readSampleHashes(const std::string &path) {
  SampleHashes samples;
  Result<Ranges> ranges = read(path, &samples);
  return ranges ? Result<SampleHashes>(std::move(samples)) : ranges.error();
}
