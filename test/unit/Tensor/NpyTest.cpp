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

TEST_F(NpyTest, ByteOrders) {
  auto dictionary = [](const std::string &descr) {
    return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (2,), }";
  };
  for (std::string order : {"<", "="}) {
    EXPECT_EQ(errorOf(dictionary(order + "u2"), std::string("\1\2\3\4", 4)), "");
    EXPECT_EQ(valuesOf<uint16_t>(*readNpy(path("x.npy"))), (std::vector<uint16_t>{0x201, 0x403}));
  }
  EXPECT_EQ(errorOf(dictionary(">u2"), std::string("\1\2\3\4", 4)), "");
  EXPECT_EQ(valuesOf<uint16_t>(*readNpy(path("x.npy"))), (std::vector<uint16_t>{0x102, 0x304}));
  EXPECT_EQ(errorOf(dictionary(">u8"), std::string("\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xf\x10", 16)), "");
  EXPECT_EQ(valuesOf<uint64_t>(*readNpy(path("x.npy"))), (std::vector<uint64_t>{0x102030405060708, 0x90a0b0c0d0e0f10}));
  EXPECT_EQ(errorOf(dictionary(">f2"), std::string("\x3c\x00\xc0\x00", 4)), "");
  EXPECT_EQ(valuesOf<float>(*readNpy(path("x.npy"))), (std::vector<float>{1, -2}));
  for (std::string order : {"|", ">", "<"}) {
    EXPECT_EQ(errorOf(dictionary(order + "i1"), "\xff\x02"), "");
    EXPECT_EQ(valuesOf<int8_t>(*readNpy(path("x.npy"))), (std::vector<int8_t>{-1, 2}));
  }
  for (std::string descr : {"!f4", "<f", "<f44", "<x4", "<f3"})
    EXPECT_EQ(errorOf(dictionary(descr), std::string(16, '\0')), "elements of type " + descr +
                                                                     " cannot be read; expected numbers, for example "
                                                                     "x.astype(numpy.float32)");
}

TEST_F(NpyTest, FormatVersions) {
  std::string dictionary = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\n";
  auto file = [&](char major, size_t lengthBytes, size_t length) {
    std::string text = "\x93NUMPY";
    text += {major, '\0'};
    for (size_t i = 0; i < lengthBytes; ++i)
      text += char(length >> (8 * i));
    return text + std::string(dictionary).append(length - dictionary.size(), ' ') + "\x05\x07";
  };
  for (char major : {1, 2, 3})
    for (size_t length : {dictionary.size(), size_t(300), size_t(65535)}) {
      EXPECT_EQ(errorOfFile(file(major, major == 1 ? 2 : 4, length)), "");
      EXPECT_EQ(valuesOf<uint8_t>(*readNpy(path("x.npy"))), (std::vector<uint8_t>{5, 7}));
    }
  EXPECT_EQ(errorOfFile(file(2, 4, 1 << 16)), "");
  EXPECT_NE(errorOfFile(file(2, 4, (1 << 16) + 1)).find("its header is damaged"), std::string::npos);
  for (char major : {0, 4, -1})
    EXPECT_NE(
        errorOfFile(file(major, 2, 100)).find("format version " + std::to_string(uint8_t(major)) + ", expected 1 to 3"),
        std::string::npos);
  EXPECT_NE(errorOfFile("\x93NUMPX\x01").find("it does not begin as one"), std::string::npos);
  EXPECT_NE(errorOfFile(file(1, 2, 100).substr(0, 60)).find("its header is cut off"), std::string::npos);
}

TEST_F(NpyTest, DictionariesAsOthersWriteThem) {
  for (std::string dictionary : {"{\"descr\": \"|u1\", \"fortran_order\": False, \"shape\": (2,)}",
                                 "{ 'shape' : ( 2 , ) , 'fortran_order' : True,'descr':'|u1' }",
                                 "{'descr': '|u1', 'fortran_order': False, 'shape': (2)}\t\r\n ",
                                 "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2, 1,),}"}) {
    EXPECT_EQ(errorOf(dictionary, "\x05\x07"), "") << dictionary;
    EXPECT_EQ(valuesOf<uint8_t>(*readNpy(path("x.npy"))), (std::vector<uint8_t>{5, 7}));
  }
  for (std::string dictionary : {"{'descr': '|u1', 'fortran_order': False, 'shape': (2,), 'more': 1}",
                                 "{'descr': '|u1' 'fortran_order': False, 'shape': (2,)}",
                                 "{'descr': '|u1', 'fortran_order': False, 'shape': (2 3)}",
                                 "{'descr': |u1, 'fortran_order': False, 'shape': (2,)}",
                                 "{'descr' '|u1', 'fortran_order': False, 'shape': (2,)}",
                                 "{'descr': '|u1', 'fortran_order': False, 'shape': 2}",
                                 "{'descr': [('a', '<f4'), 'fortran_order': False, 'shape': (2,)}",
                                 "{'descr': '|u1', 'shape': (2,)}", "{'fortran_order': False, 'shape': (2,)}"})
    EXPECT_NE(errorOf(dictionary, "\x05\x07").find("its header is damaged"), std::string::npos) << dictionary;
}

TEST_F(NpyTest, FortranOrderOfOneLongAxis) {
  for (std::string shape : {"(4,)", "(1, 4)", "(4, 1)", "(1, 4, 1)", "()"})
    EXPECT_EQ(errorOf("{'descr': '<f4', 'fortran_order': True, 'shape': " + shape + ", }", std::string(16, '\0')), "")
        << shape;
  for (std::string shape : {"(2, 2)", "(1, 2, 2)", "(2, 1, 2)"})
    EXPECT_NE(errorOf("{'descr': '<f4', 'fortran_order': True, 'shape': " + shape + ", }", std::string(16, '\0')), "")
        << shape;
}

TEST_F(NpyTest, CutOffIsToldBeforeItIsRead) {
  EXPECT_EQ(errorOf("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "1234567"),
            "75 bytes, expected 76 for a float32 2 array; the file is cut off");
  EXPECT_EQ(errorOf("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "12345678"), "");
  EXPECT_EQ(errorOf("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "123456789"), "");
}

TEST_F(NpyTest, SkipsMoreThanItsBuffer) {
  ASSERT_TRUE(writeNpy(path("x.npy"), iota({100000}).view()));
  for (int64_t skipped : {0, 1, 16384, 16385, 50000, 99999}) {
    Result<ArrayStream> stream = openNpy(path("x.npy"));
    float value = -1;
    ASSERT_TRUE(stream && stream->skip(skipped) && stream->read(&value, 1));
    EXPECT_EQ(value, float(skipped));
  }
}

TEST_F(NpyTest, HeadersAsNumpyWritesThem) {
  auto text = [](const TensorType &type) {
    std::string header = npyHeader(type);
    size_t length = uint8_t(header[8]) | size_t(uint8_t(header[9])) << 8;
    EXPECT_EQ(header.size(), 10 + length);
    EXPECT_EQ(header.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
    EXPECT_EQ(header.back(), '\n');
    return header.substr(10, header.find_last_not_of(" \n") - 9);
  };
  EXPECT_EQ(text({ElementType::f32, {3}}), "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }");
  EXPECT_EQ(text({ElementType::i8, {3, 4}}), "{'descr': '|i1', 'fortran_order': False, 'shape': (3, 4), }");
  EXPECT_EQ(text({ElementType::boolean, {}}), "{'descr': '|b1', 'fortran_order': False, 'shape': (), }");
  EXPECT_EQ(text({ElementType::f16, {2}}), "{'descr': '<f2', 'fortran_order': False, 'shape': (2,), }");
  EXPECT_EQ(text({ElementType::u64, {2}}), "{'descr': '<u8', 'fortran_order': False, 'shape': (2,), }");
  EXPECT_EQ(npyHeader({ElementType::f32, {3}}).size(), 128u);
  EXPECT_EQ(npyHeader({ElementType::f32, {3}}, 128).size(), 128u);
  EXPECT_EQ(npyHeader({ElementType::f32, {3}}, 129).size(), 192u);
  EXPECT_EQ(npyHeader({ElementType::f32, Shape(120, 1)}).size(), 448u);
}
