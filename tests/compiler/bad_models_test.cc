// Every file of tests/compiler/bad gives exactly the diagnostics beside it. With --regenerate it writes them instead.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Names without ending, sorted.
std::vector<std::string> Cases(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".textproto") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string DiagnosticsOf(const std::string& folder, const std::string& name) {
  const std::string file = name + ".textproto";
  Diagnostics diagnostics;
  const auto source = std::make_shared<const Source>(file, ReadFile(folder + "/" + file));
  const bool built = BuildModel(source, AllOps(), {}, diagnostics).has_value();
  if (built == diagnostics.has_errors()) return "built in spite of errors, or not without any\n";
  return diagnostics.Render();
}

constexpr char kFolder[] = "tests/compiler/bad";

class BadModel : public ::testing::TestWithParam<std::string> {};

TEST_P(BadModel, GivesTheExpectedDiagnostics) {
  const std::string expected = ReadFile(std::string(kFolder) + "/" + GetParam() + ".expected");
  ASSERT_NE(expected.find(": error: "), std::string::npos) << "no expectation; see tests/compiler/bad/README.md";
  EXPECT_EQ(DiagnosticsOf(kFolder, GetParam()), expected);
}

INSTANTIATE_TEST_SUITE_P(Files, BadModel, ::testing::ValuesIn(Cases(kFolder)),
                         [](const ::testing::TestParamInfo<std::string>& info) { return info.param; });

int Regenerate() {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  const std::string folder = std::string(workspace == nullptr ? "." : workspace) + "/" + kFolder;
  for (const std::string& name : Cases(folder)) {
    std::ofstream(folder + "/" + name + ".expected", std::ios::binary) << DiagnosticsOf(folder, name);
  }
  return 0;
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "--regenerate") == 0) return plumbline::Regenerate();
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
