// Thin products against sums in double, for every instruction set of this machine and every remainder of the tiles.
#include "ops/kernels/thin_product.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace plumbline {
namespace {

std::vector<float> Sequence(int64_t count, uint32_t state) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) {
    state = state * 1664525u + 1013904223u;
    values.push_back(static_cast<float>(state >> 8) / 8388608.0f - 1.0f);
  }
  return values;
}

std::vector<Isa> Variants() {
  std::vector<Isa> variants;
  for (const Isa isa : {Isa::kGeneric, Isa::kAvx2, Isa::kAvx512}) {
    if (isa <= CpuIsa()) variants.push_back(isa);
  }
  return variants;
}

struct Sizes {
  int64_t rows, inner, columns;
};

std::vector<Sizes> AllSizes() {
  std::vector<Sizes> result;
  for (const int64_t rows : {1, 2, 3, 4, 5, 8, 9, 13, 16, 21, 32}) {
    for (const int64_t inner : {1, 7, 16, 37}) {
      for (const int64_t columns : {1, 3, 12, 24, 31, 53}) result.push_back({rows, inner, columns});
    }
  }
  return result;
}

// Rounding of a sum of `inner` products of values up to 1.
double Tolerance(int64_t inner) { return 2e-7 * static_cast<double>(inner + 2); }

TEST(ThinProduct, ByTransposedWithBiasAndRelu) {
  for (const Isa isa : Variants()) {
    for (const auto& [rows, inner, columns] : AllSizes()) {
      const std::vector<float> a = Sequence(rows * inner, 1), b = Sequence(columns * inner, 2);
      const std::vector<float> bias = Sequence(columns, 3);
      std::vector<float> scratch(static_cast<size_t>(ThinProductScratchBytes(rows, inner)) / sizeof(float));
      for (const bool relu : {false, true}) {
        std::vector<float> y(static_cast<size_t>(rows * columns), 99.0f);
        MultiplyByTransposed(rows, inner, columns, a.data(), b.data(), relu ? nullptr : bias.data(), relu,
                             scratch.data(), y.data(), isa);
        for (int64_t i = 0; i < rows * columns; ++i) {
          double sum = relu ? 0 : bias[i % columns];
          for (int64_t k = 0; k < inner; ++k) {
            sum += static_cast<double>(a[i / columns * inner + k]) * b[i % columns * inner + k];
          }
          if (relu) sum = std::max(sum, 0.0);
          ASSERT_NEAR(y[i], sum, Tolerance(inner)) << IsaName(isa) << " " << rows << " " << inner << " " << columns;
        }
      }
    }
  }
}

TEST(ThinProduct, FewRows) {
  for (const Isa isa : Variants()) {
    for (const auto& [rows, inner, columns] : AllSizes()) {
      const std::vector<float> a = Sequence(rows * inner, 1), b = Sequence(inner * columns, 2);
      std::vector<float> y(static_cast<size_t>(rows * columns), 99.0f);
      MultiplyFewRows(rows, inner, columns, a.data(), b.data(), y.data(), isa);
      for (int64_t i = 0; i < rows * columns; ++i) {
        double sum = 0;
        for (int64_t k = 0; k < inner; ++k) {
          sum += static_cast<double>(a[i / columns * inner + k]) * b[k * columns + i % columns];
        }
        ASSERT_NEAR(y[i], sum, Tolerance(inner)) << IsaName(isa) << " " << rows << " " << inner << " " << columns;
      }
    }
  }
}

TEST(ThinProduct, ShortInnerReplacesOrAdds) {
  for (const Isa isa : Variants()) {
    for (const auto& [inner, rows, columns] : AllSizes()) {
      const std::vector<float> a = Sequence(inner * rows, 1), b = Sequence(inner * columns, 2);
      for (const bool add : {false, true}) {
        std::vector<float> y = Sequence(rows * columns, 3);
        const std::vector<float> before = y;
        MultiplyShortInner(rows, inner, columns, a.data(), b.data(), add, y.data(), isa);
        for (int64_t i = 0; i < rows * columns; ++i) {
          double sum = add ? before[i] : 0;
          for (int64_t k = 0; k < inner; ++k) {
            sum += static_cast<double>(a[k * rows + i / columns]) * b[k * columns + i % columns];
          }
          ASSERT_NEAR(y[i], sum, Tolerance(inner)) << IsaName(isa) << " " << rows << " " << inner << " " << columns;
        }
      }
    }
  }
}

TEST(ThinProduct, NotANumberPassesRelu) {
  for (const Isa isa : Variants()) {
    for (const int64_t rows : {1, 16}) {
      const std::vector<float> a(static_cast<size_t>(rows) * 3, std::nanf("")), b = Sequence(3, 2);
      std::vector<float> y(static_cast<size_t>(rows), 0.0f);
      std::vector<float> scratch(static_cast<size_t>(ThinProductScratchBytes(rows, 3)) / sizeof(float));
      MultiplyByTransposed(rows, 3, 1, a.data(), b.data(), nullptr, true, scratch.data(), y.data(), isa);
      EXPECT_TRUE(std::isnan(y[0])) << IsaName(isa);
    }
  }
}

}  // namespace
}  // namespace plumbline
