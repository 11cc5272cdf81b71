//===- Choices.cpp - What a user chooses for values and layers ------------===//
#include "tare/Dialect/Qnn/Choices.h"
#include "tare/Dialect/Qnn/Names.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tare;
using namespace tare::qnn;

namespace {

/// The settings of one entry, to and from a dictionary. `Io` has one overload per type of setting.
template <typename Io> void mapSettings(Io &io, LayerChoice &choice) {
  io.map("adaptive_rounding", choice.adaptiveRounding);
  io.map("bias_correction", choice.biasCorrection);
  io.map("keep_float", choice.keepFloat);
  io.map("per_channel", choice.perChannel);
  io.map("weight_scales", choice.weightScales);
}

template <typename Io> void mapSettings(Io &io, ValueChoice &choice) {
  io.map("bits", choice.bits);
  io.map("method", choice.method);
  io.map("percentile", choice.percentile);
  io.map("range", choice.range);
  io.map("scale", choice.scale);
  io.map("symmetric", choice.symmetric);
  io.map("zero_point", choice.zeroPoint);
}

/// Fills a dictionary.
class Writer {
public:
  explicit Writer(MLIRContext *context) : builder(context) {}

  void map(StringRef key, const std::optional<bool> &value) {
    if (value)
      add(key, builder.getBoolAttr(*value));
  }
  void map(StringRef key, const std::optional<unsigned> &value) {
    if (value)
      add(key, builder.getI64IntegerAttr(*value));
  }
  void map(StringRef key, const std::optional<int64_t> &value) {
    if (value)
      add(key, builder.getI64IntegerAttr(*value));
  }
  void map(StringRef key, const std::optional<double> &value) {
    if (value)
      add(key, builder.getF64FloatAttr(*value));
  }
  void map(StringRef key, const std::optional<std::string> &value) {
    if (value)
      add(key, builder.getStringAttr(*value));
  }
  void map(StringRef key, const std::optional<std::pair<double, double>> &value) {
    if (value)
      add(key, builder.getDenseF64ArrayAttr({value->first, value->second}));
  }
  void map(StringRef key, const std::vector<double> &value) {
    if (!value.empty())
      add(key, builder.getDenseF64ArrayAttr(value));
  }

  DictionaryAttr take() { return builder.getDictionaryAttr(entries); }

private:
  void add(StringRef key, Attribute value) { entries.push_back(builder.getNamedAttr(key, value)); }

  Builder builder;
  SmallVector<NamedAttribute> entries;
};

/// Reads a dictionary, and says what in it is no setting.
class Reader {
public:
  explicit Reader(DictionaryAttr entries) : entries(entries) {}

  void map(StringRef key, std::optional<bool> &value) {
    if (auto attr = get<BoolAttr>(key, "a bool"))
      value = attr.getValue();
  }
  void map(StringRef key, std::optional<unsigned> &value) {
    if (auto attr = get<IntegerAttr>(key, "an integer"))
      value = unsigned(attr.getInt());
  }
  void map(StringRef key, std::optional<int64_t> &value) {
    if (auto attr = get<IntegerAttr>(key, "an integer"))
      value = attr.getInt();
  }
  void map(StringRef key, std::optional<double> &value) {
    if (auto attr = get<FloatAttr>(key, "a number"))
      value = attr.getValueAsDouble();
  }
  void map(StringRef key, std::optional<std::string> &value) {
    if (auto attr = get<StringAttr>(key, "a string"))
      value = attr.str();
  }
  void map(StringRef key, std::optional<std::pair<double, double>> &value) {
    auto attr = get<DenseF64ArrayAttr>(key, "array<f64: min, max>");
    if (attr && attr.size() != 2)
      return refuse(key, "array<f64: min, max>", attr);
    if (attr)
      value = std::pair(attr[0], attr[1]);
  }
  void map(StringRef key, std::vector<double> &value) {
    if (auto attr = get<DenseF64ArrayAttr>(key, "array<f64>"))
      value.assign(attr.asArrayRef().begin(), attr.asArrayRef().end());
  }

  /// What is wrong; empty where all is well.
  std::string problem() const {
    if (!found.empty() || known == entries.size())
      return found;
    return "a key that is none";
  }

private:
  template <typename Kind> Kind get(StringRef key, StringRef expected) {
    Attribute attr = entries.get(key);
    known += bool(attr);
    auto fit = dyn_cast_if_present<Kind>(attr);
    if (attr && !fit)
      refuse(key, expected, attr);
    return fit;
  }

  void refuse(StringRef key, StringRef expected, Attribute attr) {
    llvm::raw_string_ostream os(found);
    os << key << " = " << attr << ", expected " << expected;
  }

  DictionaryAttr entries;
  size_t known = 0;
  std::string found;
};

template <typename Choice> Choice read(DictionaryAttr entry) {
  Choice choice;
  Reader reader(entry);
  mapSettings(reader, choice);
  return choice;
}

template <typename Choice> DictionaryAttr write(MLIRContext *context, Choice choice) {
  Writer writer(context);
  mapSettings(writer, choice);
  return writer.take();
}

constexpr StringLiteral layersKey = "layers", valuesKey = "values";

DictionaryAttr partOf(DictionaryAttr all, StringRef key) { return all.getAs<DictionaryAttr>(key); }

template <typename Choice> DictionaryAttr listOf(MLIRContext *context, const auto &choices) {
  Builder builder(context);
  SmallVector<NamedAttribute> entries;
  for (const auto &[name, choice] : choices)
    entries.push_back(builder.getNamedAttr(name, write<Choice>(context, choice)));
  return builder.getDictionaryAttr(entries);
}

template <typename Choice> std::string misfitOf(DictionaryAttr entries) {
  for (NamedAttribute entry : entries) {
    auto settings = dyn_cast<DictionaryAttr>(entry.getValue());
    if (!settings)
      return "'" + entry.getName().str() + "' is no dictionary";
    Choice choice;
    Reader reader(settings);
    mapSettings(reader, choice);
    if (std::string problem = reader.problem(); !problem.empty())
      return "'" + entry.getName().str() + "' has " + problem;
  }
  return "";
}

} // namespace

Choices Choices::of(Operation *function) {
  Choices choices;
  auto attr = function ? function->getAttrOfType<DictionaryAttr>(choicesAttrName) : DictionaryAttr();
  if (!attr)
    return choices;
  if (DictionaryAttr layers = partOf(attr, layersKey))
    for (NamedAttribute entry : layers)
      choices.layers[entry.getName().str()] = read<LayerChoice>(cast<DictionaryAttr>(entry.getValue()));
  if (DictionaryAttr values = partOf(attr, valuesKey))
    for (NamedAttribute entry : values)
      choices.values[entry.getName().str()] = read<ValueChoice>(cast<DictionaryAttr>(entry.getValue()));
  return choices;
}

DictionaryAttr Choices::toAttr(MLIRContext *context) const {
  Builder builder(context);
  return builder.getDictionaryAttr({builder.getNamedAttr(layersKey, listOf<LayerChoice>(context, layers)),
                                    builder.getNamedAttr(valuesKey, listOf<ValueChoice>(context, values))});
}

const LayerChoice *Choices::ofLayer(Operation *op) const {
  auto found = layers.empty() ? layers.end() : layers.find(layerName(op));
  return found == layers.end() ? nullptr : &found->second;
}

const ValueChoice *Choices::ofValue(Value value) const {
  auto found = values.empty() ? values.end() : values.find(valueName(value));
  return found == values.end() ? nullptr : &found->second;
}

std::string tare::qnn::misfitOfChoices(Attribute attribute) {
  auto all = dyn_cast<DictionaryAttr>(attribute);
  if (!all)
    return "it is no dictionary";
  for (NamedAttribute part : all) {
    const bool areLayers = part.getName() == layersKey;
    if (!areLayers && part.getName() != valuesKey)
      return "'" + part.getName().str() + "' is neither layers nor values";
    auto entries = dyn_cast<DictionaryAttr>(part.getValue());
    if (!entries)
      return "'" + part.getName().str() + "' is no dictionary";
    std::string misfit = areLayers ? misfitOf<LayerChoice>(entries) : misfitOf<ValueChoice>(entries);
    if (!misfit.empty())
      return misfit;
  }
  return "";
}
