#include "dsl/call_settings.h"

#include <cstddef>

#include "dsl/declarations.h"
#include "dsl/expression.h"
#include "dsl/resolve.h"

namespace plumbline {

CallSettings EvaluateSettings(const DeclaredCall& call, const ResolvedNode& resolved,
                              const NameLookup& lookup) {
  CallSettings settings;
  for (size_t i = 0; i < call.sets.size(); ++i) {
    const DeclaredExpression& value = call.sets[i].value;
    if (!value.valid || resolved.set_constants[i] < 0) continue;
    const ExpressionOr<Number> number = EvaluateNumber(value.expression, lookup);
    if (number.ok()) {
      settings.values.emplace_back(resolved.set_constants[i], *number);
    } else {
      settings.errors.emplace_back(value.quote, number.error());
    }
  }
  return settings;
}

}  // namespace plumbline
