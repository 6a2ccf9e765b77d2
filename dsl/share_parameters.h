// Which nodes use the parameters of which, and that no two nodes have the same path. Paths are only known once a model is
// expanded.
#ifndef PLUMBLINE_DSL_SHARE_PARAMETERS_H_
#define PLUMBLINE_DSL_SHARE_PARAMETERS_H_

#include "dsl/diagnostic.h"
#include "dsl/expand.h"

namespace plumbline {

// Reports nodes with equal paths.
void CheckPaths(const ExpandedModel& model, Diagnostics& diagnostics);

// Carries out the requests: sets parameters_of of the nodes to the path of the node whose parameters they finally use. A
// name in a request is looked up beside the node first, then from the top level.
void ShareParameters(Expansion& expansion, Diagnostics& diagnostics);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_SHARE_PARAMETERS_H_
