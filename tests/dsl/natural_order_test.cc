#include "dsl/natural_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace plumbline {
namespace {

TEST(NaturalOrderTest, NumbersCountAsNumbers) {
  std::vector<std::string> names = {"block10.a", "block2.a", "block", "block1.b", "block1.a",
                                    "b",         "block1",   "Block", "block01"};
  std::sort(names.begin(), names.end(), NaturalLess);
  EXPECT_EQ(names, (std::vector<std::string>{"Block", "b", "block", "block01", "block1",
                                             "block1.a", "block1.b", "block2.a", "block10.a"}));
}

TEST(NaturalOrderTest, TellsAllDifferentNamesApart) {
  const std::vector<std::string> names = {"", "0", "00", "1", "01", "a", "a0", "a00", "a0b",
                                          "a00b", "a1", "a9999999999999999999999", "a.1", "a_1"};
  for (const std::string& a : names) {
    for (const std::string& b : names) {
      EXPECT_EQ(NaturalLess(a, b) + NaturalLess(b, a), a != b) << a << " " << b;
      for (const std::string& c : names) {
        if (NaturalLess(a, b) && NaturalLess(b, c)) {
          EXPECT_TRUE(NaturalLess(a, c)) << a << " " << b << " " << c;
        }
      }
    }
  }
}

}  // namespace
}  // namespace plumbline
