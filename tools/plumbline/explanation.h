// What `plumbline explain` finds out about a model, apart from how it is printed.
#ifndef PLUMBLINE_TOOLS_PLUMBLINE_EXPLANATION_H_
#define PLUMBLINE_TOOLS_PLUMBLINE_EXPLANATION_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/compile.h"
#include "compiler/costs.h"

namespace plumbline {

struct ExplainRequest {
  Bindings sizes;         // --at
  std::string symbol;     // --in
  bool gradients = false;
  bool profile = false;
};

struct StepRow {
  StepInfo info;
  double microseconds = 0;  // median of the profile
};

// The plan of one shard program.
struct PlanExplanation {
  std::string shard_reason;
  int64_t shards = 1;
  std::vector<StepRow> steps;
  int64_t activation_bytes = 0;
  int64_t scratch_bytes = 0;
  int64_t planned_bytes = 0;
  bool profiled = false;
  double bare_gigaflops = 0;  // of the bare oneDNN matmul beside the profile
};

struct Growth {
  std::string symbol;
  int operations = 0;
  int bytes = 0;
  int memory = 0;
  std::string memory_node;  // where the asymptotic peak is
  Polynomial memory_polynomial;
};

struct Explanation {
  Graph graph;  // after the passes in symbols
  GraphCosts costs;
  std::optional<NodeCost> peak;  // at the sizes given, when all are
  std::optional<Growth> growth;
  std::optional<PlanExplanation> plan;  // when all sizes are given
};

// Errors: an unknown symbol in the request, sizes that do not fit the model, --profile without all sizes, an op that
// is not available yet when a plan is wanted.
absl::StatusOr<Explanation> Explain(const Model& model, const ExplainRequest& request);

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_PLUMBLINE_EXPLANATION_H_
