//===- OneThread.h - Keeping oneDNN to the calling thread -------*- C++ -*-===//
//
// oneDNN blocks its loops for the number of threads, and the blocks decide in
// which order an element is summed. Compiled for one thread, and run by it, a
// primitive computes the same bits everywhere; the cores are for other samples.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_FLOAT_ONETHREAD_H
#define TARE_LIB_KERNELS_FLOAT_ONETHREAD_H

// Debian's oneDNN runs on GNU's OpenMP. Its functions are declared here, not
// taken from <omp.h>: clang has another OpenMP's header, and the number of
// threads must be set in the library that oneDNN reads it from.
extern "C" {
int omp_get_max_threads(void);
void omp_set_num_threads(int);
}

namespace tare::kernels::floating {

/// As long as it lives, oneDNN called by this thread uses no other.
class OneThread {
public:
  OneThread() : before(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before); }
  OneThread(const OneThread &) = delete;
  OneThread &operator=(const OneThread &) = delete;

private:
  int before;
};

} // namespace tare::kernels::floating

#endif // TARE_LIB_KERNELS_FLOAT_ONETHREAD_H
