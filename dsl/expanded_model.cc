#include "dsl/expanded_model.h"

#include <cstddef>
#include <string>

#include "dsl/diagnostic.h"

namespace plumbline {

CallChain CallChainOf(const ExpandedModel& model, int scope) {
  CallChain chain;
  while (scope > 0) {
    const ExpandedScope& at = model.scopes[static_cast<size_t>(scope)];
    chain.push_back({at.function, at.is_named ? at.path : std::string(), at.location});
    scope = at.parent;
  }
  return chain;
}

}  // namespace plumbline
