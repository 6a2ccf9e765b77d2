#include "tests/dsl/bad_case.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "dsl/diagnostic.h"
#include "dsl/load_model.h"
#include "dsl/load_options.h"
#include "dsl/read_source.h"
#include "dsl/source.h"
#include "tests/dsl/fake_catalog.h"

namespace plumbline {
namespace {

std::vector<ConstantOverride> OverridesIn(const std::string& text) {
  std::vector<ConstantOverride> overrides;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::ConsumePrefix(&line, "# set: ")) continue;
    const std::pair<std::string, std::string> parts = absl::StrSplit(line, absl::MaxSplits('=', 1));
    overrides.push_back({parts.first, parts.second, absl::StrCat("--set ", line)});
  }
  return overrides;
}

}  // namespace

std::vector<std::string> BadCases(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (absl::EndsWith(name, ".textproto")) files.push_back(name);
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string ReadFileOrEmpty(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string ExpectationOf(const std::string& file) {
  return absl::StrCat(absl::StripSuffix(file, ".textproto"), ".expected");
}

std::string DiagnosticsOf(const std::string& folder, const std::string& file) {
  const std::string text = ReadFileOrEmpty(absl::StrCat(folder, "/", file));
  const absl::StatusOr<std::shared_ptr<const Source>> source = MakeSource(file, text);
  if (!source.ok()) {
    return Render(FileError(file, std::string(source.status().message())));
  }
  LoadOptions options;
  options.catalog = &FakeCatalog();
  options.overrides = OverridesIn(text);
  Diagnostics diagnostics;
  const bool loaded = LoadModel(*source, options, diagnostics).has_value();
  if (loaded == diagnostics.has_errors()) return "loaded in spite of errors, or not without any\n";
  return diagnostics.Render();
}

}  // namespace plumbline
