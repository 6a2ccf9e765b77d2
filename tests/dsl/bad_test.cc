// Every file of tests/dsl/bad gives exactly the diagnostics beside it.
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tests/dsl/bad_case.h"

namespace plumbline {
namespace {

constexpr char kFolder[] = "tests/dsl/bad";

class BadModel : public testing::TestWithParam<std::string> {};

TEST_P(BadModel, GivesTheExpectedDiagnostics) {
  const std::string expected =
      ReadFileOrEmpty(absl::StrCat(kFolder, "/", ExpectationOf(GetParam())));
  ASSERT_FALSE(expected.empty()) << "no expectation; see tests/dsl/bad/README.md";
  EXPECT_EQ(DiagnosticsOf(kFolder, GetParam()), expected);
}

TEST_P(BadModel, IsDiagnosedInTheFormOfTheDesign) {
  const std::string diagnostics = DiagnosticsOf(kFolder, GetParam());
  EXPECT_TRUE(absl::StartsWith(diagnostics, GetParam())) << diagnostics;
  EXPECT_TRUE(absl::StrContains(diagnostics, ": error: ") ||
              absl::StrContains(diagnostics, ": warning: "));
}

INSTANTIATE_TEST_SUITE_P(Files, BadModel, testing::ValuesIn(BadCases(kFolder)),
                         [](const testing::TestParamInfo<std::string>& info) {
                           return std::string(absl::StripSuffix(info.param, ".textproto"));
                         });

}  // namespace
}  // namespace plumbline
