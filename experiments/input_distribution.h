// What an input holds where no data set feeds it, as an experiment writes it: normal(mean, std), uniform(a, b) and
// constant(c) for f32 inputs, labels(n) for integers.
#ifndef PLUMBLINE_EXPERIMENTS_INPUT_DISTRIBUTION_H_
#define PLUMBLINE_EXPERIMENTS_INPUT_DISTRIBUTION_H_

#include <cstdint>
#include <variant>

#include "absl/strings/string_view.h"
#include "dsl/expression.h"
#include "dsl/initializer.h"

namespace plumbline {

// Uniform over 0 .. count - 1.
struct LabelDistribution {
  int64_t count = 1;
};

inline constexpr int64_t kMostLabels = int64_t{1} << 31;

using InputDistribution = std::variant<InitializerSpec, LabelDistribution>;

// The numbers are expressions; `lookup` knows their names.
ExpressionOr<InputDistribution> ParseInputDistribution(absl::string_view text, const NameLookup& lookup);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_INPUT_DISTRIBUTION_H_
