//===- Runtime.cpp - The module tare._runtime -----------------------------===//
//
// Programs, without LLVM. What it is given are buffers that tare/runtime.py has
// made of the right type; here their sizes are checked.
//
//===----------------------------------------------------------------------===//
#include "Buffers.h"
#include "Gil.h"
#include "Raise.h"
#include "tare/Program/Reader.h"
#include "tare/Runtime/Context.h"
#include "tare/Tensor/AtomicFile.h"
#include "tare/Tensor/Dataset.h"
#include "tare/Tensor/MappedFile.h"

#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <chrono>
#include <mutex>

namespace nb = nanobind;
using namespace tare;
using namespace tare::python;
using runtime::Form;

namespace {

/// A program, and memory to run it in for each thread that does.
class Program {
public:
  static std::shared_ptr<Program> fromFile(const std::string &path, bool reference, size_t threads) {
    std::shared_ptr<const MappedFile> file = take(MappedFile::open(path), {path});
    auto model = take(program::readMemory(file->bytes(), file, path), {path});
    return std::make_shared<Program>(std::move(model), file->bytes(), file, reference, threads);
  }

  static std::shared_ptr<Program> fromBytes(nb::bytes bytes, const std::string &name, bool reference, size_t threads) {
    auto *data = reinterpret_cast<const std::byte *>(bytes.c_str());
    auto copy = std::make_shared<const std::vector<std::byte>>(data, data + bytes.size());
    auto model = take(program::readMemory(*copy, copy, name), {name});
    return std::make_shared<Program>(std::move(model), std::span(*copy), copy, reference, threads);
  }

  Program(std::shared_ptr<const program::Model> model, std::span<const std::byte> bytes,
          std::shared_ptr<const void> owner, bool reference, size_t threads)
      : bytes(bytes), owner(std::move(owner)), threads(threads),
        session(take(runtime::Session::create(std::move(model), {reference}))) {
    for (bool isRaw : {false, true}) {
      for (size_t i = 0; i != session->inputCount(); ++i)
        inputBytes[isRaw].push_back(session->describeInput(i, formOf(isRaw)).type.bytes());
      for (size_t i = 0; i != session->outputCount(formOf(isRaw)); ++i)
        outputBytes[isRaw].push_back(session->describeOutput(i, formOf(isRaw)).type.bytes());
    }
  }

  std::string name() const { return session->model().name(); }
  std::string target() const {
    const auto &target = session->program().target;
    return target ? target->name : "";
  }
  nb::bytes file() const { return nb::bytes(bytes.data(), bytes.size()); }
  void save(const std::string &path) const {
    check(writeFile(path, {reinterpret_cast<const char *>(bytes.data()), bytes.size()}), {path});
  }

  nb::list inputs(bool raw) const { return ports(session->inputCount(), raw, &runtime::Session::describeInput); }
  nb::list outputs(bool raw) const {
    return ports(session->outputCount(raw ? Form::raw : Form::model), raw, &runtime::Session::describeOutput);
  }

  /// Runs as many samples as the buffers hold; each holds them one after the other. `rawInputs`: whether each input is
  /// given integers; None where none is.
  void run(nb::handle inputs, nb::handle outputs, size_t samples, nb::handle rawInputs, bool rawOutputs) {
    Forms forms{std::vector<bool>(session->inputCount()), rawOutputs};
    for (size_t i = 0; !rawInputs.is_none() && i != forms.rawInputs.size(); ++i)
      forms.rawInputs[i] = nb::cast<bool>(rawInputs[i]);
    std::unique_ptr<runtime::Context> context = takeContext(forms);
    try {
      runIn(*context, forms, inputs, outputs, samples);
    } catch (...) {
      keep(forms, std::move(context));
      throw;
    }
    keep(forms, std::move(context));
  }

private:
  struct Forms {
    std::vector<bool> rawInputs;
    bool rawOutputs = false;
    bool operator==(const Forms &) const = default;
  };
  struct Idle {
    Forms forms;
    std::unique_ptr<runtime::Context> context;
  };

  static Form formOf(bool isRaw) { return isRaw ? Form::raw : Form::model; }

  nb::list ports(size_t count, bool raw,
                 runtime::PortDescription (runtime::Session::*describe)(size_t, Form) const) const {
    nb::list result;
    for (size_t i = 0; i != count; ++i) {
      runtime::PortDescription port = (session.get()->*describe)(i, formOf(raw));
      nb::list shape, scales;
      for (int64_t size : port.type.shape)
        shape.append(size);
      for (double scale : port.scales)
        scales.append(scale);
      const bool isHalf = port.format == program::FloatFormat::f16;
      result.append(nb::make_tuple(port.name, nb::tuple(shape), std::string(nameOf(port.type.element)), port.layout,
                                   nb::tuple(scales), port.axis, port.zeroPoint, isHalf && !raw,
                                   port.format == program::FloatFormat::bf16 && !raw));
    }
    return result;
  }

  void runIn(runtime::Context &context, const Forms &forms, nb::handle inputs, nb::handle outputs, size_t samples) {
    InputBuffers in(inputs, /*writable=*/false);
    OutputBuffers out(outputs, /*writable=*/true);
    in.require(session->inputCount(), samples, [&](size_t i) { return inputBytes[forms.rawInputs[i]][i]; });
    const std::vector<size_t> &ofOutputs = outputBytes[forms.rawOutputs];
    out.require(ofOutputs.size(), samples, [&](size_t i) { return ofOutputs[i]; });
    Status done = success();
    bool isInterrupted = false;
    {
      Released released;
      auto looked = std::chrono::steady_clock::now();
      for (size_t sample = 0; sample != samples && done && !isInterrupted; ++sample) {
        done = context.run(in.at(sample), out.at(sample));
        if (auto now = std::chrono::steady_clock::now(); sample % 16 == 15 || now - looked > betweenLooks) {
          looked = now;
          Acquired acquired;
          isInterrupted = !acquired || PyErr_CheckSignals() != 0;
        }
      }
    }
    if (isInterrupted)
      throw nb::python_error();
    if (!done)
      raise(Error{name() + ": " + done.error().message}, {name()});
  }

  std::unique_ptr<runtime::Context> takeContext(const Forms &forms) {
    {
      std::lock_guard lock(mutex);
      for (auto idle = contexts.rbegin(); idle != contexts.rend(); ++idle)
        if (idle->forms == forms) {
          std::unique_ptr<runtime::Context> context = std::move(idle->context);
          contexts.erase(std::next(idle).base());
          return context;
        }
    }
    std::vector<Form> inputForms;
    for (bool isRaw : forms.rawInputs)
      inputForms.push_back(formOf(isRaw));
    return take(session->makeContext(inputForms, formOf(forms.rawOutputs), threads), {name()});
  }

  void keep(const Forms &forms, std::unique_ptr<runtime::Context> context) {
    std::lock_guard lock(mutex);
    contexts.push_back({forms, std::move(context)});
  }

  static constexpr std::chrono::milliseconds betweenLooks{50};

  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
  size_t threads;
  std::shared_ptr<const runtime::Session> session;
  /// What a sample takes of each port, of real numbers and of integers.
  std::vector<size_t> inputBytes[2], outputBytes[2];
  std::mutex mutex;
  /// Those that no thread runs.
  std::vector<Idle> contexts;
};

/// How many samples an array of this shape holds for an input of that one, and whether they lie along a new first axis.
std::pair<int64_t, bool> samplesIn(const Shape &array, const Shape &input) {
  SampleLayout layout = take(matchSamples(array, input));
  return {layout.samples, layout.stacking == Stacking::newAxis};
}

} // namespace

NB_MODULE(_runtime, module) {
  nb::class_<Program>(module, "Program")
      .def_static("from_file", &Program::fromFile, nb::arg("path"), nb::arg("reference"), nb::arg("threads"))
      .def_static("from_bytes", &Program::fromBytes, nb::arg("data"), nb::arg("name"), nb::arg("reference"),
                  nb::arg("threads"))
      .def_prop_ro("name", &Program::name)
      .def_prop_ro("target", &Program::target)
      .def("file", &Program::file)
      .def("save", &Program::save, nb::arg("path"))
      .def("inputs", &Program::inputs, nb::arg("raw"))
      .def("outputs", &Program::outputs, nb::arg("raw"))
      .def("run", &Program::run, nb::arg("inputs"), nb::arg("outputs"), nb::arg("samples"),
           nb::arg("raw_inputs").none(), nb::arg("raw_outputs"));
  module.def("samples_in", [](const Shape &array, const Shape &input) {
    auto [samples, isNewAxis] = samplesIn(array, input);
    return nb::make_tuple(samples, isNewAxis);
  });
  nb::module_::import_("atexit").attr("register")(nb::cpp_function([] { leave(); }));
}
