// Which nodes become constants, and that nothing else does.
#include "compiler/passes/fold_constants.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/compiler/test_graph.h"

namespace plumbline {
namespace {

const Bindings kSizes = {{"B", 2}, {"L", 3}};

class FoldConstantsTest : public testing::Test {
 protected:
  // Folds, compares with the graph before, and says whether anything changed.
  bool Fold() {
    const Graph before = test_.graph();
    const absl::StatusOr<bool> changed = FoldConstants(test_.graph());
    EXPECT_TRUE(changed.ok()) << changed.status();
    ExpectSameResults(before, test_.graph(), kSizes);
    return changed.value_or(false);
  }
  const Node& Producer(int output) {
    return test_.graph().producer(test_.graph().outputs()[output].value);
  }

  TestGraph test_;
};

TEST_F(FoldConstantsTest, FoldsChainsAndKeepsShapesSymbolic) {
  const ValueId c = test_.Constant("B, L", 2);
  const ValueId doubled = test_.Node("scale", {c}, Real("by", 3));
  test_.Input("x", "B, L");
  test_.Output("y", test_.Node("add", {doubled, test_.Constant("L", 0.5)}));
  EXPECT_TRUE(Fold());
  EXPECT_EQ(Producer(0).op->source, SourceKind::kConstant);
  EXPECT_EQ(Producer(0).attributes.real("value"), 6.5);
  EXPECT_EQ(test_.graph().type(test_.graph().outputs()[0].value).shape, ParseShape("B, L"));
  EXPECT_EQ(CountNodes(test_.graph()), 0);
}

TEST_F(FoldConstantsTest, FoldsMovesOfOneNumber) {
  test_.Input("x", "B, L");
  const ValueId c = test_.Constant("B, L", -1.5);
  const ValueId flat = test_.Node("reshape", {c}, {{"shape", AttributeValue(ParseShape("B*L"))}});
  const ValueId wide =
      test_.Node("broadcast_to", {flat}, {{"shape", AttributeValue(ParseShape("4, B*L"))}});
  test_.Output("y", wide);
  EXPECT_TRUE(Fold());
  EXPECT_EQ(CountNodes(test_.graph()), 0);
}

TEST_F(FoldConstantsTest, LeavesResultsThatDependOnTheSizes) {
  test_.Input("x", "B, L");
  const ValueId c = test_.Constant("B, L", 2);
  test_.Output("count", test_.Node("reduce_sum", {c}));
  EXPECT_FALSE(Fold());
}

TEST_F(FoldConstantsTest, LeavesResultsThatAreNotOneNumber) {
  test_.Input("x", "B, L");
  test_.Output("mask", test_.Node("causal_mask", {test_.Constant("L, L", 1)},
                                  {{"fill", AttributeValue(std::string("0"))}}));
  EXPECT_FALSE(Fold());
}

TEST_F(FoldConstantsTest, LeavesResultsThatAreNotFinite) {
  test_.Input("x", "B, L");
  const ValueId root = test_.Node("sqrt", {test_.Constant("L", -1)});
  const ValueId log = test_.Node("log", {test_.Constant("L", 0)});
  test_.Output("inf", log);
  const absl::StatusOr<bool> changed = FoldConstants(test_.graph());
  EXPECT_EQ(changed.value(), false);
  test_.Output("nan", root);
  EXPECT_EQ(FoldConstants(test_.graph()).value(), false);
}

TEST_F(FoldConstantsTest, LeavesNodesWithAnInputThatIsNotConstant) {
  const ValueId x = test_.Input("x", "B, L");
  test_.Output("y", test_.Node("mul", {x, test_.Constant("L", 0)}));
  EXPECT_FALSE(Fold());
}

TEST_F(FoldConstantsTest, LeavesWhatIsTooLargeToTry) {
  test_.Output("y", test_.Node("exp", {test_.Constant("1000, 1000", 0)}));
  EXPECT_EQ(FoldConstants(test_.graph()).value(), false);
}

}  // namespace
}  // namespace plumbline
