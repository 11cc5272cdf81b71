//===- MemoryArrays.cpp - Arrays in memory that are read as a file --------===//
#include "tare/Tensor/MemoryArrays.h"

#include "tare/Tensor/Dataset.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <mutex>

using namespace tare;

namespace {

using Arrays = MemoryArrays::Arrays;

std::mutex mutex;

/// Guarded by the mutex.
std::map<std::string, std::shared_ptr<const Arrays>> &known() {
  static std::map<std::string, std::shared_ptr<const Arrays>> all;
  return all;
}

/// The bytes of a .npy: a header, and then the parts' own memory.
class PartsSource : public ByteSource {
public:
  PartsSource(std::string header, std::shared_ptr<const Arrays> owner, const std::vector<Tensor> &parts)
      : header(std::move(header)), owner(std::move(owner)), parts(parts) {}

  Result<size_t> read(void *data, size_t bytes) override {
    size_t got = 0;
    while (got < bytes && part <= parts.size()) {
      const char *from = part == 0 ? header.data() : parts[part - 1].as<char>();
      const size_t size = part == 0 ? header.size() : parts[part - 1].type().bytes();
      const size_t step = std::min(size - at, bytes - got);
      if (step > 0)
        std::memcpy(static_cast<char *>(data) + got, from + at, step);
      got += step;
      at += step;
      if (at == size)
        ++part, at = 0;
    }
    return got;
  }

private:
  std::string header;
  std::shared_ptr<const Arrays> owner;
  const std::vector<Tensor> &parts;
  /// 0: the header.
  size_t part = 0, at = 0;
};

/// The type of parts that are a sample each; nothing where they differ.
std::optional<TensorType> asSamples(const std::vector<Tensor> &parts) {
  TensorType type = parts.front().type();
  if (std::ranges::any_of(parts, [&](const Tensor &part) { return part.type() != type; }))
    return std::nullopt;
  type.shape.insert(type.shape.begin(), int64_t(parts.size()));
  return type;
}

/// The type of parts that lie one after the other; nothing where they cannot.
std::optional<TensorType> asBatches(const std::vector<Tensor> &parts) {
  TensorType type = parts.front().type();
  if (type.shape.empty())
    return std::nullopt;
  type.shape.front() = 0;
  for (const Tensor &part : parts) {
    TensorType other = part.type();
    if (other.shape.empty())
      return std::nullopt;
    type.shape.front() += std::exchange(other.shape.front(), type.shape.front());
    if (other.element != type.element ||
        !std::equal(other.shape.begin() + 1, other.shape.end(), type.shape.begin() + 1))
      return std::nullopt;
  }
  return type;
}

const std::vector<Tensor> *partsOf(const Arrays &arrays, const std::string &name) {
  auto found = arrays.find(name);
  if (found == arrays.end() && arrays.count(""))
    found = arrays.find("");
  return found == arrays.end() || found->second.empty() ? nullptr : &found->second;
}

} // namespace

MemoryArrays::MemoryArrays(const std::string &name, Arrays arrays) : ownName(name) {
  std::lock_guard lock(mutex);
  for (int number = 2; known().count(ownName); ++number)
    ownName = fmt::format("{} ({})", name, number);
  known()[ownName] = std::make_shared<const Arrays>(std::move(arrays));
}

MemoryArrays::~MemoryArrays() {
  std::lock_guard lock(mutex);
  known().erase(ownName);
}

std::shared_ptr<const MemoryArrays::Arrays> MemoryArrays::find(const std::string &name) {
  std::lock_guard lock(mutex);
  auto found = known().find(name);
  return found == known().end() ? nullptr : found->second;
}

bool tare::hasArray(const MemoryArrays::Arrays &arrays, const std::string &name) { return partsOf(arrays, name); }

Result<ArrayStream> tare::openParts(std::shared_ptr<const MemoryArrays::Arrays> arrays, const std::string &array,
                                    const std::string &label, const Shape *input) {
  const std::vector<Tensor> *parts = partsOf(*arrays, array);
  if (!parts)
    return Error{fmt::format("{}: there is none", label)};
  std::optional<TensorType> samples = asSamples(*parts), batches = asBatches(*parts), type = batches;
  // Parts with an axis less than the input are none of its batches.
  const bool lackAxis = input && samples && samples->shape.size() == input->size();
  const bool areSamples =
      lackAxis || (input ? samples && matchSamples(samples->shape, *input) : parts->front().shape().empty() && samples);
  if (areSamples || !type)
    type = samples;
  if (!type)
    return Error{fmt::format("{}: its parts differ in more than their first dimension: found {} and {}, expected parts "
                             "that lie one behind the other",
                             label, toString(parts->front().type()), toString(parts->back().type()))};
  return ArrayStream::open(std::make_unique<PartsSource>(npyHeader(*type), std::move(arrays), *parts), label);
}
