//===- Requantization.cpp - What becomes of a layer's sums in C -----------===//
#include "Requantization.h"

#include "Rounding.h"
#include "tare/Kernels/Rounding.h"

#include <algorithm>

using namespace tare;
using namespace tare::csource;

namespace {

/// Below these magnitudes a product has room for what rounding adds.
constexpr int64_t roomOf32 = int64_t(1) << 30, roomOf64 = int64_t(1) << 62;

/// The index of a list of one entry for all channels, or of one for each.
template <typename T> std::string indexOf(const std::vector<T> &list) { return list.size() == 1 ? "0" : "c"; }

/// Of the list by which the results' kernel is told apart: "_of_channels", where it has an entry for each.
template <typename T> bool isShared(const std::vector<T> &list) { return list.size() == 1; }

class Writer {
public:
  Writer(LayerWriter &layer, const program::RequantT &requant, const Sums &sums, ElementType element)
      : layer(layer), unit(layer.unit), requant(requant), sums(sums), element(element) {}

  Requantization write() {
    if (requant.stages)
      return written("stages", staged(), stagesValue());
    chosen = scale();
    if (requant.function)
      return written("function", behindFunction(), functionValue());
    return written("requant", plain(), plainValue(requant.zero_point, requant.clamp_min, requant.clamp_max));
  }

private:
  Requantization written(const char *type, const std::string &function, std::string value) {
    return {type, std::move(value), fmt::format("({}){}(({})(sum), r, c)", typeOf(element), function, sums.whole)};
  }

  int64_t largestMultiplier() const { return *std::ranges::max_element(requant.multipliers); }

  Shifts shifts() const {
    auto [least, most] = std::ranges::minmax(kernels::shiftsOf(requant));
    return {least, most};
  }

  /// A function that scales a sum and rounds it, the type that it gives, and what multipliers and shifts are for it.
  struct Scale {
    std::string function, type;
    /// By which multipliers are shifted up, and shifts are more.
    int up = 0;
  };

  Scale scale() {
    int64_t product = limitedProduct(sums.largest, largestMultiplier());
    if (product < roomOf32 && shifts().most < 32)
      return exactScale("int32_t");
    if (std::optional<Scale> high = highScale())
      return *high;
    return product < roomOf64 ? exactScale("int64_t") : Scale{wideScale(), "int64_t"};
  }

  Scale exactScale(const std::string &type) {
    return {
        unit.kernel("scale", "scale",
                    {{"SUM", sums.whole}, {"V", type}, {"ROUND", roundingOf(unit, requant.rounding, type, shifts())}}),
        type};
  }

  /// Of sums of 32 bits and shifts of more than 32, as nearly all are when multipliers take all of their 32 bits, the
  /// upper half of a product has all that counts: 32-bit processors round it in a few steps.
  std::optional<Scale> highScale() {
    bool isTwice = requant.rounding == program::Rounding::gemmlowp_double && shifts().most > 31;
    bool isFloor = requant.rounding == program::Rounding::floor;
    int least = isTwice ? 31 : isFloor ? 32 : 33, up = std::max(0, least - shifts().least);
    // Of gemmlowp's two steps the first is what it is.
    bool fits = isTwice ? up == 0 : largestMultiplier() << up <= INT32_MAX && shifts().most + up <= 62;
    if (!fits || sums.whole != "int32_t" || requant.rounding == program::Rounding::half_even)
      return std::nullopt;
    std::string kernel = isTwice                                            ? "scale_high_gemmlowp"
                         : isFloor                                          ? "scale_high_floor"
                         : requant.rounding == program::Rounding::half_away ? "scale_high_half_away"
                                                                            : "scale_high_half_up";
    Parameters parameters;
    if (isTwice)
      parameters["HALF_AWAY"] = roundingOf(unit, program::Rounding::half_away, "int32_t", {0, 31});
    return Scale{unit.kernel(kernel, kernel, parameters), "int32_t", up};
  }

  std::string wideScale() {
    bool isTwice = requant.rounding == program::Rounding::gemmlowp_double;
    return unit.kernel(
        "scale_wide", "scale_wide",
        {{"GEMMLOWP", isTwice ? "1" : "0"},
         {"ROUND", roundingOf(unit, requant.rounding, "int64_t", {0, 62})},
         {"HALF_AWAY", isTwice ? roundingOf(unit, program::Rounding::half_away, "int64_t", {1, 31}) : ""}});
  }

  std::string plain() {
    unit.use("requant");
    const auto &shifts = kernels::shiftsOf(requant);
    return unit.kernel("requantize", "requantize",
                       {{"SUM", sums.whole},
                        {"V", chosen.type},
                        {"SCALE", chosen.function},
                        {"MULTIPLIER", indexOf(requant.multipliers)},
                        {"SHIFT", indexOf(shifts)},
                        {"SHARED", isShared(requant.multipliers) && isShared(shifts) ? "1" : "0"}});
  }

  /// Limits are taken before the zero point is added, which is so never out of range.
  std::string plainValue(int64_t zero, int64_t low, int64_t high) {
    std::vector<int32_t> multipliers = requant.multipliers;
    for (int32_t &multiplier : multipliers)
      multiplier <<= chosen.up;
    std::vector<uint8_t> shifts = kernels::shiftsOf(requant);
    for (uint8_t &shift : shifts)
      shift = uint8_t(shift + chosen.up);
    return structOf({{"multipliers", layer.array("multipliers", multipliers)},
                     {"shifts", layer.array("shifts", shifts)},
                     member("low", low - zero),
                     member("high", high - zero),
                     member("zero", zero)});
  }

  std::string staged() {
    unit.use("stages");
    const program::StagesT &stages = *requant.stages;
    auto round = [&](const std::string &type, int shift) {
      return roundingOf(unit, program::Rounding::half_away, type, {shift, shift});
    };
    std::string sum = sums.largest < roomOf32 ? sums.whole : "int64_t";
    std::string product = largestMultiplier() << 15 < roomOf32 ? "int32_t" : "int64_t";
    std::string last = largestStagedSum() < roomOf32 ? "int32_t" : "int64_t";
    return unit.kernel("requantize_stages", "requantize",
                       {{"SUM", sum},
                        {"PRODUCT", product},
                        {"ROUND_SUM", round(sum, stages.accumulator_shift)},
                        {"ROUND_PRODUCT", round(product, stages.product_shift)},
                        {"LAST", last},
                        {"ROUND", round(last, stages.output_shift)},
                        {"MULTIPLIER", indexOf(requant.multipliers)},
                        {"BIAS", indexOf(stages.bias)},
                        {"SHARED", isShared(requant.multipliers) && isShared(stages.bias) ? "1" : "0"}});
  }

  int64_t largestStagedSum() const {
    int64_t largest = 0;
    for (size_t c = 0; c != kernels::entryCount(requant); ++c)
      largest = std::max(largest, kernels::largestStagedSum(kernels::perChannel(requant.multipliers, c),
                                                            requant.stages->product_shift,
                                                            kernels::perChannel(requant.stages->bias, c)));
    return largest;
  }

  std::string stagesValue() {
    const program::StagesT &stages = *requant.stages;
    return structOf({{"multipliers", layer.array("multipliers", requant.multipliers)},
                     {"bias", layer.array("stage_bias", stages.bias)},
                     member("sum_shift", stages.accumulator_shift),
                     member("product_shift", stages.product_shift),
                     member("output_shift", stages.output_shift),
                     member("low", requant.clamp_min),
                     member("high", requant.clamp_max)});
  }

  std::string behindFunction() {
    std::string inner = plain();
    unit.use("function");
    return unit.kernel("requantize_function", "requantize_function", {{"SUM", sums.whole}, {"INNER", inner}});
  }

  std::string functionValue() {
    const program::LayerFunctionT &function = *requant.function;
    return structOf({{"inner", plainValue(function.zero_point, INT16_MIN, INT16_MAX)},
                     {"table", layer.array("function", function.table)},
                     member("fraction_bits", function.fraction_bits),
                     member("low", requant.clamp_min),
                     member("high", requant.clamp_max)});
  }

  LayerWriter &layer;
  Unit &unit;
  const program::RequantT &requant;
  const Sums &sums;
  ElementType element;
  /// But of stages.
  Scale chosen;
};

} // namespace

void Requantization::addTo(Parameters &parameters) const {
  parameters["REQUANTIZED"] = exists() ? "1" : "0";
  parameters["RESULT(sum, c)"] = result;
  if (exists())
    parameters["REQUANT"] = type;
}

void Requantization::addTo(std::vector<Member> &members) const {
  if (exists())
    members.push_back({"requant", value});
}

Requantization csource::requantization(LayerWriter &layer, const program::RequantT *requant, const Sums &sums,
                                       ElementType element) {
  if (!requant)
    return {"", "", fmt::format("({})(sum)", typeOf(element))};
  return Writer(layer, *requant, sums, element).write();
}
