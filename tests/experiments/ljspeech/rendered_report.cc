// Outputs of a test are named after it.
#include "tests/experiments/ljspeech/rendered_report.h"

#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "experiments/ljspeech/report/report.h"
#include "gtest/gtest.h"

namespace plumbline {

Files Render(const std::vector<record::Record>& records) {
  const absl::StatusOr<Files> files = RenderLjspeechReport(records);
  EXPECT_TRUE(files.ok()) << files.status();
  if (!files.ok()) return {{"report.md", ""}};
  if (const char* folder = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR")) {
    const std::string test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    for (const auto& [name, text] : *files) std::ofstream(absl::StrCat(folder, "/", test, "_", name)) << text;
  }
  return *files;
}

std::string ReportOf(const std::vector<record::Record>& records) { return Render(records).at("report.md"); }

std::string RowOf(const std::string& report, const std::string& heading, const std::string& cells) {
  const size_t at = report.find(heading);
  if (at == std::string::npos) return "no heading";
  const size_t row = report.find(absl::StrCat("\n| ", cells, " |"), at);
  if (row == std::string::npos) return "no row";
  return report.substr(row + 1, report.find('\n', row + 1) - row - 1);
}

std::vector<std::string> Repeated(const std::string& text, int count) {
  return std::vector<std::string>(static_cast<size_t>(count), text);
}

}  // namespace plumbline
