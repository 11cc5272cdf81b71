//===- ProgressTest.cpp - What a listener sees of progress ----------------===//
#include "Driver/Execute/CancellableSamples.h"
#include "Driver/Execute/Samples.h"

#include "tare/Calibration/Calibrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

using namespace tare;
using testing::ElementsAre;

namespace {

/// Notes each step, and wants no more after some.
class Counter : public Listener {
public:
  explicit Counter(int64_t wanted = 1000) : wanted(wanted) {}

  std::unique_ptr<ProgressView> startProgress(const std::string &what, int64_t total) const override {
    class View : public ProgressView {
    public:
      explicit View(const Counter &counter) : counter(counter) {}
      void show(int64_t done) override { counter.seen.push_back(done); }

    private:
      const Counter &counter;
    };
    told = what + " of " + std::to_string(total);
    return std::make_unique<View>(*this);
  }
  bool isCancelled() const override { return int64_t(seen.size()) >= wanted; }

  mutable std::string told;
  mutable std::vector<int64_t> seen;
  int64_t wanted;
};

std::unique_ptr<SampleSource> samples(int64_t count) {
  return calibration::randomSamples({{"x", {ElementType::f32, {2}}}}, count);
}

TEST(Progress, CountsSteps) {
  Counter counter;
  Progress progress(counter, "working", 3);
  progress.advance();
  progress.advance();
  progress.update(7);
  EXPECT_EQ(counter.told, "working of 3");
  EXPECT_THAT(counter.seen, ElementsAre(1, 2, 7));
  EXPECT_TRUE(progress.mayGoOn());
}

TEST(Progress, NobodyLooks) {
  Listener nobody;
  Progress progress(nobody, "working", 3);
  progress.advance();
  progress.update(2);
  EXPECT_TRUE(progress.mayGoOn());
}

TEST(Progress, EndsEarlyWhereItIsWanted) {
  Counter counter(5);
  std::unique_ptr<SampleSource> source = samples(100);
  Progress progress(counter, "working", 100);
  std::atomic<int> ran = 0;
  Status done = forEachSample(*source, 1, progress, [&](const Sample &, size_t) {
    ++ran;
    return success();
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, cancelled().message);
  EXPECT_EQ(ran, 5);
}

TEST(CancellableSamples, EndInAnError) {
  Counter counter(1);
  std::unique_ptr<SampleSource> source = samples(3);
  CancellableSamples wanted(*source, counter);
  EXPECT_EQ(wanted.sampleCount(), 3);
  Result<std::optional<Sample>> first = wanted.next();
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->has_value());
  counter.seen.push_back(1);
  EXPECT_FALSE(wanted.next());
}

} // namespace
