//===- Unit.h - A C source that is being written ----------------*- C++ -*-===//
//
// The layers are lowered one after another; each adds kernels that no layer before has used, constants, a description
// of itself and the calls that run it. What is where in the arena is known when all are there (Source.h).
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_CSOURCE_UNIT_H
#define TARE_LIB_CSOURCE_UNIT_H

#include "CText.h"
#include "Template.h"

#include <map>
#include <optional>
#include <set>

namespace tare::csource {

/// A pointer that a kernel is called with.
struct Place {
  enum { tensor, scratch, constant } kind;
  ElementType element;
  /// The tensor or the block of scratch memory.
  size_t number = 0;
  /// The constant's name.
  std::string name = {};
  /// What is added to the pointer, in elements: " + step_3 * 32".
  std::string offset = {};
};

/// A call of a kernel. `first`: arguments before the places, as they are written. Without a function
/// it is a line that begins or ends a block.
struct Call {
  std::string function;
  std::string first;
  std::vector<Place> places;
  /// Whether it tells, by a result that is not 0, of elements that it does not take.
  bool mayFail = false;
};

/// A constant array.
struct Constant {
  std::string name, type, text;
  int64_t count = 0, bytes = 0;
};

/// What is written of a layer.
struct LayerText {
  std::string comment;
  std::vector<Constant> constants;
  /// The definitions of the constants that describe it to its kernels.
  std::string descriptions;
  std::vector<Call> calls;
};

class Unit {
public:
  /// The name of an instance of a kernel, which is written once: `name`, or with a number behind it where another
  /// instance has that.
  std::string kernel(std::string_view kernel, std::string name, const Parameters &parameters = {});
  /// Writes what has no parameters, once.
  void use(std::string_view kernel) { (void)this->kernel(kernel, std::string(kernel)); }
  void useMath() { math = true; }

  std::string kernels;
  /// The arrays of constant tensors that are operands as they stand, whichever layers read them.
  std::map<uint32_t, std::string> tensors;
  bool math = false;
  std::vector<LayerText> layers;

private:
  std::map<std::pair<std::string, Parameters>, std::string> instances;
  std::set<std::string> names;
};

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_UNIT_H
