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

TEST(Diff, TracesNameTheOpWhereBitsPart) {
  const auto run = [](const std::string& name, const std::string& rate) {
    const ProgramResult result =
        RunPlumbline({"run", DataPath("experiments/octmnist/octmnist.textproto"), "--records",
                      ScratchPath(name) + "/records", "--scale", "smoke", "--only", "sweep=training", "--only",
                      "no_maxpool=1", "--only", "rate=0.1", "--trace_steps", "1,2", "--set",
                      "sweep.training.training.clip_norm=" + rate});
    EXPECT_EQ(result.exit_code, 0) << result.errors;
  };
  run("a", "0");
  run("b", "0.001");  // what the loss's gradient gives is scaled after the first step's backward pass
  const ProgramResult same = RunPlumbline({"diff", ScratchPath("a") + "/records", ScratchPath("a") + "/records", "--trace"});
  EXPECT_EQ(same.exit_code, 0) << same.errors;
  EXPECT_THAT(same.errors, HasSubstr("the traces agree"));
  const ProgramResult other =
      RunPlumbline({"diff", ScratchPath("a") + "/records", ScratchPath("b") + "/records", "--trace"});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.errors, HasSubstr("the first step that differs is 1"));
  EXPECT_THAT(other.errors, HasSubstr("first value that differs is"));
  EXPECT_EQ(RunPlumbline({"diff", DataPath("reports/published/octmnist/records"),
                          DataPath("reports/published/octmnist/records"), "--trace"}).exit_code, 3);
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
