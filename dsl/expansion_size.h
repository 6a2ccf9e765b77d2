// How large a model becomes, counted before anything is expanded, so that a small file cannot ask for a huge model.
#ifndef PLUMBLINE_DSL_EXPANSION_SIZE_H_
#define PLUMBLINE_DSL_EXPANSION_SIZE_H_

#include "dsl/constants.h"
#include "dsl/diagnostic.h"
#include "dsl/resolve.h"
#include "dsl/source.h"

namespace plumbline {

// Counts nodes and calls, those that `when` drops included, and every 256 bytes of a node's expressions as one more.
// Reports a model that exceeds kMaxExpandedNodes and then returns false. The work is bounded by the budget, not by the
// size that is counted. Requires model.can_expand.
bool CheckExpansionSize(const Source& source, const ResolvedModel& model, Constants& constants,
                        Diagnostics& diagnostics);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_EXPANSION_SIZE_H_
