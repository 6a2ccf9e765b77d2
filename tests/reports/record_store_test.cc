// Records as files: what is written comes back, and nothing else is believed.
#include "reports/record_store.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/canonical_text.h"
#include "reports/digest.h"
#include "reports/record_text.h"
#include "reports/record_values.h"
#include "tests/reports/failing_system.h"
#include "tests/reports/scratch_folder.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using tests::FailingSystem;
using tests::ScratchFolder;

record::Record Example(const std::string& name) {
  record::Record record;
  record.set_schema_version(kRecordSchemaVersion);
  record.set_key(Sha256Hex(name));
  record.set_experiment("attention_scaling");
  record::AxisValue& axis = *record.add_point();
  axis.set_axis("L");
  axis.set_value("1024");
  record.set_seed(7);
  record::ModelText& model = *record.add_model();
  model.set_name("softmax");
  model.set_identity(Sha256Hex("softmax"));
  model.set_text("language: 1\nname: \"softmax\"\n");
  record::Plan& plan = *record.add_plan();
  plan.set_model("softmax");
  plan.set_program("forward");
  plan.set_planned_bytes(4096);
  record::PlanStep& step = *plan.add_step();
  step.set_name("z");
  step.set_implementation("jit:avx512");
  step.set_operations(268435456);
  record::Cost& cost = *record.add_cost();
  cost.set_model("softmax");
  cost.set_program("forward");
  cost.set_quantity(record::Cost::OPERATIONS);
  cost.set_text("4·L²·D");
  record::CostTerm& term = *cost.add_term();
  term.set_numerator(4);
  term.set_denominator(1);
  record::Power& power = *term.add_factor();
  power.set_symbol("L");
  power.set_exponent(2);
  *record.mutable_exact()->add_value() = RealValue("error", "", 0.1 + 0.2);
  *record.mutable_exact()->add_value() =
      RealValue("diverged", "", std::numeric_limits<double>::quiet_NaN());
  *record.mutable_exact()->add_value() = IntegerValue("parameters", "", 224892);
  *record.mutable_exact()->add_series() =
      RealSeries("loss", "", "epoch", {1, 2, 3}, {2.5, -0.0, 1e308});
  record::Measurement& measurement = *record.mutable_measured()->add_measurement();
  measurement.set_id("m1");
  measurement.set_order_seed(99);
  measurement.set_rounds(3);
  record::MeasuredSeries& series = *record.mutable_measured()->add_series();
  series.set_name("forward time");
  series.set_unit("s");
  series.set_measurement("m1");
  for (int round = 0; round < 3; ++round) {
    series.add_sample(0.001 * (round + 1));
    series.add_round(round);
    series.add_contended(round == 1);
  }
  record.mutable_environment()->set_cpu_model("a CPU");
  record.mutable_environment()->set_load_average(0);
  *record.mutable_fingerprint() =
      FingerprintOf(record.environment(), "1", record::Fingerprint::NATIVE);
  return record;
}

std::string Bytes(const record::Record& record) { return record.SerializeAsString(); }

TEST(RecordStoreTest, ARecordComesBackBitForBit) {
  const ScratchFolder folder;
  const RecordStore store(RealSystemCalls(), folder.File("deep/records"));
  const record::Record record = Example("a");
  ASSERT_TRUE(store.Write(record).ok());
  const absl::StatusOr<record::Record> again = store.Read(record.key());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(Bytes(*again), Bytes(record));
  EXPECT_TRUE(*store.Has(record.key()));
  EXPECT_FALSE(*store.Has(Sha256Hex("b")));
}

TEST(RecordStoreTest, KeysAndRecordsAreSortedByName) {
  const ScratchFolder folder;
  const RecordStore store(RealSystemCalls(), folder.path());
  std::vector<std::string> keys;
  for (const char* name : {"x", "y", "z"}) {
    ASSERT_TRUE(store.Write(Example(name)).ok());
    keys.push_back(Sha256Hex(name));
  }
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(*store.Keys(), keys);
  const absl::StatusOr<std::vector<record::Record>> all = store.ReadAll();
  ASSERT_TRUE(all.ok());
  for (size_t i = 0; i < keys.size(); ++i) EXPECT_EQ((*all)[i].key(), keys[i]);
}

TEST(RecordStoreTest, AFolderThatDoesNotExistHoldsNothing) {
  const ScratchFolder folder;
  EXPECT_THAT(*RecordStore(RealSystemCalls(), folder.File("none")).Keys(), IsEmpty());
}

TEST(RecordStoreTest, PassesOverHiddenAndTemporaryFilesAndRefusesForeignOnes) {
  const ScratchFolder folder;
  const RecordStore store(RealSystemCalls(), folder.path());
  ASSERT_TRUE(store.Write(Example("a")).ok());
  folder.Put(".gitkeep", "");
  ASSERT_TRUE(StageFile(RealSystemCalls(), folder.File("x"), "cut").ok());
  EXPECT_THAT(*store.Keys(), ElementsAre(Sha256Hex("a")));
  folder.Put("notes.txt", "");
  folder.Put("short.textproto", "");
  EXPECT_EQ(store.Keys().status().message(),
            folder.File("notes.txt") + ": error: not a record: its name is not KEY.textproto\n" +
                folder.File("short.textproto") +
                ": error: not a record: its name is not KEY.textproto");
}

TEST(RecordStoreTest, ARecordUnderAnotherKeyIsRefused) {
  const ScratchFolder folder;
  const RecordStore store(RealSystemCalls(), folder.path());
  folder.Put(Sha256Hex("b") + ".textproto", *RecordText(Example("a")));
  EXPECT_EQ(store.Read(Sha256Hex("b")).status().message(),
            store.PathOf(Sha256Hex("b")) + ": error: the record of another run, " + Sha256Hex("a"));
}

TEST(RecordStoreTest, ReadAllListsEveryFileThatIsNoGood) {
  const ScratchFolder folder;
  const RecordStore store(RealSystemCalls(), folder.path());
  ASSERT_TRUE(store.Write(Example("a")).ok());
  folder.Put(Sha256Hex("b") + ".textproto", "");
  folder.Put(Sha256Hex("c") + ".textproto", std::string(4096, '\0'));
  const std::string message(store.ReadAll().status().message());
  EXPECT_THAT(message, HasSubstr(store.PathOf(Sha256Hex("b")) + ": error: not a record"));
  EXPECT_THAT(message, HasSubstr(store.PathOf(Sha256Hex("c")) + ": error: not a record"));
}

TEST(RecordStoreTest, AFailureOfAnyCallLeavesTheOldRecordOrTheNewOne) {
  const record::Record old_record = Example("a");
  record::Record new_record = old_record;
  new_record.mutable_environment()->set_threads(2);
  for (const bool for_ever : {false, true}) {
    for (int call = 0;; ++call) {
      const ScratchFolder folder;
      const RecordStore store(RealSystemCalls(), folder.path());
      ASSERT_TRUE(store.Write(old_record).ok());
      FailingSystem system({call, for_ever, ENOSPC, 1000});
      const absl::Status status = RecordStore(system, folder.path()).Write(new_record);
      const absl::StatusOr<record::Record> found = store.Read(old_record.key());
      ASSERT_TRUE(found.ok()) << found.status();
      if (!system.failed()) {
        EXPECT_EQ(found->environment().threads(), 2);
        break;
      }
      // A call whose failure does no harm, such as making a folder that is there, is no error.
      const bool is_new = Bytes(*found) == Bytes(new_record);
      EXPECT_TRUE(is_new || (!status.ok() && Bytes(*found) == Bytes(old_record))) << call << status;
      EXPECT_EQ(store.Keys()->size(), 1u);
    }
  }
}

TEST(RecordStoreTest, RefusesToWriteARecordThatBreaksARule) {
  const ScratchFolder folder;
  const RecordStore store(RealSystemCalls(), folder.path());
  record::Record record = Example("a");
  record.mutable_exact()->mutable_value(0)->mutable_real()->set_value(0.3);
  const absl::Status status = store.Write(record);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("'error': bits and value are not the same number"));
  EXPECT_EQ(folder.Count(), 0);
}

TEST(RecordTextTest, HasHeadVersionAndDigest) {
  const std::string text = *RecordText(Example("a"));
  EXPECT_THAT(text, StartsWith("# proto-file: reports/record.proto\n"
                               "# proto-message: plumbline.record.Record\n"
                               "schema_version: 1\n"));
  EXPECT_THAT(text, HasSubstr("    real {\n"
                              "      bits: 0x3fd3333333333334\n"
                              "      value: 0.30000000000000004\n"
                              "    }\n"));
  EXPECT_THAT(text, HasSubstr("  text:\n    \"language: 1\\n\"\n"));
  EXPECT_THAT(text, HasSubstr("    contended: [false, true, false]\n"));
}

TEST(RecordTextTest, ATextCutAnywhereIsRefused) {
  const std::string text = *RecordText(Example("a"));
  for (size_t size = 0; size < text.size(); ++size) {
    const absl::Status status = ParseRecord(text.substr(0, size), "r").status();
    ASSERT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << size;
    ASSERT_THAT(std::string(status.message()), StartsWith("r: error: "));
  }
  EXPECT_TRUE(ParseRecord(text, "r").ok());
}

TEST(RecordTextTest, ATextWithAnyByteChangedIsRefused) {
  const std::string text = *RecordText(Example("a"));
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    ASSERT_FALSE(ParseRecord(changed, "r").ok()) << i;
  }
  EXPECT_FALSE(ParseRecord(text + "\n", "r").ok());
}

std::string Sealed(const std::string& body) { return body + "# sha256: " + Sha256Hex(body) + "\n"; }

std::string BodyOf(const record::Record& record) {
  return "# proto-file: reports/record.proto\n# proto-message: plumbline.record.Record\n" +
         *CanonicalText(record);
}

TEST(RecordTextTest, SaysWhichSchemaIsOlderAndWhichNewer) {
  const std::string body = BodyOf(Example("a"));
  EXPECT_EQ(
      ParseRecord(Sealed(absl::StrReplaceAll(body, {{"schema_version: 1", "schema_version: 2"}})),
                  "r")
          .status()
          .message(),
      "r: error: record of schema version 2, newer than 1, which this program reads");
  EXPECT_EQ(
      ParseRecord(Sealed(absl::StrReplaceAll(body, {{"schema_version: 1", "schema_version: 0"}})),
                  "r")
          .status()
          .message(),
      "r: error: record of schema version 0, older than 1, which this program reads");
}

TEST(RecordTextTest, RefusesOtherFormsOfTheSameRecord) {
  const std::string body = BodyOf(Example("a"));
  EXPECT_TRUE(ParseRecord(Sealed(body), "r").ok());
  EXPECT_EQ(ParseRecord(Sealed(body + "# a comment\n"), "r").status().message(),
            "r: error: not in the canonical form of a record");
  EXPECT_THAT(std::string(ParseRecord(Sealed(body + "colour: 1\n"), "r").status().message()),
              StartsWith("r:"));
}

TEST(RecordTextTest, ListsEveryBrokenRule) {
  record::Record record = Example("a");
  record.set_key("abc");
  *record.mutable_exact()->add_value() = IntegerValue("parameters", "", 1);
  record.mutable_exact()->mutable_series(0)->add_index(4);
  record.mutable_measured()->mutable_series(0)->add_round(9);
  record.mutable_measured()->mutable_series(0)->set_measurement("m2");
  record.mutable_measured()->mutable_series(0)->set_sample(0,
                                                           std::numeric_limits<double>::infinity());
  record.mutable_cost(0)->mutable_term(0)->set_denominator(0);
  *record.add_plan() = record.plan(0);
  EXPECT_EQ(ValidateRecord(record).message(),
            "key: must be 64 lower-case hexadecimal digits\n"
            "plan 'softmax forward' is there twice\n"
            "cost 'softmax forward OPERATIONS': a denominator is not positive\n"
            "exact value 'parameters' is there twice\n"
            "exact series 'loss': values and indices differ in number\n"
            "measured series 'forward time': measurement 'm2' is not listed\n"
            "measured series 'forward time': samples and rounds differ in number\n"
            "measured series 'forward time': a sample is not finite");
}

TEST(RecordValuesTest, FindsValuesAndSaysWhatIsMissing) {
  const record::Record record = Example("a");
  EXPECT_EQ(*ExactReal(record, "error"), 0.1 + 0.2);
  EXPECT_EQ(*ExactInteger(record, "parameters"), 224892);
  EXPECT_EQ(*AxisInteger(record, "L"), 1024);
  EXPECT_EQ(PointText(record), "L=1024, seed 7");
  EXPECT_EQ(ExactReal(record, "parameters").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ExactReal(record, "eror").status().message(),
            "the record of attention_scaling at L=1024, seed 7 has no exact value 'eror'");
  EXPECT_THAT(Samples(*FindMeasuredSeries(record, "forward time")),
              ElementsAre(0.001, 0.002, 0.003));
  EXPECT_EQ(FindMeasuredSeries(record, "backward time"), nullptr);
  EXPECT_EQ(FindExactSeries(record, "loss")->value(2), 1e308);
  EXPECT_NE(FindPlan(record, "softmax", "forward"), nullptr);
  EXPECT_NE(FindCost(record, "softmax", "forward", record::Cost::OPERATIONS), nullptr);
  EXPECT_EQ(FindCost(record, "softmax", "forward", record::Cost::BYTES), nullptr);
}

TEST(RecordValuesTest, ThePortableFingerprintForgetsTheCpu) {
  record::Environment a;
  a.set_cpu_model("one");
  record::Environment b;
  b.set_cpu_model("two");
  EXPECT_FALSE(SameFingerprint(FingerprintOf(a, "1", record::Fingerprint::NATIVE),
                               FingerprintOf(b, "1", record::Fingerprint::NATIVE)));
  EXPECT_TRUE(SameFingerprint(FingerprintOf(a, "1", record::Fingerprint::PORTABLE),
                              FingerprintOf(b, "1", record::Fingerprint::PORTABLE)));
  EXPECT_FALSE(SameFingerprint(FingerprintOf(a, "1", record::Fingerprint::PORTABLE),
                               FingerprintOf(a, "2", record::Fingerprint::PORTABLE)));
}

}  // namespace
}  // namespace plumbline
