//===- PreprocessYaml.cpp - Files of --preprocess -------------------------===//
#include "YamlReader.h"
#include "tare/Config/Preprocess.h"
#include "tare/Diagnostics/Nearest.h"
#include "tare/Tensor/MappedFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace tare;
using namespace tare::config;
using namespace tare::media;
using Kind = YamlNode::Kind;

namespace {

class Reader : YamlReader {
public:
  using YamlReader::YamlReader;

  Result<PreprocessingFile> read(const YamlNode &root) {
    PreprocessingFile inputs;
    const bool namesInputs =
        root.kind == Kind::keys && llvm::any_of(root.entries, [](const auto &e) { return e.key.text == "inputs"; });
    if (namesInputs)
      keys(root, "", {{"inputs", [&](const YamlNode &node) { readInputs(node, inputs); }}});
    else
      inputs[""] = readInput(root);
    return problem ? Result<PreprocessingFile>(Error{*problem}) : std::move(inputs);
  }

private:
  void readInputs(const YamlNode &node, PreprocessingFile &inputs) {
    if (node.kind != Kind::keys || node.entries.empty())
      return expect(node, "inputs", "names of inputs, and the keys of each");
    for (const auto &[key, value] : node.entries)
      if (key.kind != Kind::scalar || key.text.empty())
        expect(key, "inputs", "the name of an input");
      else if (!inputs.emplace(key.text, readInput(value)).second)
        fail(key, "'" + key.text + "' stands here twice; leave one of them out");
  }

  Preprocessing readInput(const YamlNode &node) {
    Preprocessing how;
    keys(node, "",
         {{"resize", [&](const YamlNode &value) { readResize(value, how); }},
          {"channels",
           [&](const YamlNode &value) {
             how.order = readChoice(value, "channels", {"rgb", "bgr"}) == 1 ? ChannelOrder::bgr : ChannelOrder::rgb;
           }},
          {"layout",
           [&](const YamlNode &value) {
             how.layout = readChoice(value, "layout", {"nchw", "nhwc"}) == 1 ? Layout::nhwc : Layout::nchw;
           }},
          {"scale", [&](const YamlNode &value) { how.scale = readPositive(value, "scale"); }},
          {"mean", [&](const YamlNode &value) { how.mean = readNumbers(value, "mean"); }},
          {"std", [&](const YamlNode &value) { how.std = readDeviations(value); }},
          {"yuv", [&](const YamlNode &value) { readColours(value, how.colours); }},
          {"sample_rate", [&](const YamlNode &value) { how.sampleRate = readCount(value, "sample_rate", 1000000); }}});
    if (node.kind == Kind::keys && node.entries.empty())
      fail(node, "says nothing; give resize, channels, layout, scale, mean, std, yuv or sample_rate");
    return how;
  }

  /// A mode alone, or keys with it.
  void readResize(const YamlNode &node, Preprocessing &how) {
    if (node.kind == Kind::scalar) {
      how.fit.fit = readFit(node);
      return;
    }
    std::optional<int64_t> width, height;
    bool hasFill = false;
    keys(node, "resize",
         {{"mode", [&](const YamlNode &value) { how.fit.fit = readFit(value); }},
          {"width", [&](const YamlNode &value) { width = readCount(value, "resize.width", longestSide); }},
          {"height", [&](const YamlNode &value) { height = readCount(value, "resize.height", longestSide); }},
          {"fill", [&](const YamlNode &value) { hasFill = true, readFill(value, how.fit); }},
          {"shorter_side", [&](const YamlNode &value) {
             how.fit.shorterSide = readCount(value, "resize.shorter_side", longestSide);
           }}});
    if (how.fit.fit == Fit::none && !problem)
      how.fit.fit = Fit::stretch;
    if (width.has_value() != height.has_value())
      fail(node, "resize has one of width and height; give both, or leave them out: pictures get the input's size");
    if (width && height)
      how.size = PictureSize{*width, *height};
    if (hasFill && how.fit.fit != Fit::letterbox)
      fail(node, "resize.fill is of mode: letterbox");
    if (how.fit.shorterSide && how.fit.fit != Fit::crop)
      fail(node, "resize.shorter_side is of mode: crop");
  }

  Fit readFit(const YamlNode &node) {
    constexpr Fit fits[] = {Fit::stretch, Fit::letterbox, Fit::crop};
    return fits[readChoice(node, "resize", {"stretch", "letterbox", "crop"})];
  }

  void readFill(const YamlNode &node, FitOptions &options) {
    const std::vector<double> numbers = readNumbers(node, "resize.fill");
    if (numbers.size() != 1 && numbers.size() != 3)
      return expect(node, "resize.fill", "one number, or red, green and blue");
    for (size_t c = 0; c != 3; ++c) {
      const double number = numbers[numbers.size() == 1 ? 0 : c];
      if (!(number >= 0 && number <= 255) || number != std::floor(number))
        return fail(node, "resize.fill must be whole numbers from 0 to 255");
      options.fill[c] = uint8_t(number);
    }
  }

  void readColours(const YamlNode &node, ColourSpace &colours) {
    keys(node, "yuv",
         {{"matrix",
           [&](const YamlNode &value) {
             colours.matrix = readChoice(value, "yuv.matrix", {"bt601", "bt709"}) == 1 ? ColourSpace::Matrix::bt709
                                                                                       : ColourSpace::Matrix::bt601;
           }},
          {"range", [&](const YamlNode &value) {
             colours.range = readChoice(value, "yuv.range", {"full", "limited"}) == 1 ? ColourSpace::Range::limited
                                                                                      : ColourSpace::Range::full;
           }}});
  }

  /// The index of a word among those that there are; 0 where it is none.
  size_t readChoice(const YamlNode &node, const std::string &path, const std::vector<std::string> &known) {
    auto found = llvm::find(known, node.text);
    if (node.kind == Kind::scalar && found != known.end())
      return size_t(found - known.begin());
    expect(node, path, "one of " + llvm::join(known, ", ") + didYouMean(node.text, known));
    return 0;
  }

  int64_t readCount(const YamlNode &node, const std::string &path, int64_t most) {
    int64_t count = 0;
    if (node.kind != Kind::scalar || llvm::StringRef(node.text).getAsInteger(10, count) || count < 1 || count > most)
      expect(node, path, "a whole number from 1 to " + std::to_string(most));
    return count;
  }

  /// A number, or "1/255".
  double readFraction(const YamlNode &node, const std::string &path) {
    auto [above, below] = llvm::StringRef(node.text).split('/');
    if (node.kind != Kind::scalar || below.empty())
      return readNumber(node, path);
    YamlNode part = node;
    part.text = above.trim().str();
    const double numerator = readNumber(part, path);
    part.text = below.trim().str();
    return numerator / readNumber(part, path);
  }

  double readPositive(const YamlNode &node, const std::string &path) {
    const double number = readFraction(node, path);
    // What is computed with is float32.
    if (!problem && !(float(number) > 0 && std::isfinite(float(number))))
      expect(node, path, "a positive float32");
    return number;
  }

  std::vector<double> readNumbers(const YamlNode &node, const std::string &path) {
    std::vector<double> numbers;
    if (node.kind == Kind::list && !node.items.empty())
      for (const YamlNode &item : node.items)
        numbers.push_back(readFraction(item, path));
    else
      numbers.push_back(readFraction(node, path));
    for (double number : numbers)
      if (!problem && !std::isfinite(float(number)))
        expect(node, path, "float32 numbers");
    return numbers;
  }

  std::vector<double> readDeviations(const YamlNode &node) {
    std::vector<double> numbers = readNumbers(node, "std");
    if (!problem && llvm::any_of(numbers, [](double number) { return !(float(number) > 0); }))
      fail(node, "std must be positive");
    return numbers;
  }

  static constexpr int64_t longestSide = 65535;
};

} // namespace

Result<PreprocessingFile> tare::config::readPreprocessing(const std::string &path) {
  Result<std::shared_ptr<const MappedFile>> file = MappedFile::open(path);
  if (!file)
    return file.error();
  std::span<const std::byte> bytes = (*file)->bytes();
  Result<YamlNode> root = parseYaml({reinterpret_cast<const char *>(bytes.data()), bytes.size()}, path);
  return root ? Reader(path).read(*root) : Result<PreprocessingFile>(root.error());
}
