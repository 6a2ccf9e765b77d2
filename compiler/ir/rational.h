// Exact rational numbers with 64-bit parts, for the coefficients of size and cost polynomials.
// Not a general number class: an operation whose exact result does not fit becomes `overflowed`, a state
// that every later operation keeps, so that a caller checks once at the end instead of after each step.
#ifndef PLUMBLINE_COMPILER_IR_RATIONAL_H_
#define PLUMBLINE_COMPILER_IR_RATIONAL_H_

#include <cstdint>
#include <string>

namespace plumbline {

class Rational {
 public:
  constexpr Rational() = default;
  constexpr Rational(int64_t value) : numerator_(value) {}  // an integer is a rational
  // numerator / denominator in lowest terms with a positive denominator; a zero denominator overflows.
  static Rational Ratio(int64_t numerator, int64_t denominator);
  static Rational Overflow();

  int64_t numerator() const { return numerator_; }
  int64_t denominator() const { return denominator_; }
  bool overflowed() const { return denominator_ == 0; }
  bool is_zero() const { return numerator_ == 0 && !overflowed(); }
  bool is_integer() const { return denominator_ == 1; }
  double ToDouble() const;
  std::string ToString() const;  // "3", "-1/2", "overflow"

  friend Rational operator+(const Rational& a, const Rational& b);
  friend Rational operator-(const Rational& a, const Rational& b);
  friend Rational operator*(const Rational& a, const Rational& b);
  friend Rational operator/(const Rational& a, const Rational& b);
  friend bool operator==(const Rational& a, const Rational& b) {
    return a.numerator_ == b.numerator_ && a.denominator_ == b.denominator_;
  }
  friend bool operator!=(const Rational& a, const Rational& b) { return !(a == b); }
  // An arbitrary but fixed total order when either side overflowed.
  friend bool operator<(const Rational& a, const Rational& b);

 private:
  int64_t numerator_ = 0;
  int64_t denominator_ = 1;
};

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_IR_RATIONAL_H_
