//===- UnpackVerifier.cpp - What may be unpacked --------------------------===//
#include "UnpackVerifier.h"

#include <flatbuffers/minireflect.h>

#include <algorithm>

namespace tare::program {
namespace {

template <typename Tables> bool haveOperators(const Tables *tables) {
  return !tables ||
         std::all_of(tables->begin(), tables->end(), [](const auto *table) { return table->op_type() != Op::NONE; });
}

bool portsHaveOperators(const flatbuffers::Vector<flatbuffers::Offset<Port>> *ports) {
  return !ports ||
         std::all_of(ports->begin(), ports->end(), [](const Port *port) { return haveOperators(port->host_steps()); });
}

/// A union may have a value without a kind: FlatBuffers' own reflection cannot
/// walk over such a one.
bool everyOperatorHasKind(const Program &root) {
  return haveOperators(root.layers()) && portsHaveOperators(root.inputs()) && portsHaveOperators(root.outputs());
}

/// Visits each thing that unpacking would read or copy, before it is read. The
/// iteration cannot be asked to stop, so it is left by an exception, which
/// verifyUnpacking() catches.
class UnpackVisitor : public flatbuffers::IterationVisitor {
public:
  struct Failure {
    const char *message;
  };

  explicit UnpackVisitor(size_t bytes) : left(bytes) {}

  void StartSequence() override { spend(minTableBytes); }
  void String(const flatbuffers::String *text) override { spend(text->size()); }
  void Element(size_t, flatbuffers::ElementaryType type, const flatbuffers::TypeTable *,
               const uint8_t *value) override {
    spend(1);
    bool isLong = type == flatbuffers::ET_LONG || type == flatbuffers::ET_ULONG || type == flatbuffers::ET_DOUBLE;
    if (isLong && reinterpret_cast<uintptr_t>(value) % sizeof(int64_t) != 0)
      throw Failure{"a vector of 8-byte numbers is not aligned"};
  }

private:
  void spend(size_t bytes) {
    if (bytes > left)
      throw Failure{"tables share parts, so that the program unpacks to more than the file holds"};
    left -= bytes;
  }

  size_t left;
};

} // namespace

Status verifyUnpacking(const Program &root, size_t bytes) {
  if (!everyOperatorHasKind(root))
    return Error{"a layer or host step has no operator"};
  UnpackVisitor visitor(bytes);
  try {
    flatbuffers::IterateObject(reinterpret_cast<const uint8_t *>(&root), ProgramTypeTable(), &visitor);
    return success();
  } catch (const UnpackVisitor::Failure &failure) {
    return Error{failure.message};
  }
}

} // namespace tare::program
