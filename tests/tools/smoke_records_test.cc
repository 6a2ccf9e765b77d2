// The smoke scale of every experiment, run from scratch, against the committed records: bit for bit on an equal
// fingerprint, otherwise integers, texts of data and counts exactly and losses within kTolerance. Says which fingerprint it
// met. The records of portable mode are compared on whatever processor this is.
#include <cmath>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/exact_match.h"
#include "reports/record_store.h"
#include "tests/tools/run_program.h"

namespace plumbline {
namespace {

// Of losses after a few steps, relative: what other instruction sets come to differs by rounding, which training grows.
constexpr double kTolerance = 0.02;

struct Case {
  const char* name;
  const char* file;
  bool portable;
};

std::vector<record::Record> ReadRecords(const std::string& folder) {
  const auto records = RecordStore(RealSystemCalls(), folder).ReadAll();
  EXPECT_TRUE(records.ok()) << records.status();
  return records.ok() ? *records : std::vector<record::Record>();
}

const record::Record* Counterpart(const std::vector<record::Record>& records, const record::Record& wanted) {
  for (const record::Record& record : records) {
    if (record.seed() != wanted.seed() || record.point_size() != wanted.point_size()) continue;
    bool same = true;
    for (int i = 0; i < record.point_size(); ++i) same &= record.point(i).value() == wanted.point(i).value();
    if (same) return &record;
  }
  return nullptr;
}

void ExpectTolerably(const record::Record& made, const record::Record& committed) {
  // Features of speech follow from KissFFT's twiddle factors, which are the C library's; all other data from no library.
  const bool same_library = made.fingerprint().libm() == committed.fingerprint().libm();
  for (int i = 0; i < committed.data_size(); ++i) {
    if (!same_library && committed.data(i).name() == "speech") continue;
    EXPECT_EQ(made.data(i).sha256(), committed.data(i).sha256());
  }
  ASSERT_EQ(made.exact().value_size(), committed.exact().value_size());
  for (int i = 0; i < committed.exact().value_size(); ++i) {
    const record::ExactValue &a = made.exact().value(i), &b = committed.exact().value(i);
    ASSERT_EQ(a.name(), b.name());
    if (b.has_integer()) {
      EXPECT_EQ(a.integer(), b.integer()) << a.name();
    }
    if (b.has_real() && absl::StrContains(b.name(), "loss")) {
      EXPECT_NEAR(a.real().value(), b.real().value(), kTolerance * std::fabs(b.real().value())) << a.name();
    }
  }
  for (int i = 0; i < committed.exact().series_size(); ++i) {
    const record::ExactSeries &a = made.exact().series(i), &b = committed.exact().series(i);
    if (!absl::StrContains(b.name(), "loss")) continue;
    ASSERT_EQ(a.value_size(), b.value_size()) << b.name();
    for (int j = 0; j < b.value_size(); ++j) {
      EXPECT_NEAR(a.value(j), b.value(j), kTolerance * std::fabs(b.value(j))) << b.name() << " " << j;
    }
  }
}

class SmokeRecords : public ::testing::TestWithParam<Case> {};

TEST_P(SmokeRecords, ComeBack) {
  const Case& one = GetParam();
  const std::string mode = one.portable ? "portable" : "native";
  const std::string records = ScratchPath(std::string(one.name) + "-" + mode) + "/records";
  std::vector<std::string> words = {"run", DataPath(one.file), "--scale", "smoke", "--records", records};
  if (one.portable) words.push_back("--portable");
  const ProgramResult result = RunPlumbline(words);
  if (one.portable && absl::StrContains(result.errors, "portable mode needs AVX2")) GTEST_SKIP() << result.errors;
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const std::vector<record::Record> made = ReadRecords(records);
  bool told = false;
  for (const record::Record& committed :
       ReadRecords(DataPath(std::string("tests/golden/smoke/") + one.name + "/" + mode))) {
    const record::Record* const own = Counterpart(made, committed);
    ASSERT_NE(own, nullptr) << committed.key();
    const std::vector<std::string> others = FingerprintDifferences(committed.fingerprint(), own->fingerprint());
    if (!told) std::cout << one.name << ", " << mode << ": " << (others.empty() ? "equal fingerprint" : absl::StrJoin(others, "; ")) << "\n";
    told = true;
    if (!others.empty()) {
      ExpectTolerably(*own, committed);
      continue;
    }
    EXPECT_EQ(own->key(), committed.key());
    for (const ExactDifference& difference : ExactDifferences(committed, *own)) ADD_FAILURE() << ToString(difference);
  }
  EXPECT_TRUE(told) << "no committed records";
}

constexpr char kAttention[] = "experiments/attention/attention_scaling.textproto";
constexpr char kOctmnist[] = "experiments/octmnist/octmnist.textproto";
constexpr char kLjspeech[] = "experiments/ljspeech/ljspeech.textproto";

INSTANTIATE_TEST_SUITE_P(Experiments, SmokeRecords,
                         ::testing::Values(Case{"attention_scaling", kAttention, false},
                                           Case{"attention_scaling", kAttention, true},
                                           Case{"octmnist", kOctmnist, false}, Case{"octmnist", kOctmnist, true},
                                           Case{"ljspeech", kLjspeech, false}, Case{"ljspeech", kLjspeech, true}),
                         [](const ::testing::TestParamInfo<Case>& info) {
                           return std::string(info.param.name) + (info.param.portable ? "_portable" : "_native");
                         });

// The cap in the environment changes nothing in portable mode, because it is the mode's own.
TEST(PortableMode, IsTheSameWithAndWithoutTheCapInTheEnvironment) {
  for (const char* file : {kOctmnist, kLjspeech}) {
    const auto run = [&](const std::string& prefix, const std::string& name) {
      const ProgramResult result = RunPlumbline(prefix,
                                                {"run", DataPath(file), "--scale", "smoke", "--only", "sweep=training",
                                                 "--portable", "--records", ScratchPath(name) + "/records"},
                                                "");
      if (!absl::StrContains(result.errors, "portable mode needs AVX2")) {
        EXPECT_EQ(result.exit_code, 0) << result.errors;
      }
      return result.exit_code == 0 ? ReadRecords(ScratchPath(name) + "/records") : std::vector<record::Record>();
    };
    const std::string name = file == kOctmnist ? "octmnist" : "ljspeech";
    const std::vector<record::Record> free = run("env -u ONEDNN_MAX_CPU_ISA", name + "-free");
    const std::vector<record::Record> capped = run("env ONEDNN_MAX_CPU_ISA=AVX2", name + "-capped");
    ASSERT_EQ(free.size(), capped.size());
    for (size_t i = 0; i < free.size(); ++i) {
      EXPECT_EQ(free[i].key(), capped[i].key());
      for (const ExactDifference& difference : ExactDifferences(free[i], capped[i])) ADD_FAILURE() << ToString(difference);
    }
  }
}

}  // namespace
}  // namespace plumbline
