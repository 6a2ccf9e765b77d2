// Checks that the functions of a model do not call themselves, however indirectly, and that calls are not nested too
// deep, so that expansion may recurse.
#ifndef PLUMBLINE_DSL_CALL_GRAPH_H_
#define PLUMBLINE_DSL_CALL_GRAPH_H_

#include <vector>

#include "dsl/diagnostic.h"
#include "dsl/resolve.h"
#include "dsl/source.h"

namespace plumbline {

// False when something was reported.
bool CheckCallGraph(const Source& source, const ResolvedModel& model, Diagnostics& diagnostics);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_CALL_GRAPH_H_
