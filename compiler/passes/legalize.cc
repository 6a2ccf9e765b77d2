// Rounds over all live nodes until one changes nothing.
#include "compiler/passes/legalize.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ir/verify.h"

namespace plumbline {
namespace {

// A rewrite's result may want another rewrite, a few times over; more means two rules that undo
// each other.
constexpr int kMaximumRounds = 32;

absl::Status Located(const Node& node, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat("legalizing node '", node.name, "' (",
                                                  node.op->name, "): ", status.message()));
}

// The name of the last node that was rewritten in one round, empty if none was.
absl::StatusOr<std::string> Round(Graph& graph) {
  std::string rewritten;
  for (const NodeId id : graph.Order()) {
    const Node node = graph.node(id);  // a copy: a rewrite moves the original
    if (node.op->legalize == nullptr || node.removed) continue;
    const absl::StatusOr<bool> changed = node.op->legalize(graph, id);
    if (!changed.ok()) return Located(node, changed.status());
    if (*changed) rewritten = node.name;
  }
  if (!rewritten.empty()) {
    const absl::Status status = Verify(graph);
    if (!status.ok()) return status;
  }
  return rewritten;
}

}  // namespace

absl::StatusOr<bool> Legalize(Graph& graph) {
  std::string last;
  for (int round = 0; round < kMaximumRounds; ++round) {
    absl::StatusOr<std::string> rewritten = Round(graph);
    if (!rewritten.ok()) return rewritten.status();
    if (rewritten->empty()) return round > 0;
    last = *std::move(rewritten);
  }
  return absl::InternalError(absl::StrCat("legalizing node '", last, "' does not come to an end"));
}

}  // namespace plumbline
