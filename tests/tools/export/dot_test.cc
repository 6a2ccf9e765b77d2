// Text for Graphviz: nodes, edges, boxes, quoting.
#include "tools/export/dot.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/tools/export/text_model.h"
#include "tools/export/forward_graph.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Dot(const std::string& body) {
  const Model model = ModelOf(body);
  return DotText(WholeGraph(model, {}).value(), "a \"title\"");
}

TEST(DotText, IsTheWholeGraph) {
  EXPECT_EQ(Dot(R"(
input { name: "x" dtype: F32 shape: "B, 2" }
node { name: "y" input: "x" linear { features: "3" bias: "0" } }
output { name: "z" value: "y" }
)"),
            R"(digraph "a \"title\"" {
  node [shape=box, fontname="sans-serif"];
  "input/x" [label="x\ninput\nF32 [B, 2]", shape=ellipse];
  "y" [label="y\nlinear bias 0, features 3\nweight [3, 2]\nF32 [B, 3]"];
  "output/z" [label="z", shape=ellipse, peripheries=2];
  "input/x" -> "y";
  "y" -> "output/z";
}
)");
}

TEST(DotText, NodesOfOnePathStandInNestedBoxes) {
  const std::string text = Dot(R"(
input { name: "x" dtype: F32 shape: "B" }
node { name: "encoder.block0.act" input: "x" relu {} }
node { name: "encoder.last" input: "encoder.block0.act" tanh {} }
output { name: "y" value: "encoder.last" }
)");
  EXPECT_THAT(text, HasSubstr("  subgraph \"cluster_encoder\" {\n    label=\"encoder\";\n"
                              "    \"encoder.last\" [label=\"last\\ntanh\\nF32 [B]\"];\n"
                              "    subgraph \"cluster_encoder.block0\" {\n      label=\"block0\";\n"
                              "      \"encoder.block0.act\""));
}

TEST(DotText, SharedAndBareParametersAreNodes) {
  const std::string text = Dot(R"text(
input { name: "x" dtype: F32 shape: "B, 2" }
node { name: "a" input: "x" linear { features: "2" } }
node { name: "b" input: "a" parameters_of: "a" linear { features: "2" } }
node { name: "shift" parameter { shape: "2" init: "constant(0)" } }
node { name: "y" input: "b" input: "shift" add {} }
output { name: "y" }
)text");
  EXPECT_THAT(text, HasSubstr("\"a.weight\" -> \"b\";"));
  EXPECT_THAT(text, HasSubstr("\"shift\" -> \"y\";"));
  EXPECT_THAT(text, Not(HasSubstr("input/a.weight")));
}

}  // namespace
}  // namespace plumbline
