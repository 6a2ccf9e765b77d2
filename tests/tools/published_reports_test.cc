// The committed reports are what their committed records give, byte for byte.
#include "gtest/gtest.h"
#include "tests/tools/run_program.h"

namespace plumbline {
namespace {

TEST(PublishedReports, AreWhatTheirRecordsGive) {
  const ProgramResult check = RunPlumbline({"report", DataPath("reports/published/attention_scaling/records"), "--into",
                                            DataPath("reports/published"), "--check"});
  EXPECT_EQ(check.exit_code, 0) << check.errors << "run: plumbline report "
                                << "reports/published/attention_scaling/records --into reports/published";
}

}  // namespace
}  // namespace plumbline
