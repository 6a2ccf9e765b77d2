#include "dsl/string_location.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "dsl/diagnostic.h"
#include "dsl/expression.h"
#include "dsl/source.h"

namespace plumbline {
namespace {

TEST(StringLocationTest, CountsFromTheOpeningQuote) {
  const Source source("m", "a: \"12345\"");
  EXPECT_EQ(LocateInString(source, {1, 4}, 0), (SourceLocation{1, 5}));
  EXPECT_EQ(LocateInString(source, {1, 4}, 4), (SourceLocation{1, 9}));
  EXPECT_EQ(LocateInString(source, {1, 4}, 5), (SourceLocation{1, 10})) << "the closing quote";
  EXPECT_EQ(LocateInString(source, {1, 4}, 99), (SourceLocation{1, 10}));
}

TEST(StringLocationTest, SeesThroughEscapesOfAnyWidth) {
  const Source source("m", R"('\x41\u00e9\nZ')");
  EXPECT_EQ(LocateInString(source, {1, 1}, 0).column, 2);
  EXPECT_EQ(LocateInString(source, {1, 1}, 1).column, 6);
  EXPECT_EQ(LocateInString(source, {1, 1}, 2).column, 6) << "the second byte of é";
  EXPECT_EQ(LocateInString(source, {1, 1}, 3).column, 12);
  EXPECT_EQ(LocateInString(source, {1, 1}, 4).column, 14);
}

TEST(StringLocationTest, GoesOnInAdjacentLiterals) {
  const Source source("m", "a: 'ab' # 'no'\n  \"cd\" b: 'x'");
  EXPECT_EQ(LocateInString(source, {1, 4}, 1), (SourceLocation{1, 6}));
  EXPECT_EQ(LocateInString(source, {1, 4}, 2), (SourceLocation{2, 4}));
  EXPECT_EQ(LocateInString(source, {1, 4}, 3), (SourceLocation{2, 5}));
  EXPECT_EQ(LocateInString(source, {1, 4}, 4), (SourceLocation{2, 6}));
}

TEST(StringLocationTest, AnUnknownPlaceStaysUnknown) {
  const Source source("m", "'a'");
  EXPECT_FALSE(LocateInString(source, {}, 1).known());
}

TEST(StringLocationTest, PointsAtTheErrorOfAnExpression) {
  const Source source("m", "value: \"1 + \\x28 2\"");
  const ExpressionOr<Expression> parsed = ParseExpression("1 + ( 2");
  ASSERT_FALSE(parsed.ok());
  EXPECT_THAT(Render(ErrorInString(source, {1, 8}, parsed.error())),
              testing::StartsWith("m:1:13: error: the bracket is never closed\n"));
}

}  // namespace
}  // namespace plumbline
