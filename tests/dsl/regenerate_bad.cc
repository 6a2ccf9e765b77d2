// Writes the expectations of tests/dsl/bad anew: bazel run //tests/dsl:regenerate_bad, then read the difference.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/dsl/bad_case.h"

int main() {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  const std::string folder = absl::StrCat(workspace == nullptr ? "." : workspace, "/tests/dsl/bad");
  for (const std::string& file : plumbline::BadCases(folder)) {
    const std::string path = absl::StrCat(folder, "/", plumbline::ExpectationOf(file));
    const std::string diagnostics = plumbline::DiagnosticsOf(folder, file);
    if (plumbline::ReadFileOrEmpty(path) == diagnostics) continue;
    std::ofstream(path, std::ios::binary) << diagnostics;
    std::printf("%s\n", path.c_str());
  }
  return 0;
}
