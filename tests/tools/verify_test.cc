// plumbline verify: what came back, what did not and from where on, and what cannot be compared.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/digest.h"
#include "tests/tools/run_program.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// One training of the image classifier with a trace; its record.
const std::string& Record() {
  static const auto* const path = [] {
    const std::string folder = ScratchPath("made");
    const ProgramResult result = RunPlumbline({"run", DataPath("experiments/octmnist/octmnist.textproto"), "--records",
                                               folder + "/records", "--scale", "smoke", "--only", "sweep=training",
                                               "--only", "rate=0.1", "--only", "no_maxpool=1", "--trace"});
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    std::string record;
    for (const auto& entry : std::filesystem::directory_iterator(folder + "/records")) record = entry.path();
    return new std::string(record);
  }();
  return *path;
}

// A copy of the record in a folder of its own, with its trace, where the first `from` after `after` became `to`, as if the
// program had written it.
std::string Changed(const std::string& name, const std::string& after, const std::string& from, const std::string& to) {
  std::string text = ReadAll(Record());
  const size_t place = text.find(from, text.find(after));
  EXPECT_NE(place, std::string::npos) << from;
  text.replace(place, from.size(), to);
  text.resize(text.rfind("# sha256: "));
  text += "# sha256: " + Sha256Hex(text) + "\n";
  const std::string folder = ScratchPath(name);
  std::filesystem::create_directories(folder + "/records");
  std::filesystem::copy(ScratchPath("made") + "/traces", folder + "/traces",
                        std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
  const std::string path = folder + "/records/" + std::filesystem::path(Record()).filename().string();
  WriteText(path, text);
  return path;
}

ProgramResult Verify(const std::string& record) {
  return RunPlumbline({"verify", record, "--experiment", DataPath("experiments/octmnist/octmnist.textproto")});
}

TEST(Verify, EveryExactValueComesBack) {
  const ProgramResult result = Verify(Record());
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("every exact value came back"));
}

TEST(Verify, ADifferenceIsNamedWithItsEpochAndTheTraceIsCompared) {
  const std::string digests = "name: \"parameter digest\"";
  const std::string text = ReadAll(Record());
  const size_t place = text.find("digest: \"", text.find(digests));
  const std::string digest = text.substr(place, 30);
  std::string other = digest;
  other.back() = other.back() == '0' ? '1' : '0';
  const ProgramResult result = Verify(Changed("digest", digests, digest, other));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.output, "");
  EXPECT_THAT(result.errors, HasSubstr("1 exact results differ"));
  EXPECT_THAT(result.errors, HasSubstr("the first epoch that differs is 1"));
  EXPECT_THAT(result.errors, HasSubstr("'parameter digest' at epoch 1: "));
  EXPECT_THAT(result.errors, HasSubstr("the traces agree"));
}

TEST(Verify, ATraceNamesStepAndOp) {
  const std::string path = Changed("trace", "name: \"steps\"", "integer: ", "integer: 1");
  const std::string trace = ScratchPath("trace") + "/traces/" + std::filesystem::path(path).filename().string();
  std::string text = ReadAll(trace);
  // As if the scores had been others in the first step: the digest and, unknown to us, the root.
  const size_t value = text.find("digest: \"", text.find("name: \"scores\""));
  ASSERT_NE(value, std::string::npos);
  text.replace(value + 9, 4, "0123");
  WriteText(trace, text);
  EXPECT_THAT(Verify(path).errors, HasSubstr("the values of step 1 do not give its root"));
}

TEST(Verify, AnotherFingerprintIsNotComparable) {
  const ProgramResult result = Verify(Changed("engine", "fingerprint {", "engine_version: \"", "engine_version: \"9"));
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.errors, HasSubstr("not comparable: engine version: 9"));
}

TEST(Verify, AChangedModelIsTheReason) {
  const std::string folder = ScratchPath("edited");
  std::filesystem::create_directories(folder);
  WriteText(folder + "/octmnist.textproto", ReadAll(DataPath("experiments/octmnist/octmnist.textproto")));
  std::string model = ReadAll(DataPath("experiments/octmnist/cnn.textproto"));
  model.replace(model.find("\"320\""), 5, "\"321\"");
  WriteText(folder + "/cnn.textproto", model);
  const ProgramResult result =
      RunPlumbline({"verify", Record(), "--experiment", folder + "/octmnist.textproto"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.errors, HasSubstr("the model 'cnn' is another: 'node fc1 linear(flat) features=[320]' became "
                                       "'node fc1 linear(flat) features=[321]'"));
}

TEST(Verify, RefusesWhatIsNoRecordOrHasNoExperiment) {
  WriteText(ScratchPath("none.textproto"), "language: 1\n");
  EXPECT_EQ(Verify(ScratchPath("none.textproto")).exit_code, 2);
  EXPECT_EQ(Verify(ScratchPath("absent.textproto")).exit_code, 3);
  const ProgramResult result =
      RunPlumbline({"verify", Record(), "--experiment", DataPath("experiments/attention/attention_scaling.textproto")});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.errors, HasSubstr("no experiment file has a run of octmnist"));
  EXPECT_EQ(RunPlumbline({"verify"}).exit_code, 2);
}

}  // namespace
}  // namespace plumbline
