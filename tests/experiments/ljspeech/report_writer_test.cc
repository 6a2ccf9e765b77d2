// Records of this experiment in a folder become its own report, and a check finds what was changed.
#include "experiments/run/report_writer.h"

#include <filesystem>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/files.h"
#include "reports/record_store.h"
#include "tests/experiments/ljspeech/plausible_records.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(LjspeechReportWriter, ItsRecordsBecomeItsReport) {
  const std::string folder = JoinPath(::testing::TempDir(), "ljspeech_report_writer");
  std::filesystem::remove_all(folder);
  const RecordStore store(RealSystemCalls(), JoinPath(folder, "records"));
  for (const record::Record& record : PlausibleRecords({})) ASSERT_TRUE(store.Write(record).ok());
  const absl::StatusOr<ReportFiles> written = WriteReports(store.folder(), folder, false);
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_THAT(written->reports, ElementsAre(EndsWith("/ljspeech/report.md")));
  const absl::StatusOr<std::string> report = ReadFile(RealSystemCalls(), written->reports[0], 1 << 20);
  ASSERT_TRUE(report.ok());
  EXPECT_THAT(*report, HasSubstr("# Speech transcription with a recurrent and a transformer decoder"));
  absl::StatusOr<ReportFiles> checked = WriteReports(store.folder(), folder, true);
  ASSERT_TRUE(checked.ok());
  EXPECT_THAT(checked->differences, IsEmpty());
  ASSERT_TRUE(WriteFileAtomically(RealSystemCalls(), written->reports[0], *report + "x").ok());
  checked = WriteReports(store.folder(), folder, true);
  ASSERT_TRUE(checked.ok());
  EXPECT_THAT(checked->differences, ElementsAre(HasSubstr("report.md:")));
}

}  // namespace
}  // namespace plumbline
