// Polynomial arithmetic on a sorted map from monomials to coefficients.
#include "compiler/ir/polynomial.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"

namespace plumbline {
namespace {

// More terms than any model's sizes have; without a limit, a few lines of text would ask for 2^30.
constexpr size_t kMostTermsOfAProduct = 1000;

Monomial Multiply(const Monomial& a, const Monomial& b) {
  Monomial product;
  auto left = a.begin();
  auto right = b.begin();
  while (left != a.end() || right != b.end()) {
    if (right == b.end() || (left != a.end() && left->first < right->first)) {
      product.push_back(*left++);
    } else if (left == a.end() || right->first < left->first) {
      product.push_back(*right++);
    } else {
      product.emplace_back(left->first, left->second + right->second);
      ++left;
      ++right;
    }
  }
  return product;
}

// a / b where every exponent of b is at most that of a.
std::optional<Monomial> Divide(const Monomial& a, const Monomial& b) {
  Monomial quotient;
  auto right = b.begin();
  for (const auto& [symbol, exponent] : a) {
    int rest = exponent;
    if (right != b.end() && right->first == symbol) rest -= (right++)->second;
    if (rest < 0) return std::nullopt;
    if (rest > 0) quotient.emplace_back(symbol, rest);
  }
  if (right != b.end()) return std::nullopt;
  return quotient;
}

int TotalDegree(const Monomial& monomial) {
  int degree = 0;
  for (const auto& factor : monomial) degree += factor.second;
  return degree;
}

std::string Superscript(int exponent) {
  static constexpr const char* kDigits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string result;
  for (const char digit : absl::StrCat(exponent)) result += kDigits[digit - '0'];
  return result;
}

size_t Rank(const std::string& symbol, const std::vector<std::string>& order) {
  return std::find(order.begin(), order.end(), symbol) - order.begin();
}

// Sorts factors (or compares monomials) by the reader's symbol order.
Monomial InReadingOrder(Monomial monomial, const std::vector<std::string>& order) {
  std::sort(monomial.begin(), monomial.end(), [&](const auto& a, const auto& b) {
    const size_t rank_a = Rank(a.first, order);
    const size_t rank_b = Rank(b.first, order);
    return rank_a != rank_b ? rank_a < rank_b : a.first < b.first;
  });
  return monomial;
}

std::string TermToString(const Monomial& monomial, const Rational& magnitude) {
  std::string text;
  if (monomial.empty() || magnitude != Rational(1)) text = magnitude.ToString();
  for (const auto& [symbol, exponent] : monomial) {
    if (!text.empty()) text += "·";
    text += symbol;
    if (exponent > 1) text += Superscript(exponent);
  }
  return text;
}

}  // namespace

Polynomial::Polynomial(Rational value) {
  if (!value.is_zero()) terms_[{}] = value;
}

Polynomial Polynomial::Symbol(absl::string_view name) {
  Polynomial result;
  result.terms_[{{std::string(name), 1}}] = Rational(1);
  return result;
}

bool Polynomial::overflowed() const {
  return std::any_of(terms_.begin(), terms_.end(), [](const auto& term) { return term.second.overflowed(); });
}

bool Polynomial::is_constant() const {
  return terms_.empty() || (terms_.size() == 1 && terms_.begin()->first.empty());
}

std::optional<int64_t> Polynomial::AsInteger() const {
  if (terms_.empty()) return 0;
  if (!is_constant() || !terms_.begin()->second.is_integer()) return std::nullopt;
  return terms_.begin()->second.numerator();
}

std::optional<std::string> Polynomial::AsSymbol() const {
  if (terms_.size() != 1) return std::nullopt;
  const auto& [monomial, coefficient] = *terms_.begin();
  if (coefficient != Rational(1) || monomial.size() != 1 || monomial[0].second != 1) return std::nullopt;
  return monomial[0].first;
}

std::vector<std::string> Polynomial::Symbols() const {
  std::set<std::string> names;
  for (const auto& term : terms_) {
    for (const auto& factor : term.first) names.insert(factor.first);
  }
  return std::vector<std::string>(names.begin(), names.end());
}

bool Polynomial::Contains(absl::string_view symbol) const {
  for (const auto& term : terms_) {
    for (const auto& factor : term.first) {
      if (factor.first == symbol) return true;
    }
  }
  return false;
}

Polynomial Polynomial::Substitute(absl::string_view symbol, const Polynomial& value) const {
  if (!Contains(symbol)) return *this;
  Polynomial result;
  for (const auto& [monomial, coefficient] : terms_) {
    Polynomial term{coefficient};
    Monomial rest;
    for (const auto& factor : monomial) {
      if (factor.first != symbol) {
        rest.push_back(factor);
        continue;
      }
      for (int i = 0; i < factor.second; ++i) term *= value;
    }
    Polynomial others;
    others.terms_[rest] = Rational(1);
    result += term * others;
  }
  return result;
}

void Polynomial::Add(const Monomial& monomial, const Rational& coefficient) {
  Rational& entry = terms_[monomial];
  entry = entry + coefficient;
  if (entry.is_zero()) terms_.erase(monomial);
}

Polynomial& Polynomial::operator+=(const Polynomial& other) {
  if (&other == this) return *this *= Polynomial(2);
  for (const auto& [monomial, coefficient] : other.terms_) Add(monomial, coefficient);
  return *this;
}

Polynomial& Polynomial::operator*=(const Polynomial& other) { return *this = *this * other; }

Polynomial operator-(const Polynomial& a, const Polynomial& b) { return a + Polynomial(-1) * b; }

Polynomial operator*(const Polynomial& a, const Polynomial& b) {
  Polynomial product;
  const size_t most_terms = std::max({kMostTermsOfAProduct, a.terms_.size(), b.terms_.size()});
  for (const auto& [left, left_coefficient] : a.terms_) {
    for (const auto& [right, right_coefficient] : b.terms_) {
      product.Add(Multiply(left, right), left_coefficient * right_coefficient);
      if (product.terms_.size() > most_terms) return Polynomial(Rational::Overflow());
    }
  }
  return product;
}

std::optional<Polynomial> Polynomial::Divide(const Polynomial& a, const Polynomial& b) {
  if (b.terms_.size() != 1) {
    if (!b.is_zero() && a == b) return Polynomial(1);
    return std::nullopt;
  }
  const auto& [divisor, divisor_coefficient] = *b.terms_.begin();
  Polynomial quotient;
  for (const auto& [monomial, coefficient] : a.terms_) {
    const std::optional<Monomial> rest = plumbline::Divide(monomial, divisor);
    if (!rest) return std::nullopt;
    quotient.Add(*rest, coefficient / divisor_coefficient);
  }
  return quotient;
}

std::string Polynomial::ToString(const std::vector<std::string>& symbol_order) const {
  if (terms_.empty()) return "0";
  std::vector<std::pair<Monomial, Rational>> sorted;
  for (const auto& [monomial, coefficient] : terms_) {
    sorted.emplace_back(InReadingOrder(monomial, symbol_order), coefficient);
  }
  std::sort(sorted.begin(), sorted.end(), [&](const auto& a, const auto& b) {
    const int degree_a = TotalDegree(a.first);
    const int degree_b = TotalDegree(b.first);
    if (degree_a != degree_b) return degree_a > degree_b;
    return std::lexicographical_compare(
        a.first.begin(), a.first.end(), b.first.begin(), b.first.end(), [&](const auto& x, const auto& y) {
          if (x.first == y.first) return x.second > y.second;
          const size_t rank_x = Rank(x.first, symbol_order);
          const size_t rank_y = Rank(y.first, symbol_order);
          return rank_x != rank_y ? rank_x < rank_y : x.first < y.first;
        });
  });
  std::string text;
  for (const auto& [monomial, coefficient] : sorted) {
    const bool negative = coefficient < Rational(0);
    if (text.empty()) {
      if (negative) text += "-";
    } else {
      text += negative ? " - " : " + ";
    }
    text += TermToString(monomial, negative ? Rational(0) - coefficient : coefficient);
  }
  return text;
}

Polynomial Binomial(const Polynomial& n, int64_t k) {
  Polynomial result(1);
  for (int64_t i = 0; i < k; ++i) {
    result *= (n - Polynomial(i)) * Polynomial(Rational::Ratio(1, i + 1));
  }
  return result;
}

}  // namespace plumbline
