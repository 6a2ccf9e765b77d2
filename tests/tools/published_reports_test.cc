// The published reports are those of the published records, and these are the runs of the experiments; whatever is
// changed by hand is found.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/tools/run_program.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

TEST(PublishedReports, AreUpToDate) {
  const ProgramResult check = RunPlumbline(
      {"regenerate", DataPath("reports/published"), "--experiments", DataPath("experiments"), "--check"});
  EXPECT_EQ(check.exit_code, 0) << check.errors << "run: bazel run //reports:regenerate";
}

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// A copy of one published experiment and of its files, where something can be changed.
class ChangedReports : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = ScratchPath(::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(root_);
    for (const char* folder : {"reports/published/octmnist", "experiments/octmnist"}) {
      fs::create_directories(root_ / folder);
      for (const auto& entry : fs::recursive_directory_iterator(DataPath(folder))) {
        if (!fs::is_regular_file(entry.path())) continue;
        const fs::path to = root_ / folder / entry.path().lexically_relative(DataPath(folder));
        fs::create_directories(to.parent_path());
        WriteText(to.string(), ReadAll(entry.path()));
      }
    }
  }
  fs::path Published(const std::string& name) const { return root_ / "reports/published/octmnist" / name; }
  ProgramResult Regenerate(bool check) const {
    std::vector<std::string> words = {"regenerate", (root_ / "reports/published").string(), "--experiments",
                                      (root_ / "experiments").string()};
    if (check) words.push_back("--check");
    return RunPlumbline(words);
  }
  void Replace(const fs::path& path, const std::string& from, const std::string& to) const {
    std::string text = ReadAll(path);
    ASSERT_NE(text.find(from), std::string::npos) << from;
    text.replace(text.find(from), from.size(), to);
    WriteText(path.string(), text);
  }
  void ExpectFound(const std::string& reason) const {
    const ProgramResult result = Regenerate(true);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.errors, HasSubstr(reason));
    EXPECT_EQ(result.output, "");
  }

  fs::path root_;
};

TEST_F(ChangedReports, NothingChanged) { EXPECT_EQ(Regenerate(true).exit_code, 0) << Regenerate(true).errors; }

TEST_F(ChangedReports, ADigitInAReportIsFoundAndMadeRightAgain) {
  const std::string before = ReadAll(Published("report.md"));
  Replace(Published("report.md"), "892", "893");
  ExpectFound("report.md:");
  EXPECT_EQ(Regenerate(false).exit_code, 0);
  EXPECT_TRUE(ReadAll(Published("report.md")) == before);
}

TEST_F(ChangedReports, AMissingRecordIsNamed) {
  const auto first = fs::directory_iterator(Published("records"));
  fs::remove(first->path());
  ExpectFound("no record of sweep=");
}

TEST_F(ChangedReports, APlotThatIsGoneOrStrayIsFound) {
  fs::remove(Published("examples.svg"));
  ExpectFound("examples.svg: missing");
  WriteText(Published("old.svg").string(), "<svg/>");
  ExpectFound("old.svg: belongs to no report");
}

TEST_F(ChangedReports, AnEditedModelMakesItsRecordsOutOfDate) {
  Replace(root_ / "experiments/octmnist/cnn.textproto", "\"320\"", "\"321\"");
  ExpectFound("is out of date: the model 'cnn' is another");
}

TEST_F(ChangedReports, AnEditedExperimentAsksForOtherRuns) {
  Replace(root_ / "experiments/octmnist/octmnist.textproto", "\"0.1, 0.01, 0.001\"", "\"0.1, 0.01, 0.002\"");
  ExpectFound("no record of sweep=training");
}

TEST_F(ChangedReports, AnEditedRecordIsRefused) {
  const auto first = fs::directory_iterator(Published("records"));
  Replace(first->path(), "seed: ", "seed: 1");
  ExpectFound(first->path().filename().string());
}

}  // namespace
}  // namespace plumbline
