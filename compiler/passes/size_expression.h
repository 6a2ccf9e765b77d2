// From the language's expressions to sizes.
#ifndef PLUMBLINE_COMPILER_PASSES_SIZE_EXPRESSION_H_
#define PLUMBLINE_COMPILER_PASSES_SIZE_EXPRESSION_H_

#include <map>
#include <string>

#include "compiler/ir/symbols.h"
#include "dsl/expression.h"

namespace plumbline {

// What names stand for in one scope.
using SizeEnvironment = std::map<std::string, Size>;

// The size an expression (constants folded) stands for. min, max and ceil_div of symbols become derived symbols.
// Errors: a real, a comparison of symbols, an unknown name, a quotient that is no polynomial, overflow.
ExpressionOr<Size> ToSize(const Expression& expression, const SizeEnvironment& environment, SymbolTable& symbols);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_PASSES_SIZE_EXPRESSION_H_
