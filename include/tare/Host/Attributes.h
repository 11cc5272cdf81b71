//===- Attributes.h - What a node of a model says -------------*- C++ -*-===//
#ifndef TARE_HOST_ATTRIBUTES_H
#define TARE_HOST_ATTRIBUTES_H

#include "tare/Tensor/Tensor.h"

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tare::host {

using Attribute = std::variant<int64_t, double, std::string, std::vector<int64_t>, std::vector<double>,
                               std::vector<std::string>, Tensor>;

/// A node's attributes by name. One of another type than it is asked for counts as missing.
class Attributes {
public:
  using Map = std::map<std::string, Attribute, std::less<>>;

  Attributes() = default;
  Attributes(Map values) : values(std::move(values)) {}

  void set(std::string name, Attribute value) { values[std::move(name)] = std::move(value); }
  bool has(std::string_view name) const { return values.find(name) != values.end(); }
  int64_t integer(std::string_view name, int64_t fallback) const { return get<int64_t>(name, fallback); }
  double number(std::string_view name, double fallback) const { return get<double>(name, fallback); }
  std::string text(std::string_view name, std::string fallback) const { return get(name, std::move(fallback)); }
  /// Empty where there is none.
  std::vector<int64_t> integers(std::string_view name) const { return get<std::vector<int64_t>>(name, {}); }
  std::vector<double> numbers(std::string_view name) const { return get<std::vector<double>>(name, {}); }
  std::vector<std::string> texts(std::string_view name) const { return get<std::vector<std::string>>(name, {}); }
  /// A null tensor where there is none.
  Tensor tensor(std::string_view name) const { return get<Tensor>(name, {}); }

  Map::const_iterator begin() const { return values.begin(); }
  Map::const_iterator end() const { return values.end(); }

private:
  template <typename T> T get(std::string_view name, T fallback) const {
    auto found = values.find(name);
    const T *value = found == values.end() ? nullptr : std::get_if<T>(&found->second);
    return value ? *value : std::move(fallback);
  }

  Map values;
};

} // namespace tare::host

#endif // TARE_HOST_ATTRIBUTES_H
