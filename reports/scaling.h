// How a quantity grows with a size: exponents, polynomial fits and crossovers. The yardstick for a
// measured exponent is the analytic one over the same sizes: FitExponent of the operation counts
// at these very sizes, not the degree of the polynomial.
//
// One value a size (the median over rounds); sizes and values are positive. Errors are
// InvalidArgument for values that are not positive and finite or sizes that do not ascend, and
// FailedPrecondition for too few sizes.
#ifndef PLUMBLINE_REPORTS_SCALING_H_
#define PLUMBLINE_REPORTS_SCALING_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "reports/statistics.h"

namespace plumbline {

struct Observation {
  double size;
  double value;
};

// value = exp(intercept) · size^slope.
struct ExponentFit {
  double slope;
  double intercept;   // of the natural logarithm
  Interval interval;  // of the slope
  double residual;    // standard deviation of the residuals of ln value, about the relative error
  double r_squared;
  int sizes;

  double half_width() const { return (interval.high - interval.low) / 2; }
};

// Ordinary least squares on logarithms, with x = ln size and y = ln value:
//   slope = Sxy / Sxx,  residual² = (Syy - slope·Sxy) / (n - 2),
//   interval = slope ± t(n - 2; (1 + level)/2) · residual / sqrt(Sxx).
// Draper and Smith, Applied Regression Analysis (3rd ed., 1998), chapter 1. At least 3 sizes.
// R² of equal values is 1 (nothing is left unexplained).
absl::StatusOr<ExponentFit> FitExponent(absl::Span<const Observation> observations, double level);

// log(T2/T1) / log(s2/s1) of each size and the next: for doubled sizes the doubling ratio
// log2(T(2L) / T(L)).
struct LocalExponent {
  double from;
  double to;
  double exponent;
};
absl::StatusOr<std::vector<LocalExponent>> LocalExponents(
    absl::Span<const Observation> observations);

// value = constant + linear · size + quadratic · size², none of them negative.
struct QuadraticFit {
  double constant;
  double linear;
  double quadratic;
  double largest_relative_residual;
  double root_mean_square_relative_residual;
};

// Minimises Σ ((a + b·s + c·s² - T)/T)² over a, b, c >= 0. The optimum is the unconstrained one of
// the coefficients that are not 0 there, so the best feasible one of the seven subsets is it
// (Lawson and Hanson, Solving Least Squares Problems, 1974, chapter 23, for three unknowns). At
// least 4 sizes.
absl::StatusOr<QuadraticFit> FitQuadratic(absl::Span<const Observation> observations);

// The ratio of two competitors at one size, from rounds paired at that size.
struct RatioAt {
  double size;
  Estimate ratio;  // of a to b, as PairedRatio gives it
};

// Where a ratio passes 1.
struct Crossover {
  double size;
  // The sizes at which the interval of the ratio contains 1, around `size`. Where that reaches the
  // first or last size measured, it may go further: *_open.
  double low;
  double high;
  bool low_open;
  bool high_open;
  bool falling;  // a is dearer before and cheaper after
  int passes;    // how often the ratio passes 1 in all; `size` is the last time
};

// Linear interpolation of ln ratio over ln size; the ends of the interval from those of the ratio's
// interval in the same way. NotFound, saying on which side the ratio stays, when there is no
// passage; FailedPrecondition for fewer than 2 sizes.
absl::StatusOr<Crossover> FindCrossover(absl::Span<const RatioAt> ratios);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_SCALING_H_
