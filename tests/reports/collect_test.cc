// Records of several workers gathered in one folder, all or nothing.
#include "reports/collect.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/digest.h"
#include "reports/record_store.h"
#include "reports/record_text.h"
#include "reports/run_list.h"
#include "tests/reports/scratch_folder.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using tests::ScratchFolder;

void PutRecord(const std::string& folder, const std::string& name, int seed) {
  record::Record record;
  record.set_schema_version(kRecordSchemaVersion);
  record.set_key(Sha256Hex(name));
  record.set_experiment("trial");
  record.set_seed(seed);
  const absl::Status status = RecordStore(RealSystemCalls(), folder).Write(record);
  ASSERT_TRUE(status.ok()) << status;
}

void PutList(const std::string& folder) {
  const RunList list = {"trial", {{Sha256Hex("a"), "rate=1 seed=1"}, {Sha256Hex("b"), "rate=2 seed=1"}}};
  const absl::Status status = WriteRunList(RealSystemCalls(), folder, list);
  ASSERT_TRUE(status.ok()) << status;
}

TEST(RunList, ComesBackAsItWasWritten) {
  const ScratchFolder scratch;
  PutList(scratch.path());
  PutList(scratch.path());
  const auto lists = ReadRunLists(RealSystemCalls(), scratch.path());
  ASSERT_TRUE(lists.ok()) << lists.status();
  ASSERT_EQ(lists->size(), 1u);
  EXPECT_EQ((*lists)[0].experiment, "trial");
  ASSERT_EQ((*lists)[0].runs.size(), 2u);
  EXPECT_EQ((*lists)[0].runs[1].key, Sha256Hex("b"));
  EXPECT_EQ((*lists)[0].runs[1].title, "rate=2 seed=1");
}

TEST(RunList, RefusesAFileThatIsNoneWithItsLine) {
  const ScratchFolder scratch;
  scratch.Put("runs/x.txt", "plumbline runs 1 trial\nabc rate=1\n");
  EXPECT_THAT(std::string(ReadRunLists(RealSystemCalls(), scratch.path()).status().message()),
              EndsWith("x.txt:2: error: no key of a run"));
  scratch.Put("runs/x.txt", "");
  EXPECT_THAT(std::string(ReadRunLists(RealSystemCalls(), scratch.path()).status().message()),
              EndsWith("x.txt:1: error: not a list of runs"));
}

TEST(Collect, CopiesTheRecordsOfAllFoldersAndTheirLists) {
  const ScratchFolder scratch;
  PutList(scratch.File("0"));
  PutList(scratch.File("1"));
  PutRecord(scratch.File("0"), "a", 1);
  PutRecord(scratch.File("1"), "b", 1);
  const auto collection = Collect(RealSystemCalls(), {scratch.File("0"), scratch.File("1")}, scratch.File("all"));
  ASSERT_TRUE(collection.ok()) << collection.status();
  EXPECT_EQ(collection->records, 2);
  EXPECT_THAT(collection->missing, IsEmpty());
  const RecordStore all(RealSystemCalls(), scratch.File("all"));
  EXPECT_EQ(all.ReadAll()->size(), 2u);
  EXPECT_EQ(scratch.Get("all/" + Sha256Hex("a") + ".textproto"), scratch.Get("0/" + Sha256Hex("a") + ".textproto"));
  // What was gathered can be gathered again.
  EXPECT_TRUE(Collect(RealSystemCalls(), {scratch.File("all")}, scratch.File("more")).ok());
}

TEST(Collect, ListsWhatIsMissingAndCopiesNothing) {
  const ScratchFolder scratch;
  PutList(scratch.File("0"));
  PutRecord(scratch.File("0"), "a", 1);
  const auto collection = Collect(RealSystemCalls(), {scratch.File("0")}, scratch.File("all"));
  ASSERT_TRUE(collection.ok()) << collection.status();
  EXPECT_THAT(collection->missing, ElementsAre("trial rate=2 seed=1"));
  EXPECT_THAT(*ListEntries(scratch.path(), EntryKind::kFolder), ElementsAre("0"));
}

TEST(Collect, CountsWhatTheTargetHasAlready) {
  const ScratchFolder scratch;
  PutList(scratch.File("0"));
  PutRecord(scratch.File("0"), "a", 1);
  PutRecord(scratch.File("all"), "b", 1);
  const auto collection = Collect(RealSystemCalls(), {scratch.File("0")}, scratch.File("all"));
  ASSERT_TRUE(collection.ok()) << collection.status();
  EXPECT_THAT(collection->missing, IsEmpty());
  EXPECT_EQ(collection->records, 1);
  EXPECT_EQ(RecordStore(RealSystemCalls(), scratch.File("all")).Keys()->size(), 2u);
}

TEST(Collect, RefusesDifferentRecordsOfOneRun) {
  const ScratchFolder scratch;
  for (const char* folder : {"0", "1"}) {
    PutList(scratch.File(folder));
    PutRecord(scratch.File(folder), "a", 1);
  }
  PutRecord(scratch.File("0"), "b", 1);
  PutRecord(scratch.File("1"), "b", 2);
  const auto collection = Collect(RealSystemCalls(), {scratch.File("0"), scratch.File("1")}, scratch.File("all"));
  ASSERT_TRUE(collection.ok()) << collection.status();
  ASSERT_EQ(collection->conflicts.size(), 1u);
  EXPECT_THAT(collection->conflicts[0], StartsWith(scratch.File("0")));
  EXPECT_THAT(collection->conflicts[0], HasSubstr(scratch.File("1")));
  EXPECT_THAT(*ListEntries(scratch.path(), EntryKind::kFolder), ElementsAre("0", "1"));
}

TEST(Collect, RefusesFoldersThatAreNotThereAndThoseWithoutAList) {
  const ScratchFolder scratch;
  EXPECT_TRUE(absl::IsNotFound(Collect(RealSystemCalls(), {scratch.File("0")}, scratch.File("all")).status()));
  PutRecord(scratch.File("0"), "a", 1);
  const absl::Status status = Collect(RealSystemCalls(), {scratch.File("0")}, scratch.File("all")).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("no list of the experiment's runs"));
}

}  // namespace
}  // namespace plumbline
