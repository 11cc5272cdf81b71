// Files that numpy itself makes and reads.
#include "Support.h"
#include "tare/Tensor/Npz.h"

using namespace tare;
using namespace tare::test;

namespace {
class NumpyTest : public FolderTest {
protected:
  void SetUp() override {
    FolderTest::SetUp();
    if (std::system(TARE_PYTHON " -c 'import numpy' 2>/dev/null") != 0)
      FAIL() << TARE_PYTHON << " has no numpy: run `make deps`, or set TARE_PYTHON";
  }
  /// Runs Python in the test's folder; true where it succeeds.
  bool python(const std::string &code) {
    std::string command = "cd " + folder.string() + " && " TARE_PYTHON " -c \"import numpy as np; " + code + "\"";
    return std::system(command.c_str()) == 0;
  }
};
} // namespace

TEST_F(NumpyTest, ReadsStoredAndDeflatedArchives) {
  ASSERT_TRUE(python("x = np.arange(24000, dtype=np.float32).reshape(10, 2400);"
                     "names = np.array(['a', 'b']);"
                     "np.savez('s.npz', x=x, names=names);"
                     "np.savez_compressed('d.npz', x=x.astype(np.float16), n=x > 3)"));
  Result<NpzReader> stored = NpzReader::open(path("s.npz"));
  ASSERT_TRUE(stored);
  EXPECT_EQ(valuesOf<float>(*stored->read("x")), valuesOf<float>(iota({10, 2400})));
  EXPECT_FALSE(stored->read("names"));
  Result<NpzReader> deflated = NpzReader::open(path("d.npz"));
  ASSERT_TRUE(deflated);
  EXPECT_EQ(deflated->read("x")->as<float>()[2047], 2047.0f);
  EXPECT_EQ(deflated->read("n")->element(), ElementType::boolean);
}

TEST_F(NumpyTest, ReadsEveryElementType) {
  for (std::string type : {"float64", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "bool",
                           "float16", "float32"}) {
    ASSERT_TRUE(python("np.save('x.npy', np.ones((2, 3), np." + type + (type == "bool" ? "_" : "") + "))"));
    Result<Tensor> tensor = readNpy(path("x.npy"));
    ASSERT_TRUE(tensor) << type << tensor.error().message;
    EXPECT_EQ(nameOf(tensor->element()), type == "float16" ? "float32" : type);
  }
}

TEST_F(NumpyTest, ReadsWhatWeWrite) {
  Result<ArrayWriter> writer = ArrayWriter::create(path("a.npz"));
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->add("/block/conv", iota({2, 3}).view()));
  ASSERT_TRUE(writer->add("scalar", iota({}).view()));
  ASSERT_TRUE(writer->add("q", makeTensor<int8_t>({2}, {-1, 1}).view()));
  ASSERT_TRUE(writer->commit());
  EXPECT_TRUE(python("f = np.load('a.npz');"
                     "assert f.files == ['/block/conv', 'scalar', 'q'];"
                     "assert (f['/block/conv'] == np.arange(6).reshape(2, 3))"
                     ".all();"
                     "assert f['scalar'].shape == () and f['q'].dtype == 'i1'"));
}

TEST_F(NumpyTest, FortranOrder) {
  ASSERT_TRUE(python("np.save('x.npy', np.zeros((2, 3)).T)"));
  EXPECT_FALSE(readNpy(path("x.npy")));
}
