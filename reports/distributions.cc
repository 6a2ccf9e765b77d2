// Series, continued fraction and bisection; speed is of no concern.
#include "reports/distributions.h"

#include <array>
#include <cmath>
#include <limits>

namespace plumbline {
namespace {

constexpr double kPi = 3.14159265358979323846;
const double kNan = std::numeric_limits<double>::quiet_NaN();

// The continued fraction of A&S 26.5.8 by Lentz's method; converges fast for x < (a+1)/(a+b+2).
double BetaFraction(double x, double a, double b) {
  constexpr double kTiny = 1e-300;
  constexpr double kPrecision = 1e-16;
  constexpr int kMostSteps = 10000;
  const auto guarded = [](double value) { return std::fabs(value) < kTiny ? kTiny : value; };
  double c = 1;
  double d = 1 / guarded(1 - (a + b) * x / (a + 1));
  double result = d;
  for (int m = 1; m <= kMostSteps; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guarded(1 + even * d);
    c = guarded(1 + even / c);
    result *= c * d;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guarded(1 + odd * d);
    c = guarded(1 + odd / c);
    result *= c * d;
    if (std::fabs(c * d - 1) <= kPrecision) break;
  }
  return result;
}

// The x <= 0 with cdf(x) = p, for 0 < p < 1/2 and an ascending cdf.
template <typename Cdf>
double LowerQuantile(double p, const Cdf& cdf) {
  double low = -1;
  while (cdf(low) > p && std::isfinite(low)) low *= 2;
  double high = 0;
  while (true) {
    const double middle = low + (high - low) / 2;
    if (middle == low || middle == high) return middle;
    (cdf(middle) < p ? low : high) = middle;
  }
}

}  // namespace

double LogGamma(double x) {
  static constexpr std::array<double, 9> kLanczos = {
      0.99999999999980993,  676.5203681218851,     -1259.1392167224028,
      771.32342877765313,   -176.61502916214059,   12.507343278686905,
      -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7};
  constexpr double kG = 7;
  if (!(x > 0)) return kNan;
  // Reflection, A&S 6.1.17.
  if (x < 0.5) return std::log(kPi / std::sin(kPi * x)) - LogGamma(1 - x);
  double sum = kLanczos[0];
  for (size_t i = 1; i < kLanczos.size(); ++i) sum += kLanczos[i] / (x - 1 + i);
  const double t = x - 1 + kG + 0.5;
  return 0.5 * std::log(2 * kPi) + (x - 0.5) * std::log(t) - t + std::log(sum);
}

double RegularizedIncompleteBeta(double x, double a, double b) {
  if (!(a > 0) || !(b > 0) || !(x >= 0 && x <= 1)) return kNan;
  if (x == 0 || x == 1) return x;
  // A&S 26.5.2: I_x(a, b) = 1 - I_{1-x}(b, a).
  if (x > (a + 1) / (a + b + 2)) return 1 - RegularizedIncompleteBeta(1 - x, b, a);
  const double front =
      LogGamma(a + b) - LogGamma(a) - LogGamma(b) + a * std::log(x) + b * std::log1p(-x);
  return std::exp(front) * BetaFraction(x, a, b) / a;
}

double StudentTCdf(double t, double degrees) {
  if (!(degrees > 0) || std::isnan(t)) return kNan;
  if (std::isinf(t)) return t > 0 ? 1 : 0;
  // The smaller of x and 1 - x keeps its digits.
  const double squared = t * t;
  const double x = degrees / (degrees + squared);
  const double tail =
      x < 0.5
          ? RegularizedIncompleteBeta(x, degrees / 2, 0.5) / 2
          : (1 - RegularizedIncompleteBeta(squared / (degrees + squared), 0.5, degrees / 2)) / 2;
  return t >= 0 ? 1 - tail : tail;
}

double StudentTQuantile(double p, double degrees) {
  if (!(p > 0 && p < 1) || !(degrees > 0)) return kNan;
  if (p == 0.5) return 0;
  if (p > 0.5) return -StudentTQuantile(1 - p, degrees);
  return LowerQuantile(p, [degrees](double t) { return StudentTCdf(t, degrees); });
}

double NormalCdf(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

double NormalQuantile(double p) {
  if (!(p > 0 && p < 1)) return kNan;
  if (p == 0.5) return 0;
  return p > 0.5 ? -NormalQuantile(1 - p) : LowerQuantile(p, NormalCdf);
}

double FairBinomialProbability(int k, int n) {
  return std::exp(LogGamma(n + 1.0) - LogGamma(k + 1.0) - LogGamma(n - k + 1.0) -
                  n * std::log(2.0));
}

std::vector<double> SubsetSumCounts(absl::Span<const int> values, int size) {
  int largest = 0;
  for (const int value : values) largest += value;
  // counts[j][s]: subsets of j elements with sum s, among the values seen so far.
  std::vector<std::vector<double>> counts(size + 1, std::vector<double>(largest + 1, 0.0));
  counts[0][0] = 1;
  for (const int value : values) {
    for (int j = size; j >= 1; --j) {
      for (int s = largest; s >= value; --s) counts[j][s] += counts[j - 1][s - value];
    }
  }
  return counts[size];
}

}  // namespace plumbline
