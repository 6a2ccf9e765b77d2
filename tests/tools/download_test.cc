// plumbline download where there is no network: what it says, and with which exit code.
#include <filesystem>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/tools/run_program.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

TEST(Download, Teaches) {
  const ProgramResult result = RunPlumbline({"download", "--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("octmnist"));
  EXPECT_THAT(result.output, HasSubstr("--data_dir"));
}

TEST(Download, RefusesUnknownDataSets) {
  const ProgramResult result = RunPlumbline({"download", "imagenet"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.errors, HasSubstr("unknown data set 'imagenet'; known: octmnist, ljspeech"));
  EXPECT_EQ(RunPlumbline({"download"}).exit_code, 2);
}

TEST(Download, FailsWithoutANetworkAndLeavesNoFile) {
  const std::string folder = ScratchPath("offline");
  const ProgramResult result =
      RunPlumbline({"download", "octmnist", "--data_dir", folder, "--url=http://127.0.0.1:9/octmnist.npz"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.output, "");
  EXPECT_THAT(result.errors, HasSubstr("is there a network?"));
  EXPECT_FALSE(Exists(folder + "/octmnist.npz"));
}

TEST(Download, AFolderThatIsThereIsNotFetched) {
  const std::string folder = ScratchPath("there");
  std::filesystem::create_directories(folder + "/LJSpeech-1.1");
  const ProgramResult result =
      RunPlumbline({"download", "ljspeech", "--data_dir", folder, "--url=http://127.0.0.1:9/x.tar.bz2"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_EQ(result.output, folder + "/LJSpeech-1.1\n");
  WriteText(ScratchPath("page.tar.bz2"), "no archive");
  const ProgramResult other = RunPlumbline({"download", "ljspeech", "--data_dir", ScratchPath("other"),
                                            "--url=file://" + ScratchPath("page.tar.bz2")});
  EXPECT_EQ(other.exit_code, 3);
  EXPECT_THAT(other.errors, HasSubstr("its SHA-256 is "));
}

TEST(Download, RefusesAnotherFileAndWritesToTheDataFolder) {
  WriteText(ScratchPath("page.html"), "<html>moved</html>");
  const std::string url = "--url=file://" + ScratchPath("page.html");
  const ProgramResult result =
      RunPlumbline("cd /; BUILD_WORKING_DIRECTORY=" + ScratchPath("user"), {"download", "octmnist", url}, "");
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.errors, HasSubstr(ScratchPath("user") + "/data/octmnist.npz: error: "));
  EXPECT_THAT(result.errors, HasSubstr("it was removed"));
  EXPECT_TRUE(Exists(ScratchPath("user") + "/data"));
  EXPECT_FALSE(Exists(ScratchPath("user") + "/data/octmnist.npz.part"));
}

}  // namespace
}  // namespace plumbline
