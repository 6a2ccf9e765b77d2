#include "compiler/polynomial_order.h"

#include <algorithm>

namespace plumbline {

bool NeverSmaller(const Polynomial& a, const Polynomial& b, const SymbolTable& symbols) {
  Polynomial difference = a - b;
  // In x = 1 + t the region is where every variable is at least 0, so that coefficients of one sign decide.
  for (const std::string& name : difference.Symbols()) {
    const SymbolTable::Symbol* symbol = symbols.Find(name);
    if (symbol != nullptr && symbol->derived) continue;
    difference = difference.Substitute(name, Polynomial::Symbol(name) + Polynomial(1));
  }
  if (difference.overflowed()) return false;
  return std::all_of(difference.terms().begin(), difference.terms().end(),
                     [](const auto& term) { return term.second.numerator() > 0; });
}

const Polynomial& Larger(const Polynomial& a, const Polynomial& b, const SymbolTable& symbols, const Bindings& sizes) {
  if (NeverSmaller(a, b, symbols)) return a;
  if (NeverSmaller(b, a, symbols)) return b;
  constexpr int64_t kLargeSize = 1 << 20;
  Bindings complete = sizes;
  for (const SymbolTable::Symbol& symbol : symbols.symbols()) {
    if (!symbol.derived) complete.emplace(symbol.name, symbol.bound ? *symbol.bound : kLargeSize);
  }
  const absl::StatusOr<double> value_a = symbols.EvaluateReal(a, complete);
  const absl::StatusOr<double> value_b = symbols.EvaluateReal(b, complete);
  return value_a.ok() && value_b.ok() && *value_b > *value_a ? b : a;
}

}  // namespace plumbline
