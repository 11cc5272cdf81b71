//===- Arrays.cpp - numpy arrays as tensors, and back ---------------------===//
#include "Arrays.h"
#include "Gil.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>

namespace nb = nanobind;
using namespace tare;

/// Of a format of Python's module struct, in the machine's own order.
static std::optional<ElementType> elementOf(std::string_view format, Py_ssize_t bytes) {
  if (format.size() == 2 && (format.front() == '<' || format.front() == '=' || format.front() == '@'))
    format.remove_prefix(1);
  if (format.size() != 1)
    return std::nullopt;
  const char kind = format.front();
  auto one = [&](std::initializer_list<ElementType> types) -> std::optional<ElementType> {
    for (ElementType type : types)
      if (Py_ssize_t(sizeOf(type)) == bytes)
        return type;
    return std::nullopt;
  };
  if (kind == '?')
    return ElementType::boolean;
  if (std::string_view("fd").find(kind) != std::string_view::npos)
    return one({ElementType::f32, ElementType::f64});
  if (std::string_view("bhilq").find(kind) != std::string_view::npos)
    return one({ElementType::i8, ElementType::i16, ElementType::i32, ElementType::i64});
  if (std::string_view("BHILQ").find(kind) != std::string_view::npos)
    return one({ElementType::u8, ElementType::u16, ElementType::u32, ElementType::u64});
  return std::nullopt;
}

Tensor python::tensorOf(nb::handle array) {
  // Held until the last tensor is gone, whichever thread that is in.
  auto release = [](Py_buffer *view) {
    if (Acquired acquired; acquired)
      PyBuffer_Release(view);
    delete view;
  };
  auto raw = std::make_unique<Py_buffer>();
  if (PyObject_GetBuffer(array.ptr(), raw.get(), PyBUF_C_CONTIGUOUS | PyBUF_FORMAT) != 0)
    throw nb::python_error();
  std::shared_ptr<Py_buffer> view(raw.release(), release);
  std::optional<ElementType> element = elementOf(view->format ? view->format : "B", view->itemsize);
  if (!element)
    throw nb::type_error("an array's elements are none that a network takes");
  Shape shape(view->shape, view->shape + view->ndim);
  const void *data = view->buf;
  return Tensor(TensorType{*element, std::move(shape)}, std::shared_ptr<const void>(std::move(view)), data);
}

nb::object python::arrayOf(const Tensor &tensor) {
  nb::list shape;
  for (int64_t size : tensor.shape())
    shape.append(size);
  std::string_view name = nameOf(tensor.element());
  // A bytearray, so that the array can be written to.
  nb::object bytes = nb::steal(
      PyByteArray_FromStringAndSize(static_cast<const char *>(tensor.data()), Py_ssize_t(tensor.type().bytes())));
  return nb::make_tuple(bytes, nb::str(name.data(), name.size()), nb::tuple(shape));
}

MemoryArrays::Arrays python::arraysOf(nb::dict lists) {
  MemoryArrays::Arrays arrays;
  for (auto [name, parts] : lists)
    for (nb::handle part : parts)
      arrays[nb::cast<std::string>(name)].push_back(tensorOf(part));
  return arrays;
}
