//===- Again.cpp - Runs given inputs through a fuzzer, without libFuzzer --===//
//
//   tare-fuzz-again NAME FILE...
//
// All fuzzers in one program, in every build: what was ever found, and what they
// begin with. IR falls into its modules, as lit's files do. A crash names its
// input, which is told before it runs.
//
//===----------------------------------------------------------------------===//
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#define TARE_FUZZER(name) extern "C" int tare_fuzz_##name(const uint8_t *data, size_t size);
TARE_FUZZERS
#undef TARE_FUZZER

/// libFuzzer's own; the program fuzzer's mutator calls it behind its networks.
extern "C" size_t LLVMFuzzerMutate(uint8_t *, size_t size, size_t) { return size; }
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize, unsigned seed);

namespace {

using Fuzzer = int (*)(const uint8_t *, size_t);

const std::map<std::string, Fuzzer> fuzzers = {
#define TARE_FUZZER(name) {#name, tare_fuzz_##name},
    TARE_FUZZERS
#undef TARE_FUZZER
};

constexpr size_t longest = 1 << 16; // bytes of an input, as scripts/fuzz has it
constexpr unsigned networks = 50;   // that the program fuzzer begins with

std::string readFile(const char *path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> split(const std::string &text, const std::string &separator) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t end; (end = text.find(separator, begin)) != std::string::npos; begin = end + separator.size())
    parts.push_back(text.substr(begin, end - begin));
  parts.push_back(text.substr(begin));
  return parts;
}

/// Of a copy with nothing behind it, so that sanitizers see who reads there.
void run(Fuzzer fuzzer, const std::string &input) {
  std::vector<uint8_t> bytes(input.begin(), input.end());
  fuzzer(bytes.data(), bytes.size());
}

/// The number of inputs in it that are not too long.
int runFile(Fuzzer fuzzer, const std::string &name, const char *path) {
  std::printf("%s\n", path), std::fflush(stdout);
  std::string text = readFile(path);
  int count = 0;
  for (const std::string &input : name == "ir" ? split(text, "// -----") : std::vector<std::string>{text})
    if (input.size() <= longest)
      run(fuzzer, input), ++count;
  return count;
}

int runNetworks(Fuzzer fuzzer) {
  std::string buffer(longest, '\0');
  for (unsigned seed = 0; seed != networks; ++seed) {
    size_t size = LLVMFuzzerCustomMutator(reinterpret_cast<uint8_t *>(buffer.data()), 0, buffer.size(), seed);
    run(fuzzer, buffer.substr(0, size));
  }
  return networks;
}

} // namespace

int main(int argc, char **argv) {
  auto fuzzer = fuzzers.find(argc > 1 ? argv[1] : "");
  if (fuzzer == fuzzers.end())
    return std::fprintf(stderr, "usage: tare-fuzz-again NAME FILE...\n"), 2;
  int count = fuzzer->first == "program" ? runNetworks(fuzzer->second) : 0;
  for (int i = 2; i != argc; ++i) {
    if (!std::filesystem::is_regular_file(argv[i]))
      return std::fprintf(stderr, "no such file: %s\n", argv[i]), 2;
    count += runFile(fuzzer->second, fuzzer->first, argv[i]);
  }
  std::printf("%d inputs\n", count);
  return count == 0;
}
