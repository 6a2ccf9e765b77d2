// Reduction of the argument to a small interval, then the Taylor series until its terms vanish in the rounding.
// frexp, ldexp, floor and fabs are exact.
#include "compiler/ir/real_functions.h"

#include <cmath>
#include <limits>

namespace plumbline {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// ln 2 in two parts: the first has 32 bits, so its product with an exponent is exact.
constexpr double kLn2High = 0x1.62e42feep-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kInverseLn2 = 0x1.71547652b82fep+0;

// π/2 in three parts: the first two have 33 bits each.
constexpr double kHalfPi1 = 0x1.921fb544p+0;
constexpr double kHalfPi2 = 0x1.0b4611a6p-34;
constexpr double kHalfPi3 = 0x1.3198a2e037073p-69;
constexpr double kTwoOverPi = 0x1.45f306dc9c883p-1;

double Nearest(double x) { return std::floor(x + 0.5); }

// For |r| <= ln 2 / 2: e^r - 1 - r, terms up to r^14 / 14!.
double ExpRest(double r) {
  double sum = 0;
  for (int n = 14; n >= 3; --n) sum = (sum + 1) * r / n;
  return (sum + 1) * r * r / 2;
}

// For |r| <= π/4: the series of sine (first = 1) without its first term, or of cosine (first = 0).
double CircularRest(double r, int first) {
  const double square = r * r;
  double sum = 0;
  for (int n = first + 18; n >= first + 4; n -= 2) sum = (sum + 1) * -square / ((n - 1) * n);
  return (sum + 1) * -square / ((first + 1) * (first + 2));
}

struct Angle {
  double rest = 0;  // within π/4
  int quarter = 0;  // turns of π/2, modulo 4
};

Angle Reduce(double x) {
  const double turns = Nearest(x * kTwoOverPi);
  const double rest = ((x - turns * kHalfPi1) - turns * kHalfPi2) - turns * kHalfPi3;
  return {rest, static_cast<int>(static_cast<int64_t>(turns) & 3)};
}

double SinOfQuarter(double rest, int quarter) {
  const double value =
      (quarter & 1) == 0 ? rest + rest * CircularRest(rest, 1) : 1 + CircularRest(rest, 0);
  return (quarter & 2) == 0 ? value : -value;
}

}  // namespace

double Exp(double x) {
  if (std::isnan(x)) return x;
  if (x > 709.79) return kInfinity;
  if (x < -745.14) return 0;
  const double exponent = Nearest(x * kInverseLn2);
  const double r = (x - exponent * kLn2High) - exponent * kLn2Low;
  return std::ldexp(1 + (r + ExpRest(r)), static_cast<int>(exponent));
}

double Log(double x) {
  if (std::isnan(x) || x == kInfinity) return x;
  if (x <= 0) return x == 0 ? -kInfinity : kNan;
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);  // [1/2, 1)
  if (mantissa < 0.70710678118654752) {
    mantissa *= 2;
    --exponent;
  }
  // ln m = 2 artanh f = 2 (f + f^3/3 + ...), |f| < 0.172; f = (m - 1) / (m + 1), and 2f = (m - 1) - f (m - 1).
  const double difference = mantissa - 1;  // exact
  const double f = difference / (mantissa + 1);
  const double square = f * f;
  double series = 0;
  for (int n = 23; n >= 3; n -= 2) series = square * (series + 1.0 / n);
  const double rest = 2 * f * series - f * difference;
  return exponent * kLn2High + (difference + (rest + exponent * kLn2Low));
}

double Sin(double x) {
  if (!(std::fabs(x) <= kLargestAngle)) return kNan;
  const Angle angle = Reduce(x);
  return SinOfQuarter(angle.rest, angle.quarter);
}

double Cos(double x) {
  if (!(std::fabs(x) <= kLargestAngle)) return kNan;
  const Angle angle = Reduce(x);
  return SinOfQuarter(angle.rest, (angle.quarter + 1) & 3);
}

double Power(double base, int64_t exponent) {
  double result = 1;
  for (double square = base; exponent > 0; exponent >>= 1, square *= square) {
    if ((exponent & 1) != 0) result *= square;
  }
  return result;
}

}  // namespace plumbline
