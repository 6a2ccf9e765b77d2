// plumbline diff on the published records.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/tools/run_program.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

TEST(Diff, AFolderIsIdenticalToItself) {
  const std::string records = DataPath("reports/published/octmnist/records");
  const ProgramResult result = RunPlumbline({"diff", records, records});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("identical by construction"));
  EXPECT_THAT(result.output, HasSubstr("Every exact result is the same."));
}

TEST(Diff, OtherRunsAreDifferences) {
  const ProgramResult result = RunPlumbline({"diff", DataPath("reports/published/octmnist/records"),
                                             DataPath("reports/published/ljspeech/records"), "--format=text"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("0 pairs of records"));
  EXPECT_THAT(result.output, HasSubstr("Only in the second"));
}

TEST(Diff, SaysWhatIsNotThere) {
  const std::string records = DataPath("reports/published/octmnist/records");
  EXPECT_EQ(RunPlumbline({"diff", records}).exit_code, 2);
  EXPECT_EQ(RunPlumbline({"diff", records, records, "--format=xml"}).exit_code, 2);
  EXPECT_EQ(RunPlumbline({"diff", records, "no-such-commit"}).exit_code, 3);
  WriteText(ScratchPath("r.textproto"), "no record");
  EXPECT_EQ(RunPlumbline({"diff", records, ScratchPath("r.textproto")}).exit_code, 2);
}

}  // namespace
}  // namespace plumbline
