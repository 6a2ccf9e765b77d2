// The driver: rounds of rewrites by ops' definitions, and how it stops. The rewrites themselves are
// tested with the ops.
#include "compiler/passes/legalize.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "ops/all_ops.h"
#include "tests/compiler/test_graph.h"

namespace plumbline {
namespace {

using Rewrite = absl::StatusOr<bool> (*)(Graph&, NodeId);

// The product's ops with one rewrite replaced.
OpRegistry WithRewrite(const std::string& name, Rewrite rewrite) {
  std::vector<OpDefinition> ops = AllOps().definitions();
  for (OpDefinition& op : ops) {
    op.legalize = op.name == name ? rewrite : nullptr;
  }
  return OpRegistry(std::move(ops));
}

// scale(x, by n) for n > 1 becomes scale(x + x, by n / 2).
absl::StatusOr<bool> Halve(Graph& graph, NodeId id) {
  const Node node = graph.node(id);
  const double by = node.attributes.real("by");
  if (by <= 1) return false;
  const absl::StatusOr<ValueId> sum = graph.Add("add", {node.inputs[0], node.inputs[0]}, {});
  if (!sum.ok()) return sum.status();
  const absl::StatusOr<ValueId> half = graph.Add("scale", {*sum}, {{"by", AttributeValue(by / 2)}});
  if (!half.ok()) return half.status();
  graph.ReplaceUses(node.outputs[0], *half);
  return true;
}

TEST(LegalizeTest, RewritesUntilNothingWantsIt) {
  const OpRegistry registry = WithRewrite("scale", Halve);
  TestGraph test(registry);
  const ValueId x = test.Input("x", "3");
  test.Output("y", test.Node("scale", {x}, Real("by", 8)));
  const Graph before = test.graph();
  EXPECT_TRUE(Legalize(test.graph()).value());
  EXPECT_EQ(OpSequence(test.graph()), "add add add scale");
  ExpectSameResults(before, test.graph(), {});
  EXPECT_FALSE(Legalize(test.graph()).value());
}

TEST(LegalizeTest, RewritesWithoutEndAreAnError) {
  const OpRegistry registry =
      WithRewrite("relu", [](Graph& graph, NodeId id) -> absl::StatusOr<bool> {
        const Node node = graph.node(id);
        const absl::StatusOr<ValueId> again = graph.Add("relu", {node.inputs[0]}, {});
        if (!again.ok()) return again.status();
        graph.ReplaceUses(node.outputs[0], *again);
        graph.mutable_node(graph.value(*again).producer).name = node.name;
        return true;
      });
  TestGraph test(registry);
  test.Output("y", test.Named("act", "relu", {test.Input("x", "3")}, {}));
  EXPECT_EQ(Legalize(test.graph()).status().message(),
            "legalizing node 'act' does not come to an end");
}

TEST(LegalizeTest, ErrorsOfARewriteNameTheNode) {
  const OpRegistry registry = WithRewrite("relu", [](Graph&, NodeId) -> absl::StatusOr<bool> {
    return absl::UnimplementedError("no fast form");
  });
  TestGraph test(registry);
  test.Output("y", test.Named("act", "relu", {test.Input("x", "3")}, {}));
  EXPECT_EQ(Legalize(test.graph()).status(),
            absl::UnimplementedError("legalizing node 'act' (relu): no fast form"));
}

TEST(LegalizeTest, ARewriteThatBreaksTheGraphIsAnError) {
  const OpRegistry registry =
      WithRewrite("relu", [](Graph& graph, NodeId id) -> absl::StatusOr<bool> {
        graph.mutable_node(id).inputs.clear();
        return true;
      });
  TestGraph test(registry);
  test.Output("y", test.Named("act", "relu", {test.Input("x", "3")}, {}));
  EXPECT_EQ(Legalize(test.graph()).status().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace plumbline
