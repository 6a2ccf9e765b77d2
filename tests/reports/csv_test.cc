// RFC 4180, section 2.
#include "reports/csv.h"

#include "gtest/gtest.h"

namespace plumbline {
namespace {

TEST(CsvRow, QuotesWhatWouldEndAField) {
  EXPECT_EQ(CsvRow({"a", "b c", ""}), "a,b c,\r\n");
  EXPECT_EQ(CsvRow({"1,5", "say \"x\"", "two\nlines"}), "\"1,5\",\"say \"\"x\"\"\",\"two\nlines\"\r\n");
  EXPECT_EQ(CsvRow({""}), "\"\"\r\n");
}

}  // namespace
}  // namespace plumbline
