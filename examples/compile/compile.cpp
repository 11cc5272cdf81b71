// Compiles a network: compile MODEL.onnx DATA.npz OUT.tare
#include <tare/Driver/Compile.h>

#include <iostream>

struct Console : tare::Listener {
  void warning(const std::string &message) const override { std::cerr << "warning: " << message << "\n"; }
};

int main(int count, char **words) {
  if (count != 4)
    return std::cerr << "usage: compile MODEL.onnx DATA.npz OUT.tare\n", 1;
  tare::driver::CompileOptions options;
  options.model = words[1], options.data = words[2], options.output = words[3];
  auto made = tare::driver::compile(options, Console());
  (made ? std::cout << made->report : std::cerr << made.error().message << "\n");
  return made ? 0 : 1;
}
