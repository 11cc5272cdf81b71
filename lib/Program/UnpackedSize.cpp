//===- UnpackedSize.cpp - What a FlatBuffer grows to ----------------------===//
#include "UnpackedSize.h"

#include <flatbuffers/minireflect.h>

namespace tare::program {
namespace {

/// Counts at least one byte for each thing that unpacking would copy.
class Allowance : public flatbuffers::IterationVisitor {
public:
  struct Exceeded {};

  explicit Allowance(size_t bytes) : left(bytes) {}

  void StartSequence() override { spend(minTableBytes); }
  void Element(size_t, flatbuffers::ElementaryType,
               const flatbuffers::TypeTable *, const uint8_t *) override {
    spend(1);
  }
  void String(const flatbuffers::String *text) override { spend(text->size()); }

private:
  /// The iteration cannot be asked to stop, so it is left by an exception,
  /// which unpacksWithin() catches.
  void spend(size_t bytes) {
    if (bytes > left)
      throw Exceeded{};
    left -= bytes;
  }

  size_t left;
};

} // namespace

bool unpacksWithin(const Program &root, size_t bytes) {
  Allowance allowance(bytes);
  try {
    flatbuffers::IterateObject(reinterpret_cast<const uint8_t *>(&root),
                               ProgramTypeTable(), &allowance);
    return true;
  } catch (Allowance::Exceeded) {
    return false;
  }
}

} // namespace tare::program
