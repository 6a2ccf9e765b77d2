// What the report says for records that are complete, incomplete, diverged, few, or contradictory.
#include "experiments/ljspeech/report/report.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/record_values.h"
#include "tests/experiments/ljspeech/plausible_records.h"

namespace plumbline {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Files = std::map<std::string, std::string>;

// Rendered, and kept among the test's outputs to be looked at.
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

TEST(LjspeechReport, FirstLineWarnsOfGeneratedData) {
  const std::string report = ReportOf(PlausibleRecords({}));
  EXPECT_THAT(report, StartsWith("**Generated data, not LJ Speech: no number below is comparable with published ones.** "
                                 "Data: sentences spoken by a synthesizer"));
}

TEST(LjspeechReport, AllFilesAreThere) {
  PlausibleOptions options;
  options.embedded = false;
  options.seeds = {1, 2, 3};
  const Files files = Render(PlausibleRecords(options));
  EXPECT_EQ(files.size(), 11);
}

}  // namespace
}  // namespace plumbline
