// Random numbers that are a function of what they are for: Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC 2011) under
// a key made of a seed and a name, at a counter. Nothing has to be saved or drawn in order.
#ifndef PLUMBLINE_EXPERIMENTS_RANDOM_H_
#define PLUMBLINE_EXPERIMENTS_RANDOM_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace plumbline {

// Named in records and keys; changes with the numbers.
inline constexpr char kRandomGenerator[] = "philox4x32-10, box-muller, 1";

class RandomStream {
 public:
  RandomStream(uint64_t seed, absl::string_view name);

  // Four words of 32 bits; `step` and `index` are the counter.
  std::array<uint32_t, 4> Block(uint64_t step, uint64_t index) const;

  // values[i] from the standard normal distribution, in f32 from double by Box and Muller's transformation: four values
  // a block, so value i depends on i alone. Largest magnitude 6.7.
  void FillNormal(absl::Span<float> values, double mean, double deviation) const;
  // From [low, high).
  void FillUniform(absl::Span<float> values, double low, double high) const;

  // 0 .. count - 1 in an order that `step` decides (Fisher and Yates).
  std::vector<int> Permutation(int count, uint64_t step) const;

 private:
  std::array<uint32_t, 2> key_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RANDOM_H_
