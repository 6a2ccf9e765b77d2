// The command line on what users really type: wrong words, odd environments, files that are not models.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/tools/run_program.h"

namespace plumbline {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const char kSoftmax[] = "experiments/attention/softmax.textproto";

// Refused with usage or input errors: exit 2, a message, nothing on stdout.
void ExpectRefused(const ProgramResult& result, const std::string& message) {
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.output, "");
  EXPECT_THAT(result.errors, HasSubstr(message));
}

TEST(CommandLine, TeachesWithHelpAndExitsWithZero) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"--help"}, {"-h"}, {"help"}, {"help", "exec"}, {"exec", "--help"}, {"check", "-h"}}) {
    const ProgramResult result = RunPlumbline(words);
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(result.output, HasSubstr("usage: plumbline"));
    EXPECT_EQ(result.errors, "");
  }
  EXPECT_THAT(RunPlumbline({"--version"}).output, StartsWith("plumbline engine "));
}

TEST(CommandLine, RefusesUnknownWordsAndNamesTheNearest) {
  ExpectRefused(RunPlumbline({}), "usage: plumbline");
  ExpectRefused(RunPlumbline({"chekc", "x"}), "did you mean 'check'?");
  ExpectRefused(RunPlumbline({"params", DataPath(kSoftmax), "--formt=json"}), "did you mean --format?");
  ExpectRefused(RunPlumbline({"params", DataPath(kSoftmax), "-x"}), "unknown flag");
  ExpectRefused(RunPlumbline({"ops", "linaer"}), "did you mean 'linear'?");
  ExpectRefused(RunPlumbline({"params", DataPath(kSoftmax), "--set", "caussal=1"}), "did you mean 'causal'?");
}

TEST(CommandLine, RefusesMissingAndSuperfluousValues) {
  ExpectRefused(RunPlumbline({"params"}), "an argument is missing");
  ExpectRefused(RunPlumbline({"params", DataPath(kSoftmax), "b"}), "too many arguments");
  ExpectRefused(RunPlumbline({"params", DataPath(kSoftmax), "--format"}), "--format needs a value");
  ExpectRefused(RunPlumbline({"params", DataPath(kSoftmax), "--format=xml"}), "expected text, json");
  ExpectRefused(RunPlumbline({"params", DataPath(kSoftmax), "--set", "causal"}), "expected NAME=VALUE");
  ExpectRefused(RunPlumbline({"exec", DataPath(kSoftmax), "--gradients=1"}), "takes no value");
  ExpectRefused(RunPlumbline({"exec", DataPath(kSoftmax)}), "--inputs is missing");
  ExpectRefused(RunPlumbline({"explain", DataPath(kSoftmax), "--at", "L=0"}), "a size is an integer of at least 1");
  ExpectRefused(RunPlumbline({"explain", DataPath(kSoftmax), "--at", "L=1,L=2"}), "given twice");
  ExpectRefused(RunPlumbline({"explain", DataPath(kSoftmax), "--at", "X=1"}), "no symbol 'X'");
  ExpectRefused(RunPlumbline({"explain", DataPath(kSoftmax), "--in", "X"}), "no symbol 'X'");
  ExpectRefused(RunPlumbline({"explain", DataPath(kSoftmax), "--after=nothing"}), "the passes are build_graph");
  ExpectRefused(RunPlumbline({"explain", DataPath(kSoftmax), "--profile"}), "--profile needs the size");
}

TEST(CommandLine, RefusesNumbersThatAreNone) {
  for (const char* steps : {"x", "99999999999", "-1", "1e3", "0", ""}) {
    ExpectRefused(RunPlumbline({"exec", DataPath(kSoftmax), "--inputs=i.npz", "--outputs=o.npz",
                                std::string("--steps=") + steps}),
                  "expected an integer");
  }
  ExpectRefused(RunPlumbline({"exec", DataPath(kSoftmax), "--inputs=i.npz", "--outputs=o.npz", "--threads=0"}),
                "expected an integer");
}

TEST(CommandLine, TakesWordsAfterTwoDashesAsFiles) {
  const std::string path = ScratchPath("--help");
  WriteText(path, "");
  const ProgramResult result = RunPlumbline("cd " + ScratchPath("") + ";", {"params", "--", "--help"}, "");
  ExpectRefused(result, "--help: error: ");
}

TEST(CommandLine, ReportsFilesThatCannotBeRead) {
  EXPECT_EQ(RunPlumbline({"check", ScratchPath("absent.textproto")}).exit_code, 3);
  ExpectRefused(RunPlumbline({"check", ""}), "error: ");
  EXPECT_EQ(RunPlumbline({"check", ScratchPath("a\nb")}).exit_code, 3);
  EXPECT_THAT(RunPlumbline({"check", ScratchPath("a\nb")}).errors, Not(HasSubstr("a\nb")));
  EXPECT_EQ(RunPlumbline({"check", ScratchPath("\xff\xfe")}).exit_code, 3);
  ExpectRefused(RunPlumbline({"check", ScratchPath("")}), "error: ");
  ExpectRefused(RunPlumbline({"check", "/dev/zero"}), "error: ");
}

TEST(CommandLine, LeavesNothingBehindWhenItRefuses) {
  const std::string output = ScratchPath("refused.npz");
  const ProgramResult result =
      RunPlumbline({"exec", DataPath(kSoftmax), "--inputs", ScratchPath("absent.npz"), "--outputs", output});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.output, "");
  EXPECT_FALSE(Exists(output));
}

TEST(CommandLine, ReadsPathsFromTheFolderOfBazelRun) {
  WriteText(ScratchPath("model.textproto"), "");
  const ProgramResult result =
      RunPlumbline("cd /; BUILD_WORKING_DIRECTORY=" + ScratchPath(""), {"check", "model.textproto"}, "");
  ExpectRefused(result, "model.textproto: error: ");
}

TEST(CommandLine, FailsWhenStandardOutputCannotBeWritten) {
  EXPECT_EQ(RunPlumbline("", {"ops"}, "> /dev/full").exit_code, 3);
  EXPECT_EQ(RunPlumbline("", {"ops"}, ">&-").exit_code, 3);
  const ProgramResult piped = RunPlumbline("", {"ops"}, "| head -1");
  EXPECT_EQ(piped.exit_code, 0);
  EXPECT_THAT(piped.output, EndsWith("\n"));
}

TEST(CommandLine, DoesNotDependOnTheEnvironment) {
  const std::vector<std::string> words = {"explain", DataPath(kSoftmax), "--at", "B=1,H=1,L=64,D=16", "--in", "L"};
  const ProgramResult expected = RunPlumbline(words);
  ASSERT_EQ(expected.exit_code, 0) << expected.errors;
  EXPECT_THAT(expected.output, EndsWith("degree in L: operations 2, bytes 1, memory 1\n"));
  for (const char* environment :
       {"LC_ALL=de_DE.UTF-8", "LC_ALL=tr_TR.UTF-8", "TERM=dumb NO_COLOR=1", "COLUMNS=0", "TZ=Mars/Base", "env -u HOME",
        "OMP_NUM_THREADS=0", "OMP_NUM_THREADS=many", "ONEDNN_MAX_CPU_ISA=junk", "umask 077;", "ulimit -n 16;",
        "ulimit -s 512;"}) {
    const ProgramResult result = RunPlumbline(environment, words, "");
    EXPECT_EQ(result.exit_code, 0) << environment << ": " << result.errors;
    EXPECT_EQ(result.output, expected.output) << environment;
  }
}

TEST(CommandLine, SaysWhenMemoryIsShort) {
  const ProgramResult result = RunPlumbline("ulimit -v 300000;", {"explain", DataPath(kSoftmax), "--at",
                                            "B=1,H=1,L=100000000,D=64", "--profile"}, "");
  EXPECT_EQ(result.exit_code, 3) << result.errors;
  EXPECT_EQ(result.output, "");
}

TEST(CommandLine, ExplainsInJsonWithTheSameNumbers) {
  const ProgramResult result =
      RunPlumbline({"explain", DataPath(kSoftmax), "--at", "B=2,H=1,L=64,D=16", "--format=json"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("\"operations\": \"4·B·H·L²·D + 5·B·H·L²\""));
}

}  // namespace
}  // namespace plumbline
