// The values that a call's `set`s give to constants.
#ifndef PLUMBLINE_DSL_CALL_SETTINGS_H_
#define PLUMBLINE_DSL_CALL_SETTINGS_H_

#include <utility>
#include <vector>

#include "dsl/constants.h"
#include "dsl/declarations.h"
#include "dsl/expression.h"
#include "dsl/resolve.h"
#include "dsl/source.h"

namespace plumbline {

struct CallSettings {
  std::vector<Constants::Setting> values;  // those that could be computed
  std::vector<std::pair<SourceLocation, ExpressionError>> errors;  // place of the string
};

// Computed where the call stands, by the caller's `lookup`.
CallSettings EvaluateSettings(const DeclaredCall& call, const ResolvedNode& resolved,
                              const NameLookup& lookup);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_CALL_SETTINGS_H_
