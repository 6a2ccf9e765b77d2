// Which of two polynomials is larger: a maximum over polynomials that is a polynomial again.
#ifndef PLUMBLINE_COMPILER_POLYNOMIAL_ORDER_H_
#define PLUMBLINE_COMPILER_POLYNOMIAL_ORDER_H_

#include "compiler/ir/symbols.h"

namespace plumbline {

// Whether a >= b wherever every input symbol is at least 1 and every derived one at least 0, seen from the signs of
// coefficients alone: true is certain, false means that this shows no order.
bool NeverSmaller(const Polynomial& a, const Polynomial& b, const SymbolTable& symbols);

// The larger of the two. Where neither is never smaller, each is larger for some sizes; then what counts is their
// value at `sizes`, a symbol without a value there standing at its bound, or at 2^20 when it has none. `a` when they
// are equal there, or when that value cannot be computed.
const Polynomial& Larger(const Polynomial& a, const Polynomial& b, const SymbolTable& symbols, const Bindings& sizes);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_POLYNOMIAL_ORDER_H_
