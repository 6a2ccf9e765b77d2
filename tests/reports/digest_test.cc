// SHA-256 against the examples of FIPS 180-4.
#include "reports/digest.h"

#include "gtest/gtest.h"

namespace plumbline {
namespace {

TEST(DigestTest, AgreesWithTheStandardsExamples) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(DigestTest, PartsAddUpAndFieldsDoNotRunIntoEachOther) {
  EXPECT_EQ(Sha256().Add("a").Add("bc").Hex(), Sha256Hex("abc"));
  EXPECT_NE(Sha256().AddField("a").AddField("bc").Hex(),
            Sha256().AddField("ab").AddField("c").Hex());
  EXPECT_EQ(Sha256().AddField("ab").Hex(), Sha256Hex(std::string("\x02\0\0\0\0\0\0\0ab", 10)));
}

TEST(DigestTest, BeginsAnewAfterHex) {
  Sha256 digest;
  digest.Add("x").Hex();
  EXPECT_EQ(digest.Add("abc").Hex(), Sha256Hex("abc"));
}

TEST(DigestTest, KnowsItsOwnForm) {
  EXPECT_TRUE(IsSha256Hex(Sha256Hex("")));
  EXPECT_FALSE(IsSha256Hex(""));
  EXPECT_FALSE(IsSha256Hex(std::string(64, 'A')));
  EXPECT_FALSE(IsSha256Hex(std::string(63, 'a')));
}

}  // namespace
}  // namespace plumbline
