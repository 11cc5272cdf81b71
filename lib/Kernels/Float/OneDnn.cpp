#include "OneDnn.h"
#include "OneThread.h"
#include "PackedConstants.h"
#include "tare/Kernels/Movement.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <new>
#include <sys/mman.h>
#include <unordered_map>

namespace tare::kernels::floating {

namespace {

/// The calling thread's scratch memory; it grows and stays.
std::byte *threadScratch(size_t bytes) {
  thread_local AlignedBuffer buffer;
  thread_local size_t size = 0;
  if (bytes > size) {
    buffer.reset();
    size = 0;
    buffer = allocateAligned(bytes);
    size = bytes;
  }
  return buffer.get();
}

dnnl::memory memoryAt(const dnnl::memory::desc &desc, const void *data) {
  return dnnl::memory(desc, cpuEngine(), const_cast<void *>(data));
}

/// Whether these are the layouts of one image with its channels last and first.
bool areOrders(const dnnl::memory::desc &last, const dnnl::memory::desc &first) {
  using Tag = dnnl::memory::format_tag;
  const dnnl::memory::dims dims = last.dims();
  constexpr auto f32 = dnnl::memory::data_type::f32;
  return dims.size() == 4 && last == dnnl::memory::desc(dims, f32, Tag::nhwc) &&
         first == dnnl::memory::desc(dims, f32, Tag::nchw);
}

/// Ours takes a quarter of the time of oneDNN's where lines lie a power of two apart.
void toChannelsFirst(const dnnl::memory &from, const dnnl::memory &to) {
  const dnnl::memory::dims dims = from.get_desc().dims();
  const ConstTensorView last{{ElementType::f32, {dims[0], dims[2], dims[3], dims[1]}}, from.get_data_handle()};
  const TensorView first{{ElementType::f32, {dims[0], dims[1], dims[2], dims[3]}}, to.get_data_handle()};
  transpose(last, std::array<int64_t, 4>{0, 3, 1, 2}, first);
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

struct CompiledKernel::Binding {
  struct Port {
    /// As the primitive takes it, and as it is outside where that differs.
    dnnl::memory inside, outside;
    std::unordered_map<int, dnnl::memory> reorder;
  };
  dnnl::stream stream;
  dnnl::memory pad;
  std::vector<Port> ports;
  /// Of the reorders' scratch memory.
  std::vector<dnnl::memory> pads;
  std::unordered_map<int, dnnl::memory> arguments;

  explicit Binding(const CompiledKernel &kernel);

  /// Places the scratch memory that primitive and reorders share, and the reordered tensors behind it.
  void place(const CompiledKernel &kernel, std::byte *memory);
  void reorder(const CompiledKernel &kernel, size_t port) {
    std::unordered_map<int, dnnl::memory> &memories = ports[port].reorder;
    if (kernel.ports[port].toChannelsFirst)
      toChannelsFirst(memories.at(DNNL_ARG_FROM), memories.at(DNNL_ARG_TO));
    else
      kernel.ports[port].reorder->execute(stream, memories);
  }
};

CompiledKernel::Binding::Binding(const CompiledKernel &kernel)
    : stream(cpuEngine()), pad(memoryAt(kernel.scratchpad, nullptr)) {
  arguments.emplace(DNNL_ARG_SCRATCHPAD, pad);
  for (const CompiledKernel::Port &port : kernel.ports) {
    Port bound{memoryAt(port.inside, nullptr), memoryAt(port.outside, nullptr), {}};
    if (port.reorder) {
      bool isOutput = &port == &kernel.ports.back();
      pads.push_back(memoryAt(scratchpadOf(port.reorder->get_primitive_desc()), nullptr));
      bound.reorder = {{DNNL_ARG_FROM, isOutput ? bound.inside : bound.outside},
                       {DNNL_ARG_TO, isOutput ? bound.outside : bound.inside},
                       {DNNL_ARG_SCRATCHPAD, pads.back()}};
    }
    arguments.emplace(port.argument, bound.inside);
    ports.push_back(std::move(bound));
  }
}

void CompiledKernel::Binding::place(const CompiledKernel &kernel, std::byte *memory) {
  pad.set_data_handle(memory);
  for (dnnl::memory &other : pads)
    other.set_data_handle(memory);
  memory += alignedBytes(kernel.sharedBytes);
  for (size_t i = 0; i != ports.size(); ++i) {
    if (!kernel.ports[i].reorder)
      continue;
    ports[i].inside.set_data_handle(memory);
    memory += alignedBytes(kernel.ports[i].inside.get_size());
  }
}

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
  totalBytes += alignedBytes(sharedBytes);
}

void CompiledKernel::addReorder(Port &port, bool output) {
  const dnnl::memory::desc &from = output ? port.inside : port.outside;
  const dnnl::memory::desc &to = output ? port.outside : port.inside;
  dnnl::reorder::primitive_desc descriptor(cpuEngine(), from, cpuEngine(), to, kernelAttributes());
  port.reorder = dnnl::reorder(descriptor);
  port.toChannelsFirst = areOrders(from, to);
  sharedBytes = std::max(sharedBytes, scratchpadOf(descriptor.get()).get_size());
  totalBytes += alignedBytes(port.inside.get_size());
}

/// Kernels live as long as the process, so their addresses name them.
CompiledKernel::Binding &CompiledKernel::binding() const {
  thread_local std::unordered_map<const CompiledKernel *, Binding> bindings;
  return bindings.try_emplace(this, *this).first->second;
}

const void *CompiledKernel::packed(size_t port, const void *data, PackedConstants &constants, Binding &binding) const {
  return constants.entries().find(this, data, ports[port].inside.get_size(), [&](std::byte *target) {
    binding.ports[port].outside.set_data_handle(const_cast<void *>(data));
    binding.ports[port].inside.set_data_handle(target);
    binding.reorder(*this, port);
    binding.stream.wait();
  });
}

void CompiledKernel::run(std::span<const float *const> inputs, float *output, PackedConstants *constants,
                         size_t weights) const {
  OneThread scope;
  Binding &bound = binding();
  bound.place(*this, threadScratch(totalBytes));
  for (size_t i = 0; i < inputs.size(); ++i) {
    void *data = const_cast<float *>(inputs[i]);
    if (!ports[i].reorder) {
      bound.ports[i].inside.set_data_handle(data);
    } else if (constants && i == weights) {
      const void *known = packed(i, data, *constants, bound);
      bound.ports[i].inside.set_data_handle(const_cast<void *>(known));
    } else {
      bound.ports[i].outside.set_data_handle(data);
      bound.reorder(*this, i);
    }
  }
  const size_t result = ports.size() - 1;
  (ports[result].reorder ? bound.ports[result].outside : bound.ports[result].inside).set_data_handle(output);
  primitive.execute(bound.stream, bound.arguments);
  if (ports[result].reorder)
    bound.reorder(*this, result);
  bound.stream.wait();
}

namespace {

/// oneDNN writes its code to wherever the system has put it, also where there was no memory for it. This asks before.
void requireRoom() {
  constexpr size_t room = 16 << 20; // Many times what a kernel's code takes.
  void *free = mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (free == MAP_FAILED)
    throw std::bad_alloc();
  munmap(free, room);
}

std::unique_ptr<const CompiledKernel> compile(const std::function<KernelPlan()> &plan) {
  requireRoom();
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
