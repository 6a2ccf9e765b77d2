// Polynomials with rational coefficients in named symbols ("B", "L", ...): sizes of tensors, operation counts,
// bytes and memory. Symbols are plain names here; what a derived symbol means is known to SymbolTable.
#ifndef PLUMBLINE_COMPILER_IR_POLYNOMIAL_H_
#define PLUMBLINE_COMPILER_IR_POLYNOMIAL_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/ir/rational.h"

namespace plumbline {

// Symbols with their positive exponents, sorted by name. Empty: the constant term.
using Monomial = std::vector<std::pair<std::string, int>>;

class Polynomial {
 public:
  Polynomial() = default;  // zero
  Polynomial(int64_t value) : Polynomial(Rational(value)) {}  // a number is a polynomial
  Polynomial(Rational value);
  static Polynomial Symbol(absl::string_view name);

  // Terms without zero coefficients, in the order of their monomials.
  const std::map<Monomial, Rational>& terms() const { return terms_; }
  bool is_zero() const { return terms_.empty(); }
  // Whether a coefficient did not fit 64 bits or a product had very many terms; such a polynomial has no meaning.
  bool overflowed() const;
  bool is_constant() const;
  // The value when this is an integer constant.
  std::optional<int64_t> AsInteger() const;
  // The symbol's name when this is exactly one symbol.
  std::optional<std::string> AsSymbol() const;
  // Names of the symbols that occur, sorted.
  std::vector<std::string> Symbols() const;
  bool Contains(absl::string_view symbol) const;
  // Replaces a symbol by a polynomial.
  Polynomial Substitute(absl::string_view symbol, const Polynomial& value) const;

  Polynomial& operator+=(const Polynomial& other);
  Polynomial& operator*=(const Polynomial& other);
  friend Polynomial operator+(Polynomial a, const Polynomial& b) { return a += b; }
  friend Polynomial operator-(const Polynomial& a, const Polynomial& b);
  friend Polynomial operator*(const Polynomial& a, const Polynomial& b);
  // Exact quotient when `b` divides `a` as a polynomial with one term (D·L / L, L / 4); nothing otherwise.
  static std::optional<Polynomial> Divide(const Polynomial& a, const Polynomial& b);
  friend bool operator==(const Polynomial& a, const Polynomial& b) { return a.terms_ == b.terms_; }
  friend bool operator!=(const Polynomial& a, const Polynomial& b) { return !(a == b); }

  // "4·B·H·L²·D + 2·L": highest total degree first; symbols in the order of `symbol_order`, others by name.
  std::string ToString(const std::vector<std::string>& symbol_order) const;

 private:
  void Add(const Monomial& monomial, const Rational& coefficient);

  std::map<Monomial, Rational> terms_;
};

// The size of one axis.
using Size = Polynomial;

// Binomial coefficient C(n, k) as a polynomial in n, for a constant k >= 0.
Polynomial Binomial(const Polynomial& n, int64_t k);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_IR_POLYNOMIAL_H_
