#include "tare/Media/MediaInput.h"
#include "Bytes.h"
#include "Support.h"

using namespace tare;
using namespace tare::media;
using namespace tare::test;

namespace {

class MediaInputTest : public FolderTest {
protected:
  std::string sound(const std::string &name, const std::vector<int> &values, uint32_t rate = 8000) {
    std::string data;
    for (int value : values)
      data += little(uint64_t(value), 2);
    const std::string chunks = "fmt " + little(16, 4) + little(1, 2) + little(1, 2) + little(rate, 4) + little(0, 6) +
                               little(16, 2) + "data" + little(data.size(), 4) + data;
    writeText(path(name), "RIFF" + little(chunks.size() + 4, 4) + "WAVE" + chunks);
    return path(name);
  }
  std::shared_ptr<const SampleMaker> maker(TensorType type, const Preprocessing *how = nullptr,
                                           const std::string &layout = "") {
    auto made = makerOf({"x", std::move(type), std::nullopt, layout}, how);
    EXPECT_TRUE(made) << made.error().message;
    return *made;
  }
};

template <typename T> std::vector<double> numbers(const Tensor &tensor) {
  return {tensor.as<T>(), tensor.as<T>() + tensor.count()};
}

} // namespace

TEST_F(MediaInputTest, SoundsAreCutIntoSamples) {
  auto floats = maker({ElementType::f32, {1, 2}});
  const std::string file = sound("a.wav", {16384, -32768, 8192, 0, 5});
  EXPECT_EQ(*floats->samplesOf(file), 2);
  EXPECT_EQ(numbers<float>(*floats->make(file, 0)), (std::vector<double>{0.5, -1}));
  EXPECT_EQ(numbers<float>(*floats->make(file, 1)), (std::vector<double>{0.25, 0}));
  EXPECT_EQ(floats->notes(), (std::vector<std::string>{"input 'x': 1 sound whose end is left out, as it does not fill "
                                                       "the input once more"}));
  auto integers = maker({ElementType::i16, {1, 8}});
  EXPECT_EQ(*integers->samplesOf(file), 1);
  EXPECT_EQ(numbers<int16_t>(*integers->make(file, 0)), (std::vector<double>{16384, -32768, 8192, 0, 5, 0, 0, 0}));
}

TEST_F(MediaInputTest, SoundsHaveOneRate) {
  auto any = maker({ElementType::f32, {1, 2}});
  EXPECT_TRUE(any->samplesOf(sound("a.wav", {1, 2})));
  const std::string other = sound("b.wav", {1, 2}, 16000);
  EXPECT_EQ(any->samplesOf(other).error().message,
            other + ": has 16000 Hz, expected 8000 Hz as the sounds before; convert it");
  Preprocessing how;
  how.sampleRate = 16000;
  auto fixed = maker({ElementType::f32, {1, 2}}, &how);
  EXPECT_TRUE(fixed->samplesOf(other));
  EXPECT_EQ(fixed->samplesOf(path("a.wav")).error().message,
            path("a.wav") + ": has 8000 Hz, expected 16000 Hz; convert it");
}

TEST_F(MediaInputTest, ArraysOfPixels) {
  Preprocessing how;
  how.fit.fit = Fit::stretch;
  how.layout = Layout::nchw;
  how.scale = 0.5;
  auto floats = maker({ElementType::f32, {1, 3, 1, 1}}, &how);
  auto layout = floats->layoutOf({ElementType::u8, {5, 4, 2, 3}});
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->samples, 5);
  EXPECT_EQ(layout->stored, (Shape{4, 2, 3}));
  EXPECT_EQ(floats->layoutOf({ElementType::u8, {3, 4, 2}})->samples, 1);
  // Real numbers are the network's own, and so are bytes where nothing is said.
  EXPECT_FALSE(floats->layoutOf({ElementType::f32, {5, 4, 2, 3}}));
  EXPECT_FALSE(maker({ElementType::f32, {1, 3, 1, 2}})->layoutOf({ElementType::u8, {5, 4, 2, 3}}));
  Tensor pixels(ElementType::u8, {2, 2, 3});
  const uint8_t values[] = {10, 20, 30, 50, 60, 70, 10, 20, 30, 50, 60, 70};
  std::copy_n(values, 12, pixels.mutableAs<uint8_t>());
  EXPECT_EQ(numbers<float>(*floats->make(pixels)), (std::vector<double>{15, 20, 25}));
}

TEST_F(MediaInputTest, DevicesHaveTheirs) {
  auto frames = maker({ElementType::u8, {1, 3, 2}}, nullptr, "nv12 bt601 full");
  EXPECT_FALSE(frames->layoutOf({ElementType::u8, {9, 3, 2}}));
  EXPECT_EQ(frames->layoutOf({ElementType::u8, {9, 2, 2, 3}})->samples, 9);
  Tensor white(ElementType::u8, {2, 2, 3});
  std::fill_n(white.mutableAs<uint8_t>(), 12, uint8_t(255));
  EXPECT_EQ(numbers<uint8_t>(*frames->make(white)), (std::vector<double>{255, 255, 255, 255, 128, 128}));
}

TEST_F(MediaInputTest, WhatDoesNotFit) {
  Preprocessing how;
  how.mean = {1, 2};
  EXPECT_EQ(makerOf({"x", {ElementType::f32, {1, 3, 2, 2}}}, &how).error().message,
            "mean has 2 numbers, expected 1, or 3, one for each channel of 1x3x2x2");
  how = {};
  how.size = {{4, 4}};
  EXPECT_EQ(makerOf({"x", {ElementType::f32, {1, 3, 2, 2}}}, &how).error().message,
            "resize: found 4 x 4, but the input has pictures of 2 x 2");
  EXPECT_EQ(maker({ElementType::f32, {1, 10}})->samplesOf("a.png").error().message,
            "a.png: is a picture, but input 'x' has the shape 1x10, expected that of pictures, [1, C, H, W] or [1, H, "
            "W, C] with C of 1 or 3");
  EXPECT_EQ(
      makerOf({"x", {ElementType::f32, {1, 10}}}, nullptr, /*isOnly=*/false)
          .operator*()
          ->samplesOf("a.png")
          .error()
          .message,
      "a.png: is one input, the model has several; give an .npz with a key for each, of pictures arrays of uint8");
}
