//===- OtherValues.cpp - What another runtime has of a program's layers ---===//
#include "Driver/Explain/OtherValues.h"

#include "Driver/Execute/LayerNames.h"
#include "tare/Program/HostLayer.h"
#include "tare/Tensor/Npz.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace tare;
using namespace tare::explain;

namespace {

bool isInteger(ElementType type) {
  return type == ElementType::i8 || type == ElementType::i16 || type == ElementType::i32 || type == ElementType::i64 ||
         type == ElementType::u8 || type == ElementType::u16;
}

/// The layer that an array is of, by its name: layers as --all-layers calls them, then values, of which the last layer
/// that holds one has the name.
std::map<std::string, size_t> layersByArray(const program::Model &model, const Executable &executable) {
  const std::vector<std::string> names = arrayNames(executable.outputs(), executable.layers());
  std::map<std::string, size_t> byName, byValue;
  size_t shown = 0;
  for (size_t i = 0; i != model.program().layers.size(); ++i) {
    const program::LayerT &layer = *model.program().layers[i];
    const size_t first = shown;
    shown += program::resultsOf(layer).size();
    if (!isInteger(model.type(layer.result).element) || model.program().tensors[layer.result]->scales.empty())
      continue;
    byName.emplace(names[first], i);
    byValue[model.program().tensors[layer.result]->name] = i;
  }
  byName.merge(byValue);
  return byName;
}

/// Real numbers on a tensor's grid.
Integers onGrid(const Tensor &reals, const program::TensorT &tensor) {
  int64_t inner = 1;
  for (size_t axis = size_t(tensor.axis) + 1; axis < tensor.shape.size(); ++axis)
    inner *= tensor.shape[axis];
  Integers integers(reals.count());
  for (int64_t i = 0; i != reals.count(); ++i) {
    const size_t channel = tensor.scales.size() == 1 ? 0 : size_t(i / inner) % tensor.scales.size();
    const double steps = std::nearbyint(double(reals.as<float>()[i]) / tensor.scales[channel]);
    integers[i] = int64_t(std::clamp(steps, -0x1p62, 0x1p62)) + tensor.zero_point;
  }
  return integers;
}

} // namespace

Result<OtherValues::Array> OtherValues::arrayOf(const std::string &where, Tensor values, const TensorType &type) {
  const int64_t elements = std::max<int64_t>(type.count(), 1);
  Shape shape = values.shape();
  if (values.type().element == ElementType::f32 &&
      !std::all_of(values.as<float>(), values.as<float>() + values.count(), [](float x) { return std::isfinite(x); }))
    return Error{fmt::format("{}: holds NaN or an infinity, which no grid has; leave the array out", where)};
  const int64_t samples = values.count() / elements;
  if (samples == 0 || values.count() % elements != 0 || shape.empty() || shape[0] % samples != 0)
    return Error{fmt::format("{}: found shape {}, expected samples of {} along the first axis", where, toString(shape),
                             toString(type.shape))};
  shape[0] /= samples;
  if (shape[0] == 1 && shape.size() > type.shape.size())
    shape.erase(shape.begin());
  std::vector<Alignment> orders = alignments(type.shape, shape);
  if (orders.empty())
    return Error{fmt::format("{}: found samples of shape {}, which are no order of {}", where, toString(shape),
                             toString(type.shape))};
  count = count == 0 ? samples : std::min(count, samples);
  return Array{std::move(values), std::move(shape), std::move(orders)};
}

Result<OtherValues> OtherValues::read(const std::string &path, const program::Model &model,
                                      const Executable &executable) {
  Result<NpzReader> archive = NpzReader::open(path);
  if (!archive)
    return archive.error();
  const std::map<std::string, size_t> layers = layersByArray(model, executable);
  OtherValues others(model);
  for (const std::string &name : archive->names()) {
    auto layer = layers.find(name);
    if (layer == layers.end()) {
      others.unusedNames.push_back(name);
      continue;
    }
    Result<Tensor> values = archive->read(name);
    if (!values)
      return values.error();
    const TensorType &type = model.type(model.program().layers[layer->second]->result);
    Result<Array> array = others.arrayOf(fmt::format("{}: '{}'", path, name), std::move(*values), type);
    if (!array)
      return array.error();
    others.arrays.insert_or_assign(layer->second, std::move(*array));
  }
  if (others.arrays.empty())
    return Error{fmt::format("{}: no array has the name of a layer or value with a grid of {}; names are those that "
                             "tare run --all-layers --raw writes",
                             path, model.name())};
  return others;
}

std::vector<size_t> OtherValues::layers() const {
  std::vector<size_t> numbers;
  for (const auto &[number, array] : arrays)
    numbers.push_back(number);
  return numbers;
}

Integers OtherValues::integers(size_t layer, int64_t sample, const Alignment &order) const {
  const Array &array = arrays.at(layer);
  const TensorType type{array.values.element(), array.shape};
  const Tensor one(type, nullptr, array.values.as<std::byte>() + sample * int64_t(type.bytes()));
  const Tensor ordered = order.apply(one);
  const program::TensorT &tensor = *model->program().tensors[model->program().layers[layer]->result];
  if (!isInteger(type.element))
    return onGrid(toFloat(ordered), tensor);
  Integers integers = integersOf(ordered.view());
  // The model's own integers may have no sign where the program's have.
  const bool isOffset = (type.element == ElementType::u8 && tensor.type == ElementType::i8) ||
                        (type.element == ElementType::u16 && tensor.type == ElementType::i16);
  for (int64_t &each : integers)
    each -= isOffset ? int64_t(1) << (8 * sizeOf(tensor.type) - 1) : 0;
  return integers;
}
