// Evaluation and growth of sizes whose symbols may be defined by other sizes.
#include "compiler/ir/symbols.h"

#include <algorithm>
#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace plumbline {
namespace {

const char* Name(DerivedKind kind) {
  switch (kind) {
    case DerivedKind::kFloorDiv: return "floor_div";
    case DerivedKind::kCeilDiv: return "ceil_div";
    case DerivedKind::kMin: return "min";
    case DerivedKind::kMax: return "max";
  }
  return "?";
}

Rational Floor(const Rational& value) {
  if (value.overflowed() || value.is_integer()) return value;
  const int64_t quotient = value.numerator() / value.denominator();
  return Rational(value.numerator() < 0 ? quotient - 1 : quotient);
}

Rational Apply(DerivedKind kind, const Rational& a, const Rational& b) {
  if (a.overflowed() || b.overflowed()) return Rational::Overflow();
  switch (kind) {
    case DerivedKind::kFloorDiv: return Floor(a / b);
    case DerivedKind::kCeilDiv: return Rational(0) - Floor(Rational(0) - a / b);
    case DerivedKind::kMin: return std::min(a, b);
    case DerivedKind::kMax: return std::max(a, b);
  }
  return Rational::Overflow();
}

bool HasIntegerCoefficients(const Size& size) {
  return std::all_of(size.terms().begin(), size.terms().end(),
                     [](const auto& term) { return term.second.is_integer(); });
}

}  // namespace

void SymbolTable::Declare(absl::string_view name, std::optional<int64_t> bound) {
  for (Symbol& symbol : symbols_) {
    if (symbol.name != name) continue;
    if (bound && (!symbol.bound || *bound < *symbol.bound)) symbol.bound = bound;
    return;
  }
  Symbol symbol;
  symbol.name = std::string(name);
  symbol.bound = bound;
  symbols_.push_back(std::move(symbol));
}

Size SymbolTable::Derive(DerivedKind kind, const Size& first, const Size& second) {
  if (first.is_constant() && second.is_constant()) {
    const Rational a = first.is_zero() ? Rational(0) : first.terms().begin()->second;
    const Rational b = second.is_zero() ? Rational(0) : second.terms().begin()->second;
    return Size(Apply(kind, a, b));
  }
  if (first == second && (kind == DerivedKind::kMin || kind == DerivedKind::kMax)) return first;
  if (kind == DerivedKind::kFloorDiv || kind == DerivedKind::kCeilDiv) {
    // floor_div(4·L, 2) is 2·L: a quotient with integer coefficients needs no rounding.
    const std::optional<Size> quotient = Size::Divide(first, second);
    if (quotient && HasIntegerCoefficients(*quotient)) return *quotient;
  }
  Symbol symbol;
  symbol.name = absl::StrCat(Name(kind), "(", ToString(first), ", ", ToString(second), ")");
  symbol.derived = kind;
  symbol.first = first;
  symbol.second = second;
  const Size result = Size::Symbol(symbol.name);
  if (Find(symbol.name) == nullptr) symbols_.push_back(std::move(symbol));
  return result;
}

const SymbolTable::Symbol* SymbolTable::Find(absl::string_view name) const {
  for (const Symbol& symbol : symbols_) {
    if (symbol.name == name) return &symbol;
  }
  return nullptr;
}

std::vector<std::string> SymbolTable::Names() const {
  std::vector<std::string> names;
  for (const Symbol& symbol : symbols_) names.push_back(symbol.name);
  return names;
}

absl::StatusOr<Rational> SymbolTable::Value(const Polynomial& polynomial, const Bindings& bindings) const {
  Rational sum;
  for (const auto& [monomial, coefficient] : polynomial.terms()) {
    Rational product = coefficient;
    for (const auto& [name, exponent] : monomial) {
      Rational value;
      const Symbol* symbol = Find(name);
      if (symbol != nullptr && symbol->derived) {
        const absl::StatusOr<Rational> first = Value(symbol->first, bindings);
        if (!first.ok()) return first;
        const absl::StatusOr<Rational> second = Value(symbol->second, bindings);
        if (!second.ok()) return second;
        value = Apply(*symbol->derived, *first, *second);
      } else if (const auto bound = bindings.find(name); bound != bindings.end()) {
        value = Rational(bound->second);
      } else {
        return absl::InvalidArgumentError(absl::StrCat("symbol '", name, "' has no value"));
      }
      for (int i = 0; i < exponent; ++i) product = product * value;
    }
    sum = sum + product;
  }
  return sum;
}

absl::StatusOr<int64_t> SymbolTable::Evaluate(const Size& size, const Bindings& bindings) const {
  const absl::StatusOr<Rational> value = Value(size, bindings);
  if (!value.ok()) return value.status();
  if (value->overflowed()) {
    return absl::InvalidArgumentError(absl::StrCat("the value of ", ToString(size), " does not fit 64 bits"));
  }
  if (!value->is_integer()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the value of ", ToString(size), " is ", value->ToString(), ", not an integer"));
  }
  return value->numerator();
}

absl::StatusOr<double> SymbolTable::EvaluateReal(const Polynomial& polynomial, const Bindings& bindings) const {
  double sum = 0;
  for (const auto& [monomial, coefficient] : polynomial.terms()) {
    double product = coefficient.ToDouble();
    for (const auto& [name, exponent] : monomial) {
      const absl::StatusOr<Rational> value = Value(Polynomial::Symbol(name), bindings);
      if (!value.ok()) return value.status();
      product *= std::pow(value->ToDouble(), exponent);
    }
    sum += product;
  }
  return sum;
}

Size SymbolTable::Bind(const Size& size, const Bindings& bindings) {
  Size result = size;
  for (const std::string& name : size.Symbols()) {
    const Symbol* found = Find(name);
    if (found != nullptr && found->derived) {
      const Symbol symbol = *found;  // Derive may move the table
      const Size bound = Derive(*symbol.derived, Bind(symbol.first, bindings), Bind(symbol.second, bindings));
      result = result.Substitute(name, bound);
    } else if (const auto bound = bindings.find(name); bound != bindings.end()) {
      result = result.Substitute(name, Size(bound->second));
    }
  }
  return result;
}

int SymbolTable::Degree(const Polynomial& polynomial, absl::string_view symbol) const {
  bool first_term = true;
  int degree = 0;
  for (const auto& term : polynomial.terms()) {
    int sum = 0;
    for (const auto& [name, exponent] : term.first) {
      if (name == symbol) {
        sum += exponent;
        continue;
      }
      const Symbol* found = Find(name);
      if (found == nullptr || !found->derived) continue;
      const int a = Degree(found->first, symbol);
      const int b = Degree(found->second, symbol);
      switch (*found->derived) {
        case DerivedKind::kFloorDiv:
        case DerivedKind::kCeilDiv: sum += exponent * std::max(a - b, 0); break;
        case DerivedKind::kMin: sum += exponent * std::min(a, b); break;
        case DerivedKind::kMax: sum += exponent * std::max(a, b); break;
      }
    }
    degree = first_term ? sum : std::max(degree, sum);
    first_term = false;
  }
  return degree;
}

}  // namespace plumbline
