//===- Timing.cpp - What each step of a conversion takes ------------------===//
#include "Driver/Compile/Timing.h"

#include "mlir/Pass/Pass.h"

#include <sys/resource.h>
#include <time.h>

using namespace tare;

namespace {

class TimePasses : public mlir::PassInstrumentation {
public:
  explicit TimePasses(std::vector<TimedStep> &passes) : passes(passes) {}

  void runBeforePass(mlir::Pass *pass, mlir::Operation *) override {
    if (isReal(pass))
      clock = StepClock();
  }
  void runAfterPass(mlir::Pass *pass, mlir::Operation *) override {
    if (isReal(pass))
      passes.push_back(clock.stop(pass->getArgument().str()));
  }

private:
  /// Nested pass managers are adaptors without an argument.
  static bool isReal(mlir::Pass *pass) { return !pass->getArgument().empty(); }

  std::vector<TimedStep> &passes;
  StepClock clock;
};

void writeList(llvm::json::OStream &json, llvm::StringRef key, const std::vector<TimedStep> &steps, double total) {
  json.attributeArray(key, [&] {
    for (const TimedStep &step : steps)
      json.object([&] {
        json.attribute("name", step.name);
        json.attribute("seconds", step.seconds);
        json.attribute("cpu_seconds", step.cpuSeconds);
        json.attribute("share", shareOf(step, total));
        json.attribute("peak_memory_mb", step.peakMegabytes);
        if (!step.passes.empty())
          writeList(json, "passes", step.passes, total);
      });
  });
}

} // namespace

double tare::totalSeconds(const std::vector<TimedStep> &steps) {
  double total = 0;
  for (const TimedStep &step : steps)
    total += step.seconds;
  return total;
}

double tare::shareOf(const TimedStep &step, double total) { return total > 0 ? step.seconds / total : 0; }

double tare::peakMegabytes() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024.0;
}

double StepClock::cpuSeconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return double(used.tv_sec) + 1e-9 * double(used.tv_nsec);
}

TimedStep StepClock::stop(std::string name) const {
  std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  return {std::move(name), elapsed.count(), peakMegabytes(), {}, cpuSeconds() - cpuStart};
}

std::unique_ptr<mlir::PassInstrumentation> tare::timePasses(std::vector<TimedStep> &passes) {
  return std::make_unique<TimePasses>(passes);
}

void tare::writeTimedSteps(llvm::json::OStream &json, const std::vector<TimedStep> &steps) {
  writeList(json, "steps", steps, totalSeconds(steps));
}
