// plumbline export as a user meets it: where results go, and what is refused.
#include <fstream>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/tools/run_program.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const char kCnn[] = "experiments/octmnist/cnn.textproto";
const char kOctmnist[] = "reports/published/octmnist/records";
const char kScaling[] = "reports/published/attention_scaling/records";

std::string TextOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void ExpectRefused(const ProgramResult& result, int exit_code, const std::string& message) {
  EXPECT_EQ(result.exit_code, exit_code);
  EXPECT_EQ(result.output, "");
  EXPECT_THAT(result.errors, HasSubstr(message));
}

TEST(Export, WritesModelsToStandardOutputOrAFile) {
  const ProgramResult text = RunPlumbline({"export", DataPath(kCnn), "--format=dot"});
  EXPECT_EQ(text.exit_code, 0) << text.errors;
  EXPECT_THAT(text.output, StartsWith("digraph \"octmnist_cnn\" {\n"));

  const std::string path = ScratchPath("cnn.onnx");
  const ProgramResult file = RunPlumbline({"export", DataPath(kCnn), "--format=onnx", "--at", "B=8", "-o", path});
  EXPECT_EQ(file.exit_code, 0) << file.errors;
  EXPECT_EQ(file.output, path + "\n");
  const ProgramResult bytes = RunPlumbline({"export", DataPath(kCnn), "--format=onnx", "--at=B=8"});
  EXPECT_EQ(bytes.output, TextOf(path));
}

TEST(Export, RefusesWhatItCannotDoAndLeavesNoFile) {
  const std::string path = ScratchPath("none.onnx");
  ExpectRefused(RunPlumbline({"export", DataPath(kCnn)}), 2, "--format is missing");
  ExpectRefused(RunPlumbline({"export", DataPath(kCnn), "--format=onx"}), 2, "expected dot, onnx");
  ExpectRefused(RunPlumbline({"export", DataPath(kCnn), "--format=onnx", "--at", "C=8", "-o", path}), 2,
                "no symbol 'C'");
  ExpectRefused(RunPlumbline({"export", DataPath(kCnn), "--format=dot", "--weights", "w.npz"}), 2,
                "--weights means nothing with --format=dot");
  ExpectRefused(RunPlumbline({"export", DataPath(kCnn), "--format=onnx", "--weights",
                              DataPath("tests/golden/cnn_maxpool.inputs.npz"), "-o", path}),
                2, "missing: conv1.weight [8, 1, 3, 3]");
  ExpectRefused(RunPlumbline({"export", DataPath(kOctmnist), "--format=csv"}), 2, "needs --into DIR");
  ExpectRefused(RunPlumbline({"export", ScratchPath("nowhere"), "--format=benchmark"}), 3, "there are no records");
  ExpectRefused(RunPlumbline({"export", DataPath(kScaling), "--format=tensorboard", "--into", ScratchPath("tb")}), 5,
                "no record has a series over epochs or steps");
  EXPECT_FALSE(Exists(path));
  EXPECT_FALSE(Exists(ScratchPath("tb")));
}

TEST(Export, WritesARunsCurvesIntoItsOwnFolder) {
  const std::string folder = ScratchPath("curves");
  const ProgramResult result =
      RunPlumbline({"export", DataPath(kOctmnist), "--format=tensorboard", "--into", folder});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  const std::string first = folder + "/octmnist/sweep=training,model=cnn,no_maxpool=0,rate=0.1/seed=1";
  EXPECT_THAT(result.output, HasSubstr(first + "/events.out.tfevents.0.plumbline\n"));
  EXPECT_THAT(TextOf(first + "/events.out.tfevents.0.plumbline"), HasSubstr("brain.Event:2"));
}

TEST(Export, WritesTheDataOfTablesAndPlots) {
  const std::string folder = ScratchPath("tables");
  const ProgramResult result = RunPlumbline({"export", DataPath(kOctmnist), "--format=csv", "--into", folder});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, StartsWith(folder + "/octmnist/all-configurations.csv\n"));
  EXPECT_THAT(TextOf(folder + "/octmnist/report-01-data.csv"), StartsWith("class,train,share,"));
  EXPECT_THAT(TextOf(folder + "/octmnist/training-pooling-0.1.csv"),
              StartsWith("plot,x axis,y axis,kind,series,x,y,low,high\r\n"));
}

TEST(Export, WritesTimesAsGoogleBenchmarkDoes) {
  const ProgramResult result = RunPlumbline({"export", DataPath(kScaling), "--format=benchmark"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, StartsWith("{\n  \"context\": {"));
  EXPECT_THAT(result.output,
              HasSubstr("\"name\": \"attention_scaling/softmax/sweep:time/D:16/causal:0/L:128/seed:1/forward/time\""));
}

}  // namespace
}  // namespace plumbline
