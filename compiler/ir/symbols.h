// The symbols a model's sizes are written in: those that input shapes introduce (B, L, ...), and derived symbols
// for sizes that are no polynomials, such as floor_div(T - 1, 2), each with its definition.
#ifndef PLUMBLINE_COMPILER_IR_SYMBOLS_H_
#define PLUMBLINE_COMPILER_IR_SYMBOLS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/ir/polynomial.h"

namespace plumbline {

// Values of symbols, by name.
using Bindings = std::map<std::string, int64_t>;

// What a derived symbol stands for. Division rounds towards minus infinity or plus infinity.
enum class DerivedKind { kFloorDiv, kCeilDiv, kMin, kMax };

class SymbolTable {
 public:
  struct Symbol {
    std::string name;
    std::optional<int64_t> bound;  // the largest value the model allows, where it states one
    std::optional<DerivedKind> derived;
    Size first, second;  // operands of a derived symbol
  };

  // Adds an input symbol, or tightens the bound of one that is there.
  void Declare(absl::string_view name, std::optional<int64_t> bound);
  // A size defined by two others; a constant if both are, otherwise an interned symbol whose name is its definition.
  // Division by a constant zero overflows.
  Size Derive(DerivedKind kind, const Size& first, const Size& second);

  const Symbol* Find(absl::string_view name) const;
  // Input symbols first in order of declaration, then derived ones.
  const std::vector<Symbol>& symbols() const { return symbols_; }
  std::vector<std::string> Names() const;

  // The exact value of `size`; an error that names the size when a symbol has no value, the result is no
  // integer, or it does not fit 64 bits.
  absl::StatusOr<int64_t> Evaluate(const Size& size, const Bindings& bindings) const;
  // The value in double, for counts beyond 64 bits. Unbound symbols are an error.
  absl::StatusOr<double> EvaluateReal(const Polynomial& polynomial, const Bindings& bindings) const;
  // Replaces every bound symbol by its value; what is unbound stays.
  Size Bind(const Size& size, const Bindings& bindings);
  // The exponent of growth in `symbol` as it becomes large, all other symbols fixed. 0 for the zero polynomial.
  int Degree(const Polynomial& polynomial, absl::string_view symbol) const;

  std::string ToString(const Polynomial& polynomial) const { return polynomial.ToString(Names()); }

 private:
  absl::StatusOr<Rational> Value(const Polynomial& polynomial, const Bindings& bindings) const;

  std::vector<Symbol> symbols_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_IR_SYMBOLS_H_
