#include "ops/kernels/isa.h"

#include "gtest/gtest.h"

namespace plumbline {
namespace {

TEST(IsaTest, CapsAreSpelledAsOneDnnDoes) {
  EXPECT_EQ(IsaCap("SSE41"), Isa::kGeneric);
  EXPECT_EQ(IsaCap("AVX"), Isa::kGeneric);
  EXPECT_EQ(IsaCap("AVX2"), Isa::kAvx2);
  EXPECT_EQ(IsaCap("avx2"), Isa::kAvx2);
  EXPECT_EQ(IsaCap("AVX2_VNNI"), Isa::kAvx2);
  EXPECT_EQ(IsaCap("AVX512_CORE"), Isa::kAvx512);
  EXPECT_EQ(IsaCap("AVX512_CORE_AMX"), Isa::kAvx512);
}

TEST(IsaTest, UnknownTextIsNoCap) {
  EXPECT_EQ(IsaCap(""), Isa::kAvx512);
  EXPECT_EQ(IsaCap("ALL"), Isa::kAvx512);
  EXPECT_EQ(IsaCap("AVX2 "), Isa::kAvx512);
  EXPECT_EQ(IsaCap("junk"), Isa::kAvx512);
}

TEST(IsaTest, TheEffectiveIsaIsWithinTheProcessor) { EXPECT_LE(EffectiveIsa(), CpuIsa()); }

TEST(IsaTest, SelectsTheVariantOfItsName) {
  EXPECT_EQ(SelectForIsa(Isa::kGeneric, 1, 2, 3), 1);
  EXPECT_EQ(SelectForIsa(Isa::kAvx2, 1, 2, 3), 2);
  EXPECT_EQ(SelectForIsa(Isa::kAvx512, 1, 2, 3), 3);
}

}  // namespace
}  // namespace plumbline
