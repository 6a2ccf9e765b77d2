// Puts an expanded model into the order that ExpandedModel promises, so that the order of a file's declarations leaves no
// trace in it.
#ifndef PLUMBLINE_DSL_CANONICAL_ORDER_H_
#define PLUMBLINE_DSL_CANONICAL_ORDER_H_

#include "dsl/expanded_model.h"

namespace plumbline {

// Requires a complete model without cycles: every reference valid, the paths of nodes and the names of inputs different.
void SortCanonically(ExpandedModel& model);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_CANONICAL_ORDER_H_
