// What dropout becomes in training and elsewhere.
#include "compiler/passes/resolve_modes.h"

#include <string>
#include <vector>

#include "compiler/ir/mode_context.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"
#include "tests/compiler/test_graph.h"

namespace plumbline {
namespace {

const Bindings kSizes = {{"B", 2}, {"L", 3}};

// exp, dropout of this rate, relu on `shape`.
TestGraph Chain(absl::string_view shape, double rate) {
  TestGraph test;
  const ValueId x = test.Node("exp", {test.Input("x", shape)});
  test.Output("y", test.Node("relu", {test.Named("drop", "dropout", {x}, Real("rate", rate))}));
  return test;
}

const Node* Find(const Graph& graph, absl::string_view op) {
  for (const NodeId id : graph.Order()) {
    if (graph.node(id).op->name == op) return &graph.node(id);
  }
  return nullptr;
}

TEST(ResolveModesTest, DropoutIsTheIdentityOutsideOfTraining) {
  TestGraph test = Chain("B, L", 0.5);
  const Graph before = test.graph();
  EXPECT_TRUE(ResolveModes(test.graph(), {false, "B"}).value());
  EXPECT_EQ(OpSequence(test.graph()), "exp relu");
  EXPECT_EQ(test.graph().FindSource(kRandomInput), kNone);
  ExpectSameResults(before, test.graph(), kSizes);
  EXPECT_FALSE(ResolveModes(test.graph(), {false, "B"}).value());
}

TEST(ResolveModesTest, DropoutMultipliesByAMaskInTraining) {
  TestGraph test = Chain("B, L", 0.5);
  EXPECT_TRUE(ResolveModes(test.graph(), {true, "B"}).value());
  EXPECT_EQ(OpSequence(test.graph()), "exp dropout_mask mul relu");
  const Node* const mask = Find(test.graph(), "dropout_mask");
  ASSERT_NE(mask, nullptr);
  EXPECT_EQ(mask->attributes.text("path"), "drop");
  EXPECT_EQ(mask->name, "drop/mask");
  EXPECT_TRUE(mask->attributes.boolean("batched"));
  EXPECT_EQ(Find(test.graph(), "mul")->name, "drop");
  EXPECT_FALSE(ResolveModes(test.graph(), {true, "B"}).value());
}

TEST(ResolveModesTest, AMaskCountsItemsOnlyWhereAxis0IsTheBatch) {
  for (const char* shape : {"L, B", "L", ""}) {
    TestGraph test = Chain(shape, 0.5);
    ASSERT_TRUE(ResolveModes(test.graph(), {true, "B"}).ok());
    EXPECT_FALSE(Find(test.graph(), "dropout_mask")->attributes.boolean("batched")) << shape;
  }
  TestGraph test = Chain("B, L", 0.5);
  ASSERT_TRUE(ResolveModes(test.graph(), {true, ""}).ok());
  EXPECT_FALSE(Find(test.graph(), "dropout_mask")->attributes.boolean("batched"));
}

TEST(ResolveModesTest, NothingIsDroppedAtRateZero) {
  TestGraph test = Chain("B, L", 0);
  EXPECT_TRUE(ResolveModes(test.graph(), {true, "B"}).value());
  EXPECT_EQ(OpSequence(test.graph()), "exp relu");
}

TEST(ResolveModesTest, SeveralMasksHaveOneSourceOfRandomNumbers) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L");
  const ValueId once = test.Named("first", "dropout", {x}, Real("rate", 0.5));
  test.Output("y", test.Named("second", "dropout", {once}, Real("rate", 0.5)));
  EXPECT_TRUE(ResolveModes(test.graph(), {true, "B"}).value());
  EXPECT_EQ(CountNodes(test.graph(), "dropout_mask"), 2);
  EXPECT_EQ(test.graph().Sources(SourceKind::kInput).size(), 2u);
}

TEST(ResolveModesTest, AModelsOutputMayBecomeAnInput) {
  TestGraph test;
  const ValueId x = test.Input("x", "B, L");
  test.Output("y", test.Named("drop", "dropout", {x}, Real("rate", 0.5)));
  EXPECT_TRUE(ResolveModes(test.graph(), {false, "B"}).value());
  EXPECT_EQ(test.graph().outputs()[0].value, x);
}

TEST(ResolveModesTest, AReplacementOfAnotherTypeIsAnError) {
  std::vector<OpDefinition> ops = AllOps().definitions();
  for (OpDefinition& op : ops) {
    if (op.name != "dropout") continue;
    op.resolve_mode = [](ModeContext& context) -> absl::StatusOr<ValueId> { return context.Random(); };
  }
  const OpRegistry registry(std::move(ops));
  TestGraph test(registry);
  test.Output("y", test.Named("drop", "dropout", {test.Input("x", "L")}, Real("rate", 0.5)));
  EXPECT_EQ(ResolveModes(test.graph(), {true, ""}).status().message(),
            "node 'drop' (dropout): is to become a value of another type");
}

}  // namespace
}  // namespace plumbline
