#include "experiments/random.h"

#include <Random123/philox.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ir/real_functions.h"
#include "reports/digest.h"

namespace plumbline {
namespace {

constexpr double kTwoPi = 6.283185307179586476925;

// In (0, 1).
double Open(uint32_t word) { return (word + 0.5) * 0x1p-32; }

uint32_t Word(const std::string& hex, size_t begin) {
  uint32_t word = 0;
  for (const char c : hex.substr(begin, 8)) {
    word = word * 16 + static_cast<uint32_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  return word;
}

}  // namespace

RandomStream::RandomStream(uint64_t seed, absl::string_view name) {
  Sha256 digest;
  digest.AddField(absl::StrCat(seed)).AddField(name);
  const std::string hex = digest.Hex();
  key_ = {Word(hex, 0), Word(hex, 8)};
}

std::array<uint32_t, 4> RandomStream::Block(uint64_t step, uint64_t index) const {
  const r123::Philox4x32::ctr_type counter = {{static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32),
                                               static_cast<uint32_t>(step), static_cast<uint32_t>(step >> 32)}};
  const r123::Philox4x32::key_type key = {{key_[0], key_[1]}};
  const r123::Philox4x32::ctr_type words = r123::Philox4x32()(counter, key);
  return {words[0], words[1], words[2], words[3]};
}

void RandomStream::FillNormal(absl::Span<float> values, double mean, double deviation) const {
  for (size_t i = 0; i < values.size(); i += 4) {
    const std::array<uint32_t, 4> words = Block(0, i / 4);
    double normal[4];
    for (int pair = 0; pair < 4; pair += 2) {
      const double radius = std::sqrt(-2 * Log(Open(words[pair])));
      const double angle = kTwoPi * Open(words[pair + 1]);
      normal[pair] = radius * Cos(angle);
      normal[pair + 1] = radius * Sin(angle);
    }
    for (size_t j = 0; j < std::min<size_t>(4, values.size() - i); ++j) {
      values[i + j] = static_cast<float>(mean + deviation * normal[j]);
    }
  }
}

void RandomStream::FillUniform(absl::Span<float> values, double low, double high) const {
  for (size_t i = 0; i < values.size(); i += 4) {
    const std::array<uint32_t, 4> words = Block(0, i / 4);
    for (size_t j = 0; j < std::min<size_t>(4, values.size() - i); ++j) {
      const double share = words[j] * 0x1p-32;
      const float value = static_cast<float>(low + (high - low) * share);
      // Rounding to f32 may reach the open end.
      values[i + j] = value < high || high <= low ? value : static_cast<float>(low);
    }
  }
}

std::vector<int> RandomStream::Permutation(int count, uint64_t step) const {
  std::vector<int> order(count);
  std::iota(order.begin(), order.end(), 0);
  for (int i = count - 1; i > 0; --i) {
    // 64 random bits over at most 2^31 places: the bias is below 2^-33.
    const std::array<uint32_t, 4> words = Block(step, static_cast<uint64_t>(i));
    const uint64_t random = static_cast<uint64_t>(words[0]) << 32 | words[1];
    std::swap(order[i], order[static_cast<int>(random % static_cast<uint64_t>(i + 1))]);
  }
  return order;
}

}  // namespace plumbline
