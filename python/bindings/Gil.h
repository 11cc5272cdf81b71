//===- Gil.h - Who may run Python -------------------------------*- C++ -*-===//
//
// Python ends the threads that ask for the GIL once it is about to end itself, in the midst of the C++ frames that they
// have, which aborts the process. So nobody asks for it any more then: daemon threads stay where they are, until the
// process ends.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PYTHON_GIL_H
#define TARE_PYTHON_GIL_H

#include <nanobind/nanobind.h>

namespace tare::python {

/// The GIL is given up as long as this lives. In a thread that may have it no more the destructor does not return.
class Released {
public:
  Released() : state(PyEval_SaveThread()) {}
  ~Released();
  Released(const Released &) = delete;

private:
  PyThreadState *state;
};

/// The GIL, for a thread that has it not, perhaps none of Python's; false where Python is about to end.
class Acquired {
public:
  Acquired();
  ~Acquired();
  Acquired(const Acquired &) = delete;
  explicit operator bool() const { return isHeld; }

private:
  bool isHeld;
  PyGILState_STATE state = {};
};

/// From now on no thread but this one gets the GIL; returns when those that were about to have had it. `alsoUntil` is
/// called without it. To be registered with atexit.
void leave(void (*alsoUntil)() = nullptr);

} // namespace tare::python

#endif // TARE_PYTHON_GIL_H
