#include "Bytes.h"
#include "Support.h"
#include "tare/Media/Sound.h"

using namespace tare;
using namespace tare::media;
using namespace tare::test;

namespace {

class WaveTest : public FolderTest {
protected:
  std::string write(uint16_t coding, uint16_t channels, uint16_t bits, const std::string &values, size_t stated) {
    const std::string format =
        little(coding, 2) + little(channels, 2) + little(16000, 4) + little(0, 4) + little(0, 2) + little(bits, 2);
    // A chunk of an odd size is passed over with the byte behind it.
    const std::string chunks = "fmt " + little(format.size(), 4) + format + "LIST" + little(3, 4) + "abc" +
                               std::string(1, '\0') + "data" + little(stated, 4) + values;
    writeText(path("a.wav"), "RIFF" + little(chunks.size() + 4, 4) + "WAVE" + chunks);
    return path("a.wav");
  }
  std::string write(uint16_t coding, uint16_t channels, uint16_t bits, const std::string &values) {
    return write(coding, channels, bits, values, values.size());
  }
  std::vector<double> all(const std::string &file) {
    Result<std::vector<double>> values = readSound(file, 0, 3);
    return values ? *values : std::vector<double>{};
  }
  std::string errorOf(const std::string &file) {
    Result<SoundFormat> format = checkSound(file);
    return format ? "" : format.error().message.substr(file.size());
  }
};

} // namespace

TEST_F(WaveTest, ValuesOfEveryWidth) {
  EXPECT_EQ(all(write(1, 1, 8, std::string("\x80\xff\0", 3))), (std::vector<double>{0, 127 * 256, -32768}));
  EXPECT_EQ(all(write(1, 1, 16, little(1, 2) + little(0x8000, 2) + little(0xffff, 2))),
            (std::vector<double>{1, -32768, -1}));
  EXPECT_EQ(all(write(1, 1, 24, little(0x000180, 3) + little(0x800000, 3) + little(0xffff00, 3))),
            (std::vector<double>{1.5, -32768, -1}));
  EXPECT_EQ(all(write(1, 1, 32, little(0x00018000, 4) + little(0x80000000, 4) + little(0, 4))),
            (std::vector<double>{1.5, -32768, 0}));
  EXPECT_EQ(all(write(3, 1, 32, little(0x3f000000, 4) + little(0xbf800000, 4) + little(0, 4))),
            (std::vector<double>{16384, -32768, 0}));
}

TEST_F(WaveTest, ChannelsAndParts) {
  const std::string file = write(1, 2, 16, little(10, 2) + little(20, 2) + little(1, 2) + little(2, 2));
  EXPECT_EQ(checkSound(file)->frames, 2);
  EXPECT_EQ(checkSound(file)->rate, 16000);
  EXPECT_EQ(all(file), (std::vector<double>{15, 1.5, 0}));
  EXPECT_EQ(*readSound(file, 1, 2), (std::vector<double>{1.5, 0}));
}

TEST_F(WaveTest, Errors) {
  EXPECT_EQ(errorOf(write(1, 1, 16, "abcd", 6)), ": ends early: 4 of 6 bytes of values are there");
  EXPECT_EQ(errorOf(write(1, 1, 16, "")), ": has no values");
  EXPECT_EQ(errorOf(write(85, 1, 16, "abcd")),
            ": has coding 85 with 16 bits, expected PCM (1) of 8, 16, 24 or 32 bits or floats (3) of 32 or 64; convert "
            "it");
  EXPECT_EQ(errorOf(write(1, 0, 16, "abcd")), ": has 0 channels at 16000 Hz, expected some");
  writeText(path("a.wav"), "RIFF");
  EXPECT_EQ(errorOf(path("a.wav")), ": is no WAV file");
}
