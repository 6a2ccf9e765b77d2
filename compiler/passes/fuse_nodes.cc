// Rounds over all live nodes until one changes nothing.
#include "compiler/passes/fuse_nodes.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ir/verify.h"

namespace plumbline {
namespace {

// A fused node may be fused again, a few times over; more means two rules that undo each other.
constexpr int kMaximumRounds = 32;

absl::Status Located(const Node& node, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat("fusing node '", node.name, "' (",
                                                  node.op->name, "): ", status.message()));
}

// The name of the last node that was fused in one round, empty if none was.
absl::StatusOr<std::string> Round(Graph& graph) {
  std::string fused;
  for (const NodeId id : graph.Order()) {
    const Node node = graph.node(id);  // a copy: a fusion moves the original
    if (node.op->fuse == nullptr || node.removed) continue;
    const absl::StatusOr<bool> changed = node.op->fuse(graph, id);
    if (!changed.ok()) return Located(node, changed.status());
    if (*changed) fused = node.name;
  }
  if (!fused.empty()) {
    const absl::Status status = Verify(graph);
    if (!status.ok()) return status;
  }
  return fused;
}

}  // namespace

absl::StatusOr<bool> FuseNodes(Graph& graph) {
  std::string last;
  for (int round = 0; round < kMaximumRounds; ++round) {
    absl::StatusOr<std::string> fused = Round(graph);
    if (!fused.ok()) return fused.status();
    if (fused->empty()) return round > 0;
    last = *std::move(fused);
  }
  return absl::InternalError(absl::StrCat("fusing node '", last, "' does not come to an end"));
}

}  // namespace plumbline
