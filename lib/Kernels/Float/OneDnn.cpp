#include "OneDnn.h"
#include "OneThread.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <new>

namespace tare::kernels::floating {

namespace {

constexpr size_t alignment = 64;

size_t aligned(size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

struct Free {
  void operator()(void *memory) const { std::free(memory); }
};
using Buffer = std::unique_ptr<std::byte, Free>;

Buffer allocate(size_t bytes) {
  void *memory = std::aligned_alloc(alignment, aligned(bytes));
  if (!memory)
    throw std::bad_alloc();
  return Buffer(static_cast<std::byte *>(memory));
}

/// The calling thread's scratch memory; it grows and stays.
std::byte *threadScratch(size_t bytes) {
  thread_local Buffer buffer;
  thread_local size_t size = 0;
  if (bytes > size) {
    buffer.reset();
    size = 0;
    buffer = allocate(bytes);
    size = bytes;
  }
  return buffer.get();
}

dnnl::memory memoryAt(const dnnl::memory::desc &desc, const void *data) {
  return dnnl::memory(desc, cpuEngine(), const_cast<void *>(data));
}

dnnl::memory::desc scratchpadOf(const_dnnl_primitive_desc_t descriptor) {
  return dnnl::memory::desc(*dnnl_primitive_desc_query_md(descriptor, dnnl_query_scratchpad_md, 0));
}

} // namespace

const dnnl::engine &cpuEngine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::primitive_attr kernelAttributes() {
  dnnl::primitive_attr attributes;
  // oneDNN's own scratchpad belongs to the primitive or to the thread that
  // made it: not for several threads at once.
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

/// Kernels live as long as the process (see compiledKernel), so their
/// addresses name them.
struct PackedConstants::Entries {
  std::mutex mutex;
  std::map<std::pair<const CompiledKernel *, const void *>, Buffer> buffers;
};

PackedConstants::PackedConstants() : state(std::make_unique<Entries>()) {}
PackedConstants::~PackedConstants() = default;

struct CompiledKernel::Scratch {
  dnnl::stream stream;
  std::byte *shared;
  std::byte *next;

  std::byte *take(size_t bytes) {
    std::byte *memory = next;
    next += aligned(bytes);
    return memory;
  }
  void reorder(const dnnl::reorder &primitive, const dnnl::memory &from, const dnnl::memory &to) {
    dnnl::memory pad = memoryAt(scratchpadOf(primitive.get_primitive_desc()), shared);
    primitive.execute(stream, {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}, {DNNL_ARG_SCRATCHPAD, pad}});
  }
};

CompiledKernel::CompiledKernel(const KernelPlan &plan)
    : primitive(plan.descriptor), scratchpad(scratchpadOf(plan.descriptor.get())) {
  sharedBytes = scratchpad.get_size();
  for (const KernelPlan::Port &port : plan.ports) {
    const_dnnl_primitive_desc_t descriptor = plan.descriptor.get();
    dnnl::memory::desc inside(*dnnl_primitive_desc_query_md(descriptor, dnnl_query_exec_arg_md, port.argument));
    ports.push_back({port.argument, port.outside, inside, std::nullopt});
    if (port.outside != inside)
      addReorder(ports.back(), ports.size() == plan.ports.size());
  }
  totalBytes += aligned(sharedBytes);
}

void CompiledKernel::addReorder(Port &port, bool output) {
  const dnnl::memory::desc &from = output ? port.inside : port.outside;
  const dnnl::memory::desc &to = output ? port.outside : port.inside;
  dnnl::reorder::primitive_desc descriptor(cpuEngine(), from, cpuEngine(), to, kernelAttributes());
  port.reorder = dnnl::reorder(descriptor);
  sharedBytes = std::max(sharedBytes, scratchpadOf(descriptor.get()).get_size());
  totalBytes += aligned(port.inside.get_size());
}

const void *CompiledKernel::packed(const Port &port, const void *data, PackedConstants &constants,
                                   Scratch &scratch) const {
  PackedConstants::Entries &entries = constants.entries();
  std::lock_guard lock(entries.mutex);
  Buffer &buffer = entries.buffers[{this, data}];
  if (!buffer) {
    buffer = allocate(port.inside.get_size());
    scratch.reorder(*port.reorder, memoryAt(port.outside, data), memoryAt(port.inside, buffer.get()));
  }
  return buffer.get();
}

void CompiledKernel::run(std::span<const float *const> inputs, float *output, PackedConstants *constants,
                         size_t weights) const {
  OneThread scope;
  std::byte *memory = threadScratch(totalBytes);
  Scratch scratch{dnnl::stream(cpuEngine()), memory, memory + aligned(sharedBytes)};
  std::unordered_map<int, dnnl::memory> arguments;
  arguments.emplace(DNNL_ARG_SCRATCHPAD, memoryAt(scratchpad, memory));

  for (size_t i = 0; i < inputs.size(); ++i) {
    const Port &port = ports[i];
    const void *data = inputs[i];
    if (port.reorder && constants && i == weights) {
      data = packed(port, data, *constants, scratch);
    } else if (port.reorder) {
      std::byte *inside = scratch.take(port.inside.get_size());
      scratch.reorder(*port.reorder, memoryAt(port.outside, data), memoryAt(port.inside, inside));
      data = inside;
    }
    arguments.emplace(port.argument, memoryAt(port.inside, data));
  }

  const Port &result = ports.back();
  void *inside = output;
  if (result.reorder)
    inside = scratch.take(result.inside.get_size());
  dnnl::memory target = memoryAt(result.inside, inside);
  arguments.emplace(result.argument, target);
  primitive.execute(scratch.stream, arguments);
  if (result.reorder)
    scratch.reorder(*result.reorder, target, memoryAt(result.outside, output));
  scratch.stream.wait();
}

namespace {

std::unique_ptr<const CompiledKernel> compile(const std::function<KernelPlan()> &plan) {
  try {
    OneThread scope;
    return std::make_unique<CompiledKernel>(plan());
  } catch (const dnnl::error &) {
    return nullptr;
  }
}

} // namespace

const CompiledKernel *compiledKernel(KernelKey key, const std::function<KernelPlan()> &plan) {
  using Kernels = std::map<KernelKey, std::unique_ptr<const CompiledKernel>>;
  static std::mutex mutex;
  // Never destroyed: at exit, oneDNN's engine may be gone before.
  static Kernels &kernels = *new Kernels;
  std::lock_guard lock(mutex);
  auto [entry, isNew] = kernels.try_emplace(std::move(key));
  if (isNew)
    entry->second = compile(plan);
  return entry->second.get();
}

} // namespace tare::kernels::floating
