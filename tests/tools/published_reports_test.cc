// The committed reports are what their committed records give, byte for byte.
#include <string>

#include "gtest/gtest.h"
#include "tests/tools/run_program.h"

namespace plumbline {
namespace {

class PublishedReports : public ::testing::TestWithParam<const char*> {};

TEST_P(PublishedReports, AreWhatTheirRecordsGive) {
  const std::string records = std::string("reports/published/") + GetParam() + "/records";
  const ProgramResult check =
      RunPlumbline({"report", DataPath(records), "--into", DataPath("reports/published"), "--check"});
  EXPECT_EQ(check.exit_code, 0) << check.errors << "run: plumbline report " << records << " --into reports/published";
}

INSTANTIATE_TEST_SUITE_P(Experiments, PublishedReports, ::testing::Values("attention_scaling", "ljspeech", "octmnist"));

}  // namespace
}  // namespace plumbline
