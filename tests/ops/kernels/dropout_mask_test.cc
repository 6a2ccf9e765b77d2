// Philox against Random123's published vectors and its own code, and the masks made of it.
#include "ops/kernels/dropout_mask.h"

#include <Random123/philox.h>

#include <cstring>
#include <vector>

#include "gtest/gtest.h"

namespace plumbline {
namespace {

struct KnownAnswer {
  uint64_t key, step, block;  // low words first
  uint32_t words[4];
};

// From Random123's kat_vectors, "philox4x32 10".
const KnownAnswer kKnownAnswers[] = {
    {0, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88, {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}};

TEST(PhiloxTest, GivesThePublishedVectors) {
  for (const KnownAnswer& known : kKnownAnswers) {
    for (const uint64_t place : {0, 5, 15}) {  // among the blocks that are made together
      uint32_t words[64];
      FillPhiloxWords(known.key, known.step, known.block - place, 16, words);
      EXPECT_EQ(std::memcmp(words + 4 * place, known.words, sizeof known.words), 0) << std::hex << known.block;
    }
  }
}

std::vector<float> Mask(const DropoutMask& mask, int64_t first, int64_t count) {
  std::vector<float> result(static_cast<size_t>(count) + 1, -1);
  FillDropoutMask(mask, first, count, result.data());
  EXPECT_EQ(result.back(), -1) << "written past the end";
  result.pop_back();
  return result;
}

TEST(DropoutMaskTest, ComparesTheWordOfEachElement) {
  const DropoutMask mask = {0x123456789abcdef0, 0x10000000007, 0x70000000, 2.5f};
  const int64_t first = (int64_t{1} << 34) - 102;  // the counter's low word overflows on the way
  const std::vector<float> elements = Mask(mask, first, 500);
  for (int64_t i = 0; i < 500; ++i) {
    const uint64_t block = static_cast<uint64_t>(first + i) / 4;
    const r123::Philox4x32::ctr_type counter = {
        {static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32), 7, 0x100}};
    const r123::Philox4x32::ctr_type words = r123::Philox4x32()(counter, {{0x9abcdef0, 0x12345678}});
    EXPECT_EQ(elements[i], words[(first + i) % 4] < 0x70000000 ? 0 : 2.5f) << i;
  }
}

TEST(DropoutMaskTest, DoesNotDependOnWhereItIsCut) {
  const DropoutMask mask = {99, 3, 1u << 31, 2};
  const std::vector<float> whole = Mask(mask, 0, 1000);
  for (const int64_t first : {0, 1, 3, 4, 63, 64, 65, 130}) {
    for (const int64_t count : {1, 2, 3, 5, 16, 63, 64, 65, 200}) {
      const std::vector<float> part = Mask(mask, first, count);
      EXPECT_EQ(std::memcmp(part.data(), whole.data() + first, part.size() * 4), 0) << first << ", " << count;
    }
  }
  EXPECT_TRUE(Mask(mask, 7, 0).empty());
}

TEST(DropoutMaskTest, ThresholdsAreExact) {
  uint32_t words[64];
  FillPhiloxWords(1, 2, 0, 16, words);
  const std::vector<float> below = Mask({1, 2, words[5], 1}, 0, 64);
  EXPECT_EQ(below[5], 1);  // not below itself
  const std::vector<float> above = Mask({1, 2, words[5] + 1, 1}, 0, 64);
  EXPECT_EQ(above[5], 0);
  for (const float element : Mask({1, 2, 0, 1}, 0, 64)) EXPECT_EQ(element, 1);
}

}  // namespace
}  // namespace plumbline
