// Which exact results of two records differ, and where a series first does.
#include "reports/exact_match.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/record_values.h"

namespace plumbline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

record::Record Make(double loss, int64_t steps, double third) {
  record::Record record;
  *record.mutable_exact()->add_value() = RealValue("test loss", "", loss);
  *record.mutable_exact()->add_value() = IntegerValue("steps", "", steps);
  *record.mutable_exact()->add_series() = RealSeries("loss", "", "epoch", {1, 2, 3}, {1.0, 0.5, third});
  return record;
}

TEST(ExactMatch, EqualRecordsHaveNoDifferences) { EXPECT_THAT(ExactDifferences(Make(1, 2, 3), Make(1, 2, 3)), IsEmpty()); }

TEST(ExactMatch, BitsCountAndSeriesSayWhere) {
  const auto differences = ExactDifferences(Make(0.0, 2, 0.25), Make(-0.0, 3, 0.125));
  ASSERT_EQ(differences.size(), 3u);
  EXPECT_EQ(ToString(differences[0]), "'test loss': 0 (0000000000000000) and -0 (8000000000000000)");
  EXPECT_EQ(ToString(differences[1]), "'steps': 2 and 3");
  EXPECT_EQ(ToString(differences[2]), "'loss' at epoch 3: 0.25 (3fd0000000000000) and 0.125 (3fc0000000000000)");
}

TEST(ExactMatch, WhatOneSideLacksDiffers) {
  record::Record longer = Make(1, 2, 3);
  *longer.mutable_exact()->add_value() = TextValue("stopped", "early");
  longer.mutable_exact()->mutable_series(0)->add_index(4);
  longer.mutable_exact()->mutable_series(0)->add_bits(0);
  longer.mutable_exact()->mutable_series(0)->add_value(0);
  const auto differences = ExactDifferences(Make(1, 2, 3), longer);
  ASSERT_EQ(differences.size(), 2u);
  EXPECT_EQ(ToString(differences[0]), "'loss' at epoch 4: nothing and 0 (0000000000000000)");
  EXPECT_EQ(ToString(differences[1]), "'stopped': nothing and early");
}

TEST(ExactMatch, PlansAndCostsAreExact) {
  record::Record a = Make(1, 2, 3), b = a;
  a.add_plan()->set_digest("one");
  b.add_plan()->set_digest("two");
  const auto differences = ExactDifferences(a, b);
  ASSERT_EQ(differences.size(), 1u);
  EXPECT_EQ(differences[0].a, "one");
}

TEST(ExactMatch, FingerprintsDifferByField) {
  record::Fingerprint a, b;
  a.set_cpu_model("x");
  b.set_cpu_model("y");
  EXPECT_THAT(FingerprintDifferences(a, b), ElementsAre("CPU: x and y"));
  EXPECT_THAT(FingerprintDifferences(a, a), IsEmpty());
}

}  // namespace
}  // namespace plumbline
