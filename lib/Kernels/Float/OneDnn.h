//===- OneDnn.h - Compiled oneDNN primitives --------------------*- C++ -*-===//
//
// A primitive computes on tensors in layouts of its own choice; CompiledKernel
// keeps it together with the reorders from and to Tare's row-major layouts.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_FLOAT_ONEDNN_H
#define TARE_LIB_KERNELS_FLOAT_ONEDNN_H

#include "tare/Kernels/Float.h"

#include <oneapi/dnnl/dnnl.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace tare::kernels::floating {

const dnnl::engine &cpuEngine();

/// A primitive's descriptor with its tensors: arguments and the layouts that
/// they have outside; the last one is the output, the others are inputs.
struct KernelPlan {
  struct Port {
    int argument;
    dnnl::memory::desc outside;
  };
  dnnl::primitive_desc descriptor;
  std::vector<Port> ports;
};

/// A primitive that several threads may run at once: all that it writes is
/// its output and scratch memory of the calling thread.
class CompiledKernel {
public:
  explicit CompiledKernel(const KernelPlan &plan);

  /// Input `weights` is packed once in `constants`, if there are any.
  void run(std::span<const float *const> inputs, float *output, PackedConstants *constants = nullptr,
           size_t weights = 1) const;

private:
  struct Port {
    int argument;
    dnnl::memory::desc outside;
    /// The layout that the primitive wants.
    dnnl::memory::desc inside;
    /// Unset where both layouts are the same.
    std::optional<dnnl::reorder> reorder;
    /// Whether the reorder turns an image whose channels are last into one whose channels are first.
    bool toChannelsFirst = false;
  };
  /// oneDNN's objects for the tensors of a run, which a thread makes once: their making costs more than a small
  /// kernel's work.
  struct Binding;

  void addReorder(Port &port, bool output);
  Binding &binding() const;
  const void *packed(size_t port, const void *data, PackedConstants &constants, Binding &binding) const;

  dnnl::primitive primitive;
  dnnl::memory::desc scratchpad;
  std::vector<Port> ports;
  size_t sharedBytes = 0;
  size_t totalBytes = 0;
};

/// Attributes that make a primitive safe to run in several threads at once.
dnnl::primitive_attr kernelAttributes();

/// What a kernel is compiled for: its kind and all sizes.
using KernelKey = std::vector<int64_t>;
enum class KernelKind : int64_t { conv, deconv, matMul, maxPool, averagePool };

/// The kernel for `key`, compiled at the first call; null where oneDNN has
/// none.
const CompiledKernel *compiledKernel(KernelKey key, const std::function<KernelPlan()> &plan);

} // namespace tare::kernels::floating

#endif // TARE_LIB_KERNELS_FLOAT_ONEDNN_H
