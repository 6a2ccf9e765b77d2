// From the expanded model to the typed graph.
#ifndef PLUMBLINE_COMPILER_PASSES_BUILD_GRAPH_H_
#define PLUMBLINE_COMPILER_PASSES_BUILD_GRAPH_H_

#include <optional>

#include "compiler/ir/graph.h"
#include "dsl/diagnostic.h"
#include "dsl/expanded_model.h"

namespace plumbline {

// Evaluates attributes, binds the symbols of function arguments, makes parameters, and infers the type of every value,
// all in one walk, because a function's symbols are bound by the shapes of what is passed to it.
// Nodes and parameters come in the model's canonical order; outputs are the model's outputs, then "loss" (the weighted
// sum; with several losses also "loss/NAME" each), then "metric/NAME".
// Every mistake is reported with its place; nothing is returned if there was one. An op that cannot run yet gets the
// note "not available yet". No size is bound: a shape that only some sizes allow is accepted here.
std::optional<Graph> BuildGraph(const ExpandedModel& model, const OpRegistry& registry, Diagnostics& diagnostics);

// Whether nodes of this op can be lowered.
bool IsAvailable(const OpDefinition& op);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_PASSES_BUILD_GRAPH_H_
