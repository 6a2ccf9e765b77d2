// The initialisers of parameters as they are written: uniform(a, b), normal(mean, std), constant(c). Drawing numbers is
// the runtime's business.
#ifndef PLUMBLINE_DSL_INITIALIZER_H_
#define PLUMBLINE_DSL_INITIALIZER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "dsl/expression.h"

namespace plumbline {

// Finite numbers; a <= b for uniform, b >= 0 for normal.
struct InitializerSpec {
  enum class Kind { kUniform, kNormal, kConstant };
  Kind kind = Kind::kConstant;
  double a = 0;  // lower end, mean, or the constant
  double b = 0;  // upper end, standard deviation; 0 for a constant
};

// The arguments are real expressions over constants; `lookup` gives those. A symbol is an error.
ExpressionOr<InitializerSpec> ParseInitializer(absl::string_view text, const NameLookup& lookup);

// Canonical text, for instance "uniform(-0.1, 0.1)".
std::string ToString(const InitializerSpec& initializer);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_INITIALIZER_H_
