//===- ProfileTrace.cpp - A run for chrome://tracing ----------------------===//
#include "ProfileTrace.h"

#include "Driver/Json.h"

#include "llvm/Support/raw_ostream.h"

#include <fmt/format.h>

using namespace tare;

namespace {

constexpr int64_t mostRuns = 100;

/// One event on one line.
std::string eventOf(llvm::function_ref<void(llvm::json::OStream &)> attributes) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::json::OStream json(stream);
  json.object([&] { attributes(json); });
  return text;
}

/// "ts" and "dur" are microseconds.
void writeSpan(llvm::json::OStream &json, uint64_t begin, uint64_t end, size_t thread) {
  auto microseconds = [](uint64_t nanoseconds) { return fmt::format("{:.3f}", double(nanoseconds) * 1e-3); };
  json.attribute("ph", "X");
  json.attribute("pid", 0);
  json.attribute("tid", int64_t(thread));
  json.attributeBegin("ts");
  json.rawValue(microseconds(begin));
  json.attributeEnd();
  json.attributeBegin("dur");
  json.rawValue(microseconds(end - begin));
  json.attributeEnd();
}

} // namespace

Result<ProfileTrace> ProfileTrace::create(const std::string &path, const std::string &model, size_t threads) {
  auto file = AtomicFile::create(path);
  if (!file)
    return file.error();
  ProfileTrace trace(std::move(*file));
  Status done = trace.file.write("{\"displayTimeUnit\": \"ns\", \"traceEvents\": [");
  if (done)
    done = trace.addName("process_name", 0, "tare run " + model);
  for (size_t thread = 0; thread != threads && done; ++thread)
    done = trace.addName("thread_name", thread, fmt::format("thread {}", thread));
  if (!done)
    return done.error();
  return trace;
}

Status ProfileTrace::add(int64_t sample, const std::vector<ExecutableLayer> &layers, const RunTimes &times) {
  if (runs++ >= mostRuns)
    return success();
  origin = origin ? origin : times.begin;
  Status done = addEvent(eventOf([&](llvm::json::OStream &json) {
    json.attribute("name", fmt::format("sample {}", sample));
    json.attribute("cat", "sample");
    writeSpan(json, times.begin - origin, times.end - origin, 0);
  }));
  for (size_t i = 0; i != layers.size(); ++i)
    for (size_t thread = 0; thread != times.threads && done; ++thread) {
      const runtime::Interval &interval = times.of(i)[thread];
      if (interval.begin == 0)
        continue;
      done = addEvent(eventOf([&](llvm::json::OStream &json) {
        json.attribute("name", jsonText(layers[i].name));
        json.attribute("cat", layers[i].kind);
        writeSpan(json, interval.begin - origin, interval.end - origin, thread);
        json.attributeObject("args", [&] {
          json.attribute("kind", layers[i].kind);
          json.attribute("output", toString(layers[i].type));
          json.attribute("macs", layers[i].macs);
        });
      }));
    }
  return done;
}

Status ProfileTrace::addName(const char *what, size_t thread, const std::string &name) {
  return addEvent(eventOf([&](llvm::json::OStream &json) {
    json.attribute("name", what);
    json.attribute("ph", "M");
    json.attribute("pid", 0);
    json.attribute("tid", int64_t(thread));
    json.attributeObject("args", [&] { json.attribute("name", jsonText(name)); });
  }));
}

Status ProfileTrace::addEvent(const std::string &event) {
  Status done = file.write(first ? "\n" : ",\n");
  first = false;
  return done ? file.write(event) : done;
}

Status ProfileTrace::commit() {
  Status done = file.write("\n]}\n");
  return done ? file.commit() : done;
}
