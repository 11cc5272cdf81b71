#include "tare/Tensor/Dataset.h"
#include "Support.h"

#include <set>
#include <thread>

using namespace tare;
using namespace tare::test;

namespace {
class DatasetTest : public FolderTest {
protected:
  void write(const std::string &name, const std::vector<std::pair<std::string, Tensor>> &arrays) {
    Result<ArrayWriter> writer = ArrayWriter::create(path(name));
    ASSERT_TRUE(writer);
    for (const auto &[key, tensor] : arrays)
      ASSERT_TRUE(writer->add(key, tensor.view()));
    ASSERT_TRUE(writer->commit());
  }
  /// The message of opening `name`, behind the file's path.
  std::string errorOf(const std::string &name, std::vector<InputDeclaration> inputs) {
    auto dataset = Dataset::open(path(name), std::move(inputs));
    if (dataset)
      return "";
    return dataset.error().message.substr(path(name).size());
  }
  std::vector<InputDeclaration> image = {{"x", {ElementType::f32, {1, 3, 2, 2}}}};
};
} // namespace

TEST(SampleLayout, Rules) {
  struct Case {
    Shape array, input;
    int64_t samples;
    Stacking stacking;
  };
  for (const Case &c : std::vector<Case>{
           {{5, 3, 2}, {1, 3, 2}, 5, Stacking::firstAxis},
           {{1, 3, 2}, {1, 3, 2}, 1, Stacking::firstAxis},
           {{5, 1, 3, 2}, {1, 3, 2}, 5, Stacking::newAxis},
           {{7, 98, 40}, {98, 40}, 7, Stacking::newAxis},
           {{98, 40}, {98, 40}, 1, Stacking::firstAxis},
           {{24, 1}, {8, 1}, 3, Stacking::firstAxis},
           {{6}, {}, 6, Stacking::newAxis},
           {{}, {}, 1, Stacking::newAxis},
       }) {
    Result<SampleLayout> layout = matchSamples(c.array, c.input);
    ASSERT_TRUE(layout) << toString(c.array);
    EXPECT_EQ(layout->samples, c.samples);
    EXPECT_EQ(layout->stacking, c.stacking);
  }
}

TEST(SampleLayout, MovedChannels) {
  struct Case {
    Shape array, input;
    int64_t samples;
    std::vector<size_t> axes;
  };
  for (const Case &c : std::vector<Case>{
           {{5, 32, 24, 3}, {1, 3, 32, 24}, 5, {0, 3, 1, 2}},
           {{5, 3, 32, 24}, {1, 32, 24, 3}, 5, {0, 2, 3, 1}},
           {{32, 24, 3}, {1, 3, 32, 24}, 1, {0, 3, 1, 2}},
           {{3, 32, 24}, {1, 3, 32, 24}, 1, {}},
           {{10}, {1, 10}, 1, {}},
           {{5, 3, 3, 3}, {1, 3, 3, 3}, 5, {}},
       }) {
    Result<SampleLayout> layout = matchMovedSamples(c.array, c.input);
    ASSERT_TRUE(layout) << toString(c.array);
    EXPECT_EQ(layout->samples, c.samples);
    EXPECT_EQ(layout->axes, c.axes);
  }
  // Which of the three are the channels?
  EXPECT_FALSE(matchMovedSamples({3, 3, 3}, {1, 3, 3, 3}));
  EXPECT_FALSE(matchMovedSamples({24, 32, 3}, {1, 3, 32, 24}));
  EXPECT_FALSE(matchMovedSamples({32, 24, 3}, {2, 3, 32, 24}));
}

TEST_F(DatasetTest, ReadsMovedChannels) {
  write("last.npy", {{"x", iota({2, 2, 2, 3})}});
  auto dataset = Dataset::open(path("last.npy"), image);
  ASSERT_TRUE(dataset) << dataset.error().message;
  EXPECT_EQ((*dataset)->sampleCount(), 2);
  ASSERT_TRUE((*dataset)->next());
  auto second = (*dataset)->next();
  ASSERT_TRUE(second && *second);
  EXPECT_EQ(valuesOf<float>((*second)->inputs[0]),
            (std::vector<float>{12, 15, 18, 21, 13, 16, 19, 22, 14, 17, 20, 23}));
}

TEST(SampleLayout, ErrorsSayWhatToDo) {
  auto message = [](Shape array, Shape input) { return matchSamples(array, input).error().message; };
  EXPECT_EQ(message({5, 32, 24, 3}, {1, 3, 32, 24}),
            "has shape (5, 32, 24, 3), expected (N, 3, 32, 24) for an input of "
            "shape (1, 3, 32, 24) (x.transpose(0, 3, 1, 2) has it)");
  EXPECT_EQ(message({3, 4}, {1, 3, 4}), "has shape (3, 4), expected (N, 3, 4) for an input of shape "
                                        "(1, 3, 4) (x[None] has it)");
  EXPECT_EQ(message({9, 4}, {8, 4}), "has shape (9, 4), expected (N, 8, 4) for an input of shape "
                                     "(8, 4)");
  EXPECT_EQ(message({}, {2}), "has shape (), expected (N, 2) for an input of shape (2,)");
}

TEST_F(DatasetTest, YieldsSamplesInOrder) {
  write("a.npz", {{"labels", makeTensor<int64_t>({4}, {1, 2, 3, 4})}, {"x", iota({4, 3, 2, 2})}});
  auto dataset = Dataset::open(path("a.npz"), image);
  ASSERT_TRUE(dataset) << dataset.error().message;
  EXPECT_EQ((*dataset)->sampleCount(), 4);
  for (int64_t i = 0; i < 4; ++i) {
    auto sample = (*dataset)->next();
    ASSERT_TRUE(sample && *sample);
    EXPECT_EQ((*sample)->index, i);
    EXPECT_EQ((*sample)->inputs[0].shape(), image[0].type.shape);
    EXPECT_EQ((*sample)->inputs[0].as<float>()[0], float(12 * i));
  }
  auto end = (*dataset)->next();
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
}

// An array that only a later file has was overlooked.
TEST_F(DatasetTest, HasWhatAnyFileHas) {
  std::filesystem::create_directory(path("d"));
  write("d/a.npz", {{"x", iota({1, 3, 2, 2})}});
  write("d/b.npz", {{"x", iota({1, 3, 2, 2})}, {"h", iota({1, 4})}});
  write("d/c.npy", {{"", iota({1, 3, 2, 2})}});
  auto dataset = Dataset::open(path("d"), image);
  ASSERT_TRUE(dataset) << dataset.error().message;
  EXPECT_TRUE((*dataset)->has("x"));
  EXPECT_TRUE((*dataset)->has("h"));
  EXPECT_FALSE((*dataset)->has("c"));
}

TEST_F(DatasetTest, FolderInTheOrderOfNames) {
  std::filesystem::create_directory(path("d"));
  write("d/b.npy", {{"", iota({2, 3, 2, 2})}});
  write("d/a.npz", {{"x", iota({1, 3, 2, 2})}});
  write("d/c.npz", {{"x", iota({0, 3, 2, 2})}});
  writeText(path("d/README.txt"), "other files are no data");
  auto dataset = Dataset::open(path("d"), image, 2);
  ASSERT_TRUE(dataset) << dataset.error().message;
  EXPECT_EQ((*dataset)->sampleCount(), 2);
  EXPECT_EQ((**(*dataset)->next()).inputs[0].as<float>()[0], 0.0f);
  EXPECT_EQ((**(*dataset)->next()).inputs[0].as<float>()[0], 0.0f);
  EXPECT_FALSE(*(*dataset)->next());
}

TEST_F(DatasetTest, ConvertsElements) {
  write("a.npz", {{"x", makeTensor<uint8_t>({1, 3}, {0, 7, 255})}});
  auto dataset = Dataset::open(path("a.npz"), {{"x", {ElementType::f32, {1, 3}}}});
  ASSERT_TRUE(dataset);
  EXPECT_EQ(valuesOf<float>((**(*dataset)->next()).inputs[0]), (std::vector<float>{0, 7, 255}));
}

TEST_F(DatasetTest, IntegersAreOfTheInputsType) {
  write("a.npz", {{"x", makeTensor<uint8_t>({1, 3}, {0, 7, 25})}});
  auto dataset = Dataset::open(path("a.npz"), {{"x", {ElementType::i8, {1, 3}}}});
  ASSERT_FALSE(dataset);
  EXPECT_EQ(dataset.error().message, path("a.npz") + ": array 'x' has elements uint8, expected int8");
  dataset = Dataset::open(path("a.npz"), {{"x", {ElementType::u8, {1, 3}}}});
  ASSERT_TRUE(dataset);
  EXPECT_EQ(valuesOf<uint8_t>((**(*dataset)->next()).inputs[0]), (std::vector<uint8_t>{0, 7, 25}));
}

TEST_F(DatasetTest, AlternativeForArraysOfItsType) {
  image[0].alternative = TensorType{ElementType::i8, {1, 2, 2, 3}};
  write("integers.npz", {{"x", Tensor(ElementType::i8, {4, 2, 2, 3})}});
  auto integers = Dataset::open(path("integers.npz"), image);
  ASSERT_TRUE(integers);
  EXPECT_EQ((*integers)->declarations()[0].type, *image[0].alternative);
  EXPECT_EQ((*integers)->sampleCount(), 4);
  // Other integers are numbers like any.
  write("bytes.npz", {{"x", Tensor(ElementType::u8, {4, 3, 2, 2})}});
  auto bytes = Dataset::open(path("bytes.npz"), image);
  ASSERT_TRUE(bytes);
  EXPECT_EQ((*bytes)->declarations()[0].type, image[0].type);
  // Its shape is the alternative's.
  write("wrong.npz", {{"x", Tensor(ElementType::i8, {4, 3, 2, 2})}});
  EXPECT_FALSE(Dataset::open(path("wrong.npz"), image));
}

TEST_F(DatasetTest, ArrayWithoutAxesIsEverySamples) {
  const std::vector<InputDeclaration> inputs = {{"rate", {ElementType::i64, {}}}, {"x", {ElementType::f32, {1, 2}}}};
  write("a.npz", {{"rate", makeTensor<int64_t>({}, {16000})}, {"x", iota({3, 2})}});
  auto dataset = Dataset::open(path("a.npz"), inputs);
  ASSERT_TRUE(dataset) << dataset.error().message;
  EXPECT_EQ((*dataset)->sampleCount(), 3);
  for (int64_t i = 0; i < 3; ++i) {
    auto sample = (*dataset)->next();
    ASSERT_TRUE(sample && *sample);
    EXPECT_EQ(valuesOf<int64_t>((*sample)->inputs[0]), std::vector<int64_t>{16000});
    EXPECT_EQ((*sample)->inputs[1].as<float>()[0], float(2 * i));
  }
  // In whatever order the inputs are.
  auto reversed = Dataset::open(path("a.npz"), {inputs[1], inputs[0]});
  ASSERT_TRUE(reversed) << reversed.error().message;
  auto first = (*reversed)->next();
  ASSERT_TRUE(first && *first);
  EXPECT_EQ(valuesOf<float>((*first)->inputs[0]), (std::vector<float>{0, 1}));
  EXPECT_EQ(valuesOf<int64_t>((*first)->inputs[1]), std::vector<int64_t>{16000});
  // Where no array has samples there is one.
  write("one.npz", {{"rate", makeTensor<int64_t>({}, {8000})}});
  auto one = Dataset::open(path("one.npz"), {inputs[0]});
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ((*one)->sampleCount(), 1);
  // For more elements than one it says too little.
  write("few.npz", {{"x", makeTensor<float>({}, {1})}});
  EXPECT_FALSE(Dataset::open(path("few.npz"), {inputs[1]}));
}

TEST_F(DatasetTest, ManyThreads) {
  write("a.npz", {{"x", iota({500, 3, 2, 2})}});
  auto dataset = Dataset::open(path("a.npz"), image);
  ASSERT_TRUE(dataset);
  std::mutex mutex;
  std::set<int64_t> seen;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      while (true) {
        auto sample = (*dataset)->next();
        ASSERT_TRUE(sample);
        if (!*sample)
          return;
        EXPECT_EQ((*sample)->inputs[0].as<float>()[0], float(12 * (*sample)->index));
        std::scoped_lock lock(mutex);
        seen.insert((*sample)->index);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(seen.size(), 500u);
}

TEST_F(DatasetTest, Errors) {
  write("a.npz", {{"images", iota({4, 3, 2, 2})}, {"y", iota({4})}});
  write("b.npz", {{"x", iota({4, 3, 2, 2})}, {"z", iota({5, 1})}});
  write("empty.npz", {{"x", iota({0, 3, 2, 2})}});
  write("float.npy", {{"x", iota({4, 3, 2, 2})}});
  EXPECT_EQ(errorOf("a.npz", image), ": no array for the model's input 'x', only 'images', 'y'; name "
                                     "the arrays after the inputs");
  EXPECT_EQ(errorOf("b.npz", {image[0], {"z", {ElementType::f32, {1, 1}}}}),
            ": array 'z' has 5 samples, but 'x' has 4");
  EXPECT_EQ(errorOf("empty.npz", image), ": no samples: its arrays are empty");
  EXPECT_EQ(errorOf("float.npy", {{"x", {ElementType::i8, {1, 3, 2, 2}}}}), " has elements float32, expected int8");
  EXPECT_EQ(errorOf("float.npy", {image[0], image[0]}),
            ": a .npy file holds one array, the model has 2 inputs; give an "
            ".npz with a key for each");
  EXPECT_NE(
      errorOf("b.npz", {{"x", {ElementType::f32, {1, 4, 2, 2}}}}).find(": array 'x' has shape (4, 3, 2, 2), expected"),
      std::string::npos);
  writeText(path("text.npz"), "this is no archive");
  EXPECT_NE(errorOf("text.npz", image).find("not an .npz archive"), std::string::npos);
  std::filesystem::create_directory(path("none"));
  EXPECT_EQ(errorOf("none", image), ": no .npz or .npy file in this folder");
  EXPECT_FALSE(Dataset::open(path("nowhere"), image));
}

TEST_F(DatasetTest, StackingOfOutputs) {
  std::vector<InputDeclaration> batched = {{"x", {ElementType::f32, {8, 2}}}};
  write("joined.npz", {{"x", iota({16, 2})}});
  write("stacked.npz", {{"x", iota({2, 8, 2})}});
  auto joined = Dataset::open(path("joined.npz"), batched);
  auto stacked = Dataset::open(path("stacked.npz"), batched);
  ASSERT_TRUE(joined && stacked);
  EXPECT_EQ((*joined)->stackingOf({8, 10}), Stacking::firstAxis);
  EXPECT_EQ((*joined)->stackingOf({4, 10}), Stacking::newAxis);
  EXPECT_EQ((*stacked)->stackingOf({8, 10}), Stacking::newAxis);
  EXPECT_EQ((*stacked)->stackingOf({1, 10}), Stacking::firstAxis);
  EXPECT_EQ((*stacked)->stackingOf({}), Stacking::newAxis);
}
