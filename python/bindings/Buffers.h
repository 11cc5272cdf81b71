//===- Buffers.h - Arrays' memory -------------------------------*- C++ -*-===//
#ifndef TARE_PYTHON_BUFFERS_H
#define TARE_PYTHON_BUFFERS_H

#include <nanobind/nanobind.h>

#include <span>
#include <vector>

namespace tare::python {

/// The contiguous memory of a tuple of arrays, held as long as this lives. With the GIL but for at().
template <typename Pointer> class BuffersOf {
public:
  BuffersOf(nanobind::handle arrays, bool writable) : views(size_t(PyTuple_Size(arrays.ptr()))) {
    if (PyErr_Occurred())
      throw nanobind::python_error();
    for (Py_buffer &view : views) {
      PyObject *array = PyTuple_GET_ITEM(arrays.ptr(), held);
      if (PyObject_GetBuffer(array, &view, writable ? PyBUF_WRITABLE : PyBUF_SIMPLE) != 0) {
        release();
        throw nanobind::python_error();
      }
      ++held;
    }
    pointers.resize(views.size());
  }
  ~BuffersOf() { release(); }
  BuffersOf(const BuffersOf &) = delete;
  BuffersOf &operator=(const BuffersOf &) = delete;

  /// A ValueError unless there are so many, each with the bytes of so many samples.
  template <typename BytesOf> void require(size_t count, size_t samples, BytesOf bytesOf) {
    if (views.size() != count)
      throw nanobind::value_error("not as many arrays as the program has ports");
    for (size_t i = 0; i != count; ++i) {
      strides.push_back(bytesOf(i));
      if (size_t(views[i].len) != strides[i] * samples)
        throw nanobind::value_error("an array has not the bytes of its port");
    }
  }

  /// Where each array holds this sample.
  std::span<const Pointer> at(size_t sample) {
    for (size_t i = 0; i != views.size(); ++i)
      pointers[i] = static_cast<char *>(views[i].buf) + sample * strides[i];
    return pointers;
  }

private:
  void release() {
    for (Py_ssize_t i = 0; i != held; ++i)
      PyBuffer_Release(&views[size_t(i)]);
    held = 0;
  }

  std::vector<Py_buffer> views;
  std::vector<size_t> strides;
  std::vector<Pointer> pointers;
  Py_ssize_t held = 0;
};

using InputBuffers = BuffersOf<const void *>;
using OutputBuffers = BuffersOf<void *>;

} // namespace tare::python

#endif // TARE_PYTHON_BUFFERS_H
