#include "tare/Tensor/Npy.h"
#include "Support.h"

using namespace tare;
using namespace tare::test;

namespace {
class NpyTest : public FolderTest {
protected:
  /// Writes a file with this dictionary and data, reads it, gives the error.
  std::string errorOf(const std::string &dictionary, const std::string &data = "") {
    std::string text = dictionary + '\n';
    std::string file = "\x93NUMPY";
    file += {'\x01', '\x00', char(text.size() & 0xff), char(text.size() >> 8)};
    return errorOfFile(file + text + data);
  }
  std::string errorOfFile(const std::string &contents) {
    writeText(path("x.npy"), contents);
    Result<Tensor> tensor = readNpy(path("x.npy"));
    std::string prefix = path("x.npy") + ": ";
    if (tensor)
      return "";
    std::string message = tensor.error().message;
    EXPECT_TRUE(message.starts_with(prefix)) << message;
    return message.substr(std::min(prefix.size(), message.size()));
  }
};
} // namespace

TEST_F(NpyTest, RoundTrip) {
  Tensor tensor = iota({2, 3, 4});
  ASSERT_TRUE(writeNpy(path("x.npy"), tensor.view()));
  Result<Tensor> read = readNpy(path("x.npy"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->type(), tensor.type());
  EXPECT_EQ(valuesOf<float>(*read), valuesOf<float>(tensor));
}

TEST_F(NpyTest, ScalarsAndEmptyArrays) {
  for (Shape shape : {Shape{}, Shape{0}, Shape{3, 0, 2}, Shape{1}}) {
    Tensor tensor = iota(shape);
    ASSERT_TRUE(writeNpy(path("x.npy"), tensor.view()));
    Result<Tensor> read = readNpy(path("x.npy"));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->shape(), shape);
  }
}

TEST_F(NpyTest, StreamReadsAndSkips) {
  ASSERT_TRUE(writeNpy(path("x.npy"), iota({10, 2}).view()));
  Result<ArrayStream> stream = openNpy(path("x.npy"));
  ASSERT_TRUE(stream);
  std::vector<float> values(2);
  ASSERT_TRUE(stream->skip(6));
  ASSERT_TRUE(stream->read(values.data(), 2));
  EXPECT_EQ(values, (std::vector<float>{6, 7}));
  ASSERT_TRUE(stream->skip(12));
  EXPECT_FALSE(stream->read(values.data(), 1));
}

TEST_F(NpyTest, OtherByteOrderAndHalfPrecision) {
  std::string big = "{'descr': '>i4', 'fortran_order': False, 'shape': (2,), }";
  EXPECT_EQ(errorOf(big, std::string("\0\0\1\2\xff\xff\xff\xff", 8)), "");
  EXPECT_EQ(valuesOf<int32_t>(*readNpy(path("x.npy"))), (std::vector<int32_t>{258, -1}));
  std::string half = "{'descr': '<f2', 'fortran_order': False, 'shape': (1,), }";
  EXPECT_EQ(errorOf(half, std::string("\x00\x3c", 2)), "");
  EXPECT_EQ(valuesOf<float>(*readNpy(path("x.npy"))), std::vector<float>{1});
}

TEST_F(NpyTest, FortranOrderMattersFromTwoAxes) {
  std::string dictionary = "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }";
  EXPECT_EQ(errorOf(dictionary, std::string(8, '\0')), "");
  dictionary = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }";
  EXPECT_EQ(errorOf(dictionary, std::string(16, '\0')), "the array is stored in Fortran order; save "
                                                        "numpy.ascontiguousarray(x)");
}

TEST_F(NpyTest, OtherElementsAreNamed) {
  for (std::string descr : {"'<U5'", "'|O'", "'<c8'", "[('a', '<f4')]"})
    EXPECT_NE(errorOf("{'descr': " + descr + ", 'fortran_order': False, 'shape': (1,), }")
                  .find("cannot be read; expected numbers"),
              std::string::npos)
        << descr;
}

TEST_F(NpyTest, DamagedHeaders) {
  std::string damaged = "not a .npy array: its header is damaged; write it with numpy.save or "
                        "numpy.savez";
  for (std::string dictionary : {
           "",
           "{",
           "{}",
           "{'descr': '<f4'",
           "{'descr': '<f4', 'fortran_order': False}",
           "{'descr': '<f4', 'fortran_order': False, 'shape': (2,}",
           "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,)}",
           "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}",
           "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x",
           "{'descr': '<f4, 'fortran_order': False, 'shape': (2,)}",
           "{'descr': '<f4', 'fortran_order': False, 'shape': "
           "(99999999999999999999,)}",
       })
    EXPECT_EQ(errorOf(dictionary), damaged) << dictionary;
  EXPECT_NE(errorOf("{'descr': '<f4', 'fortran_order': False, 'shape': "
                    "(4000000000, 4000000000)}")
                .find("is impossible"),
            std::string::npos);
}

TEST_F(NpyTest, CutOffAnywhere) {
  ASSERT_TRUE(writeNpy(path("whole.npy"), iota({4, 4}).view()));
  std::string whole = readText(path("whole.npy"));
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(errorOfFile(whole.substr(0, size)), "") << size;
  EXPECT_EQ(errorOfFile(whole), "");
}

TEST_F(NpyTest, MissingFile) {
  Result<Tensor> tensor = readNpy(path("none.npy"));
  ASSERT_FALSE(tensor);
  EXPECT_NE(tensor.error().message.find("no such file"), std::string::npos);
}

TEST_F(NpyTest, HeaderHasRoomAndAlignment) {
  EXPECT_EQ(npyHeader({ElementType::f32, {3}}).size() % 64, 0u);
  EXPECT_GE(npyHeader({ElementType::f32, {3}}, 200).size(), 200u);
}
