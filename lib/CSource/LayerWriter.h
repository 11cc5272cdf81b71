//===- LayerWriter.h - Writes one layer of a C source -----------*- C++ -*-===//
#ifndef TARE_LIB_CSOURCE_LAYERWRITER_H
#define TARE_LIB_CSOURCE_LAYERWRITER_H

#include "Memory.h"
#include "Unit.h"
#include "tare/Kernels/Registry.h"
#include "tare/Tensor/Result.h"

#include <fmt/format.h>

namespace tare::csource {

/// A member of a layer's description: ".height = 32".
struct Member {
  std::string name, value;
};
/// ".height = 32, .width = 16" between braces, as the value of a member that is a struct itself.
std::string structOf(const std::vector<Member> &members);
inline Member member(std::string name, int64_t value) { return {std::move(name), number(value)}; }

/// What a layer is lowered from, and where its text goes.
class LayerWriter {
public:
  LayerWriter(const program::Model &model, size_t index, Unit &unit, Memory &memory);

  const program::LayerT &layer() const { return *model.program().layers[index]; }
  const program::OpUnion &op() const { return layer().op; }
  const kernels::OpKernel &facts() const { return *kernels::lookup(op().type); }

  /// Its place in the order of the layers; and the layer that writes an operand.
  size_t number() const { return index; }
  LayerWriter makerOf(size_t operand) const;
  size_t operandCount() const { return layer().operands.size(); }
  const TensorType &type(size_t operand) const { return model.type(layer().operands[operand]); }
  const Shape &shape(size_t operand) const { return type(operand).shape; }
  size_t resultCount() const { return 1 + layer().further_results.size(); }
  const TensorType &result(size_t number = 0) const { return model.type(resultTensor(number)); }
  /// The elements of a constant operand; no data where it is none.
  ConstTensorView constant(size_t operand) const;
  /// All operands, as operators' facts are asked with them.
  std::vector<kernels::Operand> operands() const;

  /// Where operands and results are.
  Place operandPlace(size_t operand);
  Place resultPlace(size_t number = 0) const;
  /// Memory for the time in which the layer runs, for so many elements.
  Place scratch(ElementType element, int64_t count);

  /// Adds a constant array that belongs to the layer alone; its name.
  std::string array(std::string_view role, ConstTensorView values);
  template <typename T> std::string array(std::string_view role, const std::vector<T> &values) {
    return array(role, ConstTensorView{{ElementTypeOf<T>::value, {int64_t(values.size())}}, values.data()});
  }

  /// Describes a step of the layer to a kernel, whose type has these members, and calls the kernel with it.
  void run(const std::string &kernel, const std::vector<Member> &members, std::vector<Place> places,
           bool mayFail = false);
  /// The same of a kernel whose description has a type that others share.
  void runAs(const std::string &type, const std::string &function, const std::vector<Member> &members,
             std::vector<Place> places, bool mayFail = false);
  /// Calls a kernel that has no description, with the first argument as it is written.
  void call(std::string_view function, std::string first, std::vector<Place> places, bool mayFail = false);
  /// A line that begins or ends a block of calls.
  void line(std::string text);
  /// The result is the operand, which lies where it lies.
  bool joinResult(size_t operand);

  Unit &unit;

private:
  uint32_t resultTensor(size_t number) const;
  LayerText &text() { return unit.layers[index]; }
  std::string nameOf() const;

  const program::Model &model;
  size_t index;
  Memory &memory;
  int descriptions = 0;
};

/// An error about the layer, as its reason.
template <typename... Args> Error refusal(fmt::format_string<Args...> format, Args &&...args) {
  return Error{fmt::format(format, std::forward<Args>(args)...)};
}

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_LAYERWRITER_H
