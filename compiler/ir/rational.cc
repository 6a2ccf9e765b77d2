// Arithmetic in 128 bits, reduced to lowest terms and checked to fit 64.
#include "compiler/ir/rational.h"

#include <limits>

#include "absl/strings/str_cat.h"

namespace plumbline {
namespace {

using Wide = __int128;

Wide GreatestCommonDivisor(Wide a, Wide b) {
  if (a < 0) a = -a;
  if (b < 0) b = -b;
  while (b != 0) {
    const Wide rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

bool Fits(Wide value) {
  return value >= std::numeric_limits<int64_t>::min() + 1 && value <= std::numeric_limits<int64_t>::max();
}

Rational Reduce(Wide numerator, Wide denominator) {
  if (denominator == 0) return Rational::Overflow();
  const Wide divisor = GreatestCommonDivisor(numerator, denominator);
  if (divisor > 1) {
    numerator /= divisor;
    denominator /= divisor;
  }
  if (denominator < 0) {
    numerator = -numerator;
    denominator = -denominator;
  }
  if (!Fits(numerator) || !Fits(denominator)) return Rational::Overflow();
  return Rational::Ratio(static_cast<int64_t>(numerator), static_cast<int64_t>(denominator));
}

}  // namespace

Rational Rational::Ratio(int64_t numerator, int64_t denominator) {
  Rational result;
  if (denominator == 1 || denominator == 0) {
    result.numerator_ = denominator == 0 ? 0 : numerator;
    result.denominator_ = denominator;
    return result;
  }
  const Wide divisor = GreatestCommonDivisor(numerator, denominator);
  if (divisor == 1 && denominator > 0) {
    result.numerator_ = numerator;
    result.denominator_ = denominator;
    return result;
  }
  return Reduce(numerator, denominator);
}

Rational Rational::Overflow() { return Ratio(0, 0); }

double Rational::ToDouble() const {
  return static_cast<double>(numerator_) / static_cast<double>(denominator_);
}

std::string Rational::ToString() const {
  if (overflowed()) return "overflow";
  if (is_integer()) return absl::StrCat(numerator_);
  return absl::StrCat(numerator_, "/", denominator_);
}

Rational operator+(const Rational& a, const Rational& b) {
  if (a.overflowed() || b.overflowed()) return Rational::Overflow();
  // Each product fits 126 bits, so their sum fits 127.
  return Reduce(Wide{a.numerator_} * b.denominator_ + Wide{b.numerator_} * a.denominator_,
                Wide{a.denominator_} * b.denominator_);
}

Rational operator-(const Rational& a, const Rational& b) {
  if (a.overflowed() || b.overflowed()) return Rational::Overflow();
  return Reduce(Wide{a.numerator_} * b.denominator_ - Wide{b.numerator_} * a.denominator_,
                Wide{a.denominator_} * b.denominator_);
}

Rational operator*(const Rational& a, const Rational& b) {
  if (a.overflowed() || b.overflowed()) return Rational::Overflow();
  return Reduce(Wide{a.numerator_} * b.numerator_, Wide{a.denominator_} * b.denominator_);
}

Rational operator/(const Rational& a, const Rational& b) {
  if (a.overflowed() || b.overflowed() || b.is_zero()) return Rational::Overflow();
  return Reduce(Wide{a.numerator_} * b.denominator_, Wide{a.denominator_} * b.numerator_);
}

bool operator<(const Rational& a, const Rational& b) {
  if (a.overflowed() || b.overflowed()) return !a.overflowed() && b.overflowed();
  return Wide{a.numerator_} * b.denominator_ < Wide{b.numerator_} * a.denominator_;
}

}  // namespace plumbline
