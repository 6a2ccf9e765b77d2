// Runs the steps of a graph with bound sizes, node by node, each value in a buffer of its own between guards: a check
// of the ops' lowering that depends on no pass.
#ifndef PLUMBLINE_TESTS_OPS_RUN_LOWERED_H_
#define PLUMBLINE_TESTS_OPS_RUN_LOWERED_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/ir/array.h"
#include "compiler/ir/graph.h"
#include "compiler/runtime/step.h"

namespace plumbline {

struct LoweredRun {
  std::map<std::string, Array> outputs;
  std::vector<StepInfo> steps;
};

// Legalises a copy of the graph first. `layouts` holds the layouts of values that are not row-major; `shared` maps a
// value to the one in whose buffer it lies. Views are copied. Errors: those of the ops, an op without lowering,
// a write outside of a value.
absl::StatusOr<LoweredRun> RunLowered(Graph graph, const std::map<std::string, Array>& sources,
                                      const std::map<ValueId, Layout>& layouts,
                                      const std::map<ValueId, ValueId>& shared);

}  // namespace plumbline

#endif  // PLUMBLINE_TESTS_OPS_RUN_LOWERED_H_
