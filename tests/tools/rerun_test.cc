// plumbline diff --rerun, on commits whose bazelw "builds" by copying the program under test.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/tools/run_program.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RerunTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ + "/experiments/octmnist");
    for (const char* file : {"octmnist.textproto", "cnn.textproto"}) {
      const std::string path = std::string("experiments/octmnist/") + file;
      std::ofstream(folder_ + "/" + path) << ReadText(DataPath(path));
    }
    WriteBuild("mkdir -p bazel-bin && cp \"$PROGRAM\" bazel-bin/plumbline && echo \"built $*\"");
    Git("init -q");
    Commit();
  }

  void WriteBuild(const std::string& command) const { WriteText(folder_ + "/bazelw", command + "\n"); }
  void Git(const std::string& words) const {
    const std::string command = "cd " + folder_ + " && HOME=" + folder_ + " GIT_CONFIG_NOSYSTEM=1 git -c user.name=n "
                                "-c user.email=e@e -c init.defaultBranch=main " + words;
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  void Commit() const {
    Git("add -A");
    Git("commit -q -m c");
  }
  // Replaces a text in the experiment.
  void Edit(const std::string& from, const std::string& to) const {
    const std::string path = folder_ + "/experiments/octmnist/octmnist.textproto";
    std::string text = ReadText(path);
    const size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos);
    WriteText(path, text.replace(at, from.size(), to));
  }
  ProgramResult Diff(const std::string& a, const std::string& b, std::vector<std::string> more,
                     const std::string& prefix = "") const {
    std::vector<std::string> words = {"diff", a, b, "--rerun", "--scale", "smoke", "--into", ScratchPath("out")};
    words.insert(words.end(), more.begin(), more.end());
    return RunPlumbline("cd " + folder_ + "; export PROGRAM=\"$(readlink -f " + DataPath("plumbline") + ")\"; " + prefix,
                        words, "");
  }
  void ExpectNothingLeft() const {
    EXPECT_FALSE(Exists(ScratchPath("out") + "/work"));
    EXPECT_FALSE(std::filesystem::exists(folder_ + "/.git/worktrees"));
  }

  const std::string folder_ = ScratchPath("repository");
};

TEST_F(RerunTest, OneCommitIsIdenticalByConstruction) {
  const ProgramResult result = Diff("HEAD", "main", {"--rounds", "2", "--format=json"});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const auto json = nlohmann::json::parse(result.output);
  EXPECT_EQ(json["identical"], json["pairs"]);
  EXPECT_GT(json["pairs"], 2);
  bool measured = false;
  for (const auto& row : json["measured"]) {
    if (row["series"] != "training_step/time") continue;
    measured = true;
    EXPECT_THAT(std::string(row["verdict"]), HasSubstr("identical by construction"));
    EXPECT_TRUE(row.contains("median_a"));
  }
  EXPECT_TRUE(measured);
  ExpectNothingLeft();
  // What was measured can be compared again.
  const ProgramResult again = RunPlumbline({"diff", ScratchPath("out") + "/a/records", ScratchPath("out") + "/b/records",
                                            "--format=json"});
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_EQ(nlohmann::json::parse(again.output)["measured"], json["measured"]);
}

TEST_F(RerunTest, ACommitThatChangesResultsIsTracedToTheValue) {
  Edit("epochs: \"15\"", "epochs: \"15\" clip_norm: \"0.001\"");
  Commit();
  const ProgramResult result = Diff("HEAD~1", "HEAD", {"--trace", "--rounds", "0", "--only", "sweep=training", "--only",
                                                       "no_maxpool=1", "--only", "rate=0.1", "--format=text"});
  EXPECT_EQ(result.exit_code, 1) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("experiment: line"));
  EXPECT_THAT(result.errors, HasSubstr("the first step that differs is 1"));
  EXPECT_THAT(result.errors, HasSubstr("in it the first value that differs is"));
  EXPECT_THAT(result.errors, HasSubstr(" ulp at most: element "));
  ExpectNothingLeft();
}

TEST_F(RerunTest, WhatIsNotCommittedIsComparedInPlace) {
  Edit("training.epochs\" value: \"2\"", "training.epochs\" value: \"1\"");
  const ProgramResult result = Diff("HEAD", ".", {"--rounds", "0", "--format=text"});
  EXPECT_EQ(result.exit_code, 1) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("to .: "));
  EXPECT_TRUE(Exists(folder_ + "/bazel-bin/plumbline"));
  ExpectNothingLeft();
}

TEST_F(RerunTest, WhatDoesNotBuildOrRunShowsTheEndOfItsLog) {
  WriteBuild("echo 'a compiler says no' >&2; exit 1");
  Commit();
  ProgramResult result = Diff("HEAD~1", "HEAD", {});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.errors, HasSubstr("does not build (exit code 1)"));
  EXPECT_THAT(result.errors, HasSubstr("a compiler says no"));
  EXPECT_EQ(result.output, "");
  ExpectNothingLeft();
  WriteBuild("mkdir -p bazel-bin; printf '#!/bin/sh\\necho no such flag; exit 2\\n' > bazel-bin/plumbline; "
             "chmod +x bazel-bin/plumbline");
  result = Diff(".", ".", {"--rounds", "1"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.errors, HasSubstr("does not run (exit code 2)"));
  EXPECT_THAT(result.errors, HasSubstr("no such flag"));
  ExpectNothingLeft();
}

TEST_F(RerunTest, MistakesAreRefusedBeforeAnythingIsBuilt) {
  EXPECT_EQ(Diff("HEAD", "no-such-commit", {}).exit_code, 3);
  EXPECT_EQ(Diff("HEAD", "HEAD", {"--rounds", "many"}).exit_code, 2);
  const ProgramResult result = RunPlumbline({"diff", "HEAD", "HEAD", "--rounds", "3"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.errors, HasSubstr("is a flag of --rerun"));
  EXPECT_THAT(ReadText(ScratchPath("out") + "/log"), Not(HasSubstr("built")));
}

TEST_F(RerunTest, ASignalStopsItAndNothingIsLeft) {
  WriteBuild("trap 'echo stopped by a signal; exit 9' TERM; echo waiting; sleep 60 & wait");
  Commit();
  const std::string log = ScratchPath("out") + "/log";
  std::filesystem::remove(log);
  // The signal goes to plumbline alone, once the build has begun.
  const std::string pid = ScratchPath("pid");
  const ProgramResult result =
      Diff("HEAD~1", "HEAD", {},
           "(for i in $(seq 300); do grep -q waiting " + log + " && break; sleep 0.1; done; kill -TERM $(cat " + pid +
               ")) & sh -c 'echo $$ > " + pid + "; exec \"$@\"' sh");
  EXPECT_EQ(result.exit_code, 143) << result.errors;
  EXPECT_THAT(ReadText(log), HasSubstr("stopped by a signal"));
  EXPECT_THAT(result.errors, HasSubstr("nothing is left behind"));
  ExpectNothingLeft();
}

}  // namespace
}  // namespace plumbline
