// Which convolutions, relus and pools become one node, with and without gradients, and that nothing
// changes the results.
#include "compiler/passes/fuse_nodes.h"

#include <string>
#include <vector>

#include "compiler/passes/differentiate.h"
#include "gtest/gtest.h"
#include "tests/compiler/test_graph.h"

namespace plumbline {
namespace {

Attributes Conv(int64_t channels) {
  return {{"channels", Size(channels)}, {"kernel", std::vector<Size>{Size(3)}}};
}

class FuseNodesTest : public testing::Test {
 protected:
  ValueId Convolution(ValueId x, int64_t in, int64_t out, const std::string& name) {
    const std::string channels = std::to_string(out);
    const ValueId weight =
        test_.Parameter(name + ".weight", channels + ", " + std::to_string(in) + ", 3, 3");
    return test_.Node("conv2d", {x, weight, test_.Parameter(name + ".bias", channels)}, Conv(out));
  }
  ValueId Relu(ValueId x) { return test_.Node("relu", {x}); }
  ValueId Pool(ValueId x) {
    return test_.Node("max_pool2d", {x}, {{"kernel", std::vector<Size>{Size(2)}}});
  }
  void Differentiate(std::vector<std::string> sources) {
    DifferentiateRequest request;
    request.sources = std::move(sources);
    const absl::StatusOr<bool> changed = plumbline::Differentiate(test_.graph(), request);
    ASSERT_TRUE(changed.ok()) << changed.status();
  }
  // Fuses, compares the results, and says whether anything changed.
  bool Fuse() {
    const Graph before = test_.graph();
    const absl::StatusOr<bool> changed = FuseNodes(test_.graph());
    EXPECT_TRUE(changed.ok()) << changed.status();
    ExpectSameResults(before, test_.graph(), {});
    return changed.value_or(false);
  }
  int Count(const std::string& op) { return CountNodes(test_.graph(), op); }

  TestGraph test_;
  ValueId x_ = test_.Input("x", "2, 1, 9, 8");
};

TEST_F(FuseNodesTest, ConvolutionReluAndPoolAreOneNode) {
  test_.Output("y", Pool(Relu(Convolution(x_, 1, 4, "c"))));
  EXPECT_TRUE(Fuse());
  EXPECT_EQ(OpSequence(test_.graph()), "conv2d_max_pool2d");
}

TEST_F(FuseNodesTest, ConvolutionAndPoolAreOneNode) {
  test_.Output("y", Pool(Convolution(x_, 1, 4, "c")));
  EXPECT_TRUE(Fuse());
  EXPECT_EQ(OpSequence(test_.graph()), "conv2d_max_pool2d");
}

TEST_F(FuseNodesTest, ReluAloneFoldsIntoAPool) {
  test_.Output("y", Pool(Relu(x_)));
  EXPECT_TRUE(Fuse());
  EXPECT_EQ(OpSequence(test_.graph()), "relu_max_pool2d");
}

TEST_F(FuseNodesTest, GradientsReadWinnersOnly) {
  const ValueId first = Pool(Relu(Convolution(x_, 1, 4, "c1")));
  test_.Output("y", Relu(Convolution(first, 4, 3, "c2")));
  Differentiate({"x", "c1.weight", "c1.bias", "c2.weight", "c2.bias"});
  EXPECT_TRUE(Fuse());
  EXPECT_EQ(Count("conv2d_max_pool2d"), 1);
  EXPECT_EQ(Count("conv2d_max_pool2d_weight_gradient"), 1);
  EXPECT_EQ(Count("conv2d_max_pool2d_input_gradient"), 1);
  EXPECT_EQ(Count("max_pool2d_gradient"), 0);
  // The second relu has no pool: its gradient moves into those of the convolution.
  EXPECT_EQ(Count("relu_gradient"), 0);
  EXPECT_EQ(Count("conv2d_weight_gradient"), 1);
  EXPECT_EQ(Count("conv2d_input_gradient"), 1);
  EXPECT_EQ(Count("relu"), 1);
}

TEST_F(FuseNodesTest, AReluThatIsReadElsewhereStays) {
  const ValueId relu = Relu(Convolution(x_, 1, 4, "c"));
  test_.Output("y", Pool(relu));
  test_.Output("z", test_.Node("neg", {relu}));
  Differentiate({"c.weight"});
  Fuse();
  EXPECT_EQ(Count("relu"), 1);
  EXPECT_EQ(Count("max_pool2d"), 1);
  EXPECT_EQ(Count("conv2d"), 1);
}

TEST_F(FuseNodesTest, AnOutputStays) {
  const ValueId convolution = Convolution(x_, 1, 4, "c");
  test_.Output("full", convolution);
  test_.Output("y", Pool(convolution));
  EXPECT_FALSE(Fuse());
}

TEST_F(FuseNodesTest, APoolThatSavesNothingStays) {
  test_.Output("y", test_.Node("max_pool2d", {Convolution(x_, 1, 4, "c")},
                               {{"kernel", std::vector<Size>{Size(3)}},
                                {"stride", std::vector<Size>{Size(1)}},
                                {"padding", std::vector<Size>{Size(1)}}}));
  EXPECT_FALSE(Fuse());
}

}  // namespace
}  // namespace plumbline
