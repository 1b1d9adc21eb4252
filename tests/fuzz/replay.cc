// Runs a fuzz target on a corpus, without a fuzzer: what was once found stays found in every build.
//
// Usage: <name>_replay FOLDER
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "Usage: replay FOLDER\n";
    return 2;
  }
  int inputs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::vector<char> octets{std::istreambuf_iterator<char>(file), {}};
    std::cout << entry.path().string() << std::endl;  // flushed: the last one named is the culprit
    // A copy of its own for each length: the sanitizer then sees one octet read too far.
    for (const std::size_t size : {octets.size(), octets.size() / 2, std::size_t{0}}) {
      const std::vector<std::uint8_t> input(octets.begin(),
                                            octets.begin() + static_cast<std::ptrdiff_t>(size));
      LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    ++inputs;
  }
  if (inputs == 0) std::cerr << argv[1] << ": no inputs\n";
  return inputs == 0 ? 1 : 0;
}
