// The structure of exported files: what onnx's checker and runtimes demand, and that names and shapes are the model's.
// That the numbers are right is checked by hand with tests/peers/onnx_export.py.
#include "tools/export/onnx_file.h"

#include <cstring>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"
#include "tests/tools/export/text_model.h"
#include "tools/export/forward_graph.h"
#include "tools/export/onnx.pb.h"
#include "tools/export/onnx_ops.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

onnx::ModelProto Parse(const absl::StatusOr<std::string>& bytes) {
  onnx::ModelProto file;
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  if (bytes.ok()) {
    EXPECT_TRUE(file.ParseFromString(*bytes));
  }
  return file;
}

onnx::ModelProto Export(const Model& model, const Bindings& sizes, const ParameterValues* weights) {
  const absl::StatusOr<Graph> graph = ForwardGraph(model, sizes);
  if (!graph.ok()) return Parse(graph.status());
  return Parse(OnnxFile(model, *graph, weights));
}

absl::Status ErrorOf(const Model& model, const Bindings& sizes) {
  const absl::StatusOr<Graph> graph = ForwardGraph(model, sizes);
  return graph.ok() ? OnnxFile(model, *graph, nullptr).status() : graph.status();
}

std::vector<std::string> OpTypes(const onnx::ModelProto& file) {
  std::vector<std::string> types;
  for (const onnx::NodeProto& node : file.graph().node()) types.push_back(node.op_type());
  return types;
}

const onnx::NodeProto& NodeNamed(const onnx::ModelProto& file, const std::string& name) {
  for (const onnx::NodeProto& node : file.graph().node()) {
    if (node.name() == name) return node;
  }
  ADD_FAILURE() << "no node " << name;
  return onnx::NodeProto::default_instance();
}

std::vector<int64_t> Integers(const onnx::NodeProto& node, const std::string& name) {
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.name() == name) return {attribute.ints().begin(), attribute.ints().end()};
  }
  return {};
}

std::string ShapeText(const onnx::ValueInfoProto& value) {
  std::string text;
  for (const auto& size : value.type().tensor_type().shape().dim()) {
    text += (text.empty() ? "" : ", ") + (size.has_dim_value() ? std::to_string(size.dim_value()) : size.dim_param());
  }
  return text;
}

// Static single assignment in topological order, types everywhere, and outputs that exist.
void ExpectWellFormed(const onnx::ModelProto& file) {
  EXPECT_EQ(file.ir_version(), 8);
  ASSERT_EQ(file.opset_import_size(), 1);
  EXPECT_EQ(file.opset_import(0).version(), 17);
  std::set<std::string> known = {""};  // an optional input that is left out
  const auto define = [&](const std::string& name) { EXPECT_TRUE(known.insert(name).second) << name; };
  for (const onnx::ValueInfoProto& input : file.graph().input()) define(input.name());
  for (const onnx::TensorProto& tensor : file.graph().initializer()) define(tensor.name());
  std::set<std::string> nodes;
  for (const onnx::NodeProto& node : file.graph().node()) {
    EXPECT_TRUE(nodes.insert(node.name()).second) << node.name();
    for (const std::string& input : node.input()) EXPECT_EQ(known.count(input), 1u) << node.name() << ": " << input;
    for (const std::string& output : node.output()) define(output);
    for (const onnx::AttributeProto& attribute : node.attribute()) EXPECT_NE(attribute.type(), 0) << attribute.name();
  }
  for (const onnx::ValueInfoProto& output : file.graph().output()) {
    EXPECT_EQ(known.count(output.name()), 1u) << output.name();
    EXPECT_NE(output.type().tensor_type().elem_type(), 0);
  }
}

TEST(OnnxFile, ShippedModelsAreWellFormed) {
  for (const char* path : {"experiments/octmnist/cnn.textproto", "experiments/attention/softmax.textproto",
                           "experiments/attention/softmax_plain.textproto", "experiments/attention/taylor.textproto",
                           "experiments/attention/taylor_plain.textproto",
                           "experiments/attention/feature_map.textproto",
                           "tests/dsl/examples/speech_recurrent.textproto",
                           "tests/dsl/examples/speech_transformer.textproto"}) {
    SCOPED_TRACE(path);
    const Model model = ModelOfFile(path);
    const bool takes_width = model.graph.symbols().Find("D") != nullptr;
    ExpectWellFormed(Export(model, takes_width ? Bindings{{"D", 8}} : Bindings{}, nullptr));
  }
}

TEST(OnnxFile, MapsTheImageClassifierNodeByNode) {
  const Model model = ModelOfFile("experiments/octmnist/cnn.textproto");
  const onnx::ModelProto file = Export(model, {}, nullptr);
  EXPECT_THAT(OpTypes(file), ElementsAre("Conv", "Relu", "MaxPool", "Conv", "Relu", "MaxPool", "Reshape", "Gemm",
                                         "Relu", "Identity", "Gemm", "Relu", "Gemm", "LogSoftmax", "Identity"));
  const onnx::NodeProto& conv = NodeNamed(file, "conv1");
  EXPECT_THAT(conv.input(), ElementsAre("image", "conv1.weight", "conv1.bias"));
  EXPECT_THAT(Integers(conv, "kernel_shape"), ElementsAre(3, 3));
  EXPECT_THAT(Integers(conv, "pads"), ElementsAre(1, 1, 1, 1));
  EXPECT_EQ(file.graph().input(0).name(), "image");
  EXPECT_EQ(ShapeText(file.graph().input(0)), "B, 1, 28, 28");
  ASSERT_EQ(file.graph().output_size(), 1);
  EXPECT_EQ(file.graph().output(0).name(), "log_probs");
  EXPECT_EQ(ShapeText(file.graph().output(0)), "B, 4");
  EXPECT_EQ(file.metadata_props(0).value(), model.identity);
}

TEST(OnnxFile, SizesGivenAreNumbers) {
  const Model model = ModelOfFile("experiments/octmnist/cnn.textproto");
  EXPECT_EQ(ShapeText(Export(model, {{"B", 8}}, nullptr).graph().output(0)), "8, 4");
  EXPECT_THAT(std::string(ErrorOf(model, {{"C", 8}}).message()), HasSubstr("no symbol 'C'; its symbols are B"));
  // Some symbols may stay, and no size may become impossible.
  const Model windows = ModelOf(R"(
input { name: "x" dtype: F32 shape: "B, 2, H, W" }
node { name: "y" input: "x" max_pool2d { kernel: "3" stride: "2" } }
output { name: "y" }
)");
  EXPECT_EQ(ShapeText(Export(windows, {{"H", 9}, {"W", 8}}, nullptr).graph().output(0)), "B, 2, 4, 3");
  EXPECT_THAT(std::string(ErrorOf(windows, {{"H", 2}}).message()), HasSubstr("--at: node 'y' (max_pool2d) would have"));
  EXPECT_THAT(std::string(ErrorOf(windows, {{"B", 1}, {"H", 2}, {"W", 8}}).message()), HasSubstr("node 'y'"));
}

constexpr char kLinear[] = R"(
input { name: "x" dtype: F32 shape: "B, 2" }
node { name: "y" input: "x" linear { features: "1" } }
output { name: "y" }
)";

TEST(OnnxFile, WeightsAreInitialisersAndOtherwiseInputs) {
  const Model model = ModelOf(kLinear);
  const ParameterValues weights = {{"y.weight", {0.5f, -2}}, {"y.bias", {3}}};
  const onnx::ModelProto with = Export(model, {}, &weights);
  ASSERT_EQ(with.graph().initializer_size(), 2);
  const onnx::TensorProto& weight = with.graph().initializer(0);
  EXPECT_EQ(weight.name(), "y.weight");
  EXPECT_THAT(weight.dims(), ElementsAre(1, 2));
  const float expected[] = {0.5f, -2};
  ASSERT_EQ(weight.raw_data().size(), sizeof(expected));
  EXPECT_EQ(std::memcmp(weight.raw_data().data(), expected, sizeof(expected)), 0);
  EXPECT_EQ(with.graph().input_size(), 1);

  const onnx::ModelProto without = Export(model, {}, nullptr);
  EXPECT_EQ(without.graph().initializer_size(), 0);
  ASSERT_EQ(without.graph().input_size(), 3);
  EXPECT_EQ(without.graph().input(1).name(), "y.weight");
}

TEST(OnnxFile, SizesThatAreNoNumbersFollowTheInputs) {
  const onnx::ModelProto file = Export(ModelOf(R"(
input { name: "x" dtype: F32 shape: "B, L, 6" }
node { name: "y" input: "x" reshape { shape: "B, 2 * L, 3" } }
output { name: "y" }
)"), {}, nullptr);
  ExpectWellFormed(file);
  EXPECT_THAT(OpTypes(file), ElementsAre("Shape", "Shape", "Mul", "Concat", "Reshape"));
  EXPECT_EQ(ShapeText(file.graph().output(0)), "B, 2·L, 3");
  // One unknown size needs no arithmetic.
  EXPECT_THAT(OpTypes(Export(ModelOf(R"(
input { name: "x" dtype: F32 shape: "B, 2, 3" }
node { name: "y" input: "x" reshape { shape: "B, 6" } }
output { name: "y" }
)"), {}, nullptr)), ElementsAre("Reshape"));
}

// ONNX's gates are i, o, f, c and z, r, h.
TEST(OnnxFile, GatesOfRecurrentLayersAreReordered) {
  const std::map<std::string, std::vector<int64_t>> orders = {{"lstm", {0, 6, 2, 4}}, {"gru", {2, 0, 4}}};
  for (const auto& [op, order] : orders) {
    const onnx::ModelProto file = Export(ModelOf("input { name: \"x\" dtype: F32 shape: \"B, S, 3\" }\n"
                                                 "node { name: \"y\" input: \"x\" " + op + " { width: \"2\" } }\n"
                                                 "output { name: \"y\" }\n"), {}, nullptr);
    ExpectWellFormed(file);
    std::map<std::string, int64_t> numbers;
    for (const onnx::TensorProto& tensor : file.graph().initializer()) {
      int64_t first = 0;
      std::memcpy(&first, tensor.raw_data().data(), sizeof(first));
      numbers[tensor.name()] = first;
    }
    std::vector<int64_t> begins;
    for (const onnx::NodeProto& node : file.graph().node()) {
      if (node.op_type() == "Slice" && node.input(0) == "y.weight_ih_l0") begins.push_back(numbers[node.input(1)]);
    }
    EXPECT_EQ(begins, order) << op;
  }
}

TEST(OnnxFile, OutputsKeepTheirNamesBesideNodesOfTheSameName) {
  const onnx::ModelProto file = Export(ModelOf(R"(
input { name: "x" dtype: F32 shape: "B" }
node { name: "a" input: "x" relu {} }
node { name: "b" input: "a" tanh {} }
output { name: "a" value: "b" }
)"), {}, nullptr);
  ExpectWellFormed(file);
  EXPECT_EQ(file.graph().output(0).name(), "a");
  EXPECT_EQ(file.graph().node(0).output(0), "a/value");
  EXPECT_THAT(std::string(ErrorOf(ModelOf(R"(
input { name: "x" dtype: F32 shape: "B" }
node { name: "b" input: "x" tanh {} }
output { name: "x" value: "b" }
)"), {}).message()), HasSubstr("model.textproto:6:16: error: export of output 'x'"));
}

TEST(OnnxFile, MistakesHaveTheirPlaces) {
  const absl::Status status = ErrorOf(ModelOfFile("experiments/attention/taylor_plain.textproto"), {});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("taylor_plain.textproto:12:33: error: export of taylor_features 'phi_q': its width must be"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("taylor_plain.textproto:13:33"));
}

TEST(OnnxOps, NamesOpsOfTheLanguageOnly) {
  EXPECT_EQ(FindOnnxMapping("nothing"), nullptr);
  for (const OnnxMappings& part : {OnnxElementwiseOps(), OnnxMovingOps(), OnnxLayerOps(), OnnxAttentionOps()}) {
    for (const auto& mapping : part) EXPECT_NE(AllOps().Find(mapping.first), nullptr) << mapping.first;
  }
}

TEST(NetronFile, HasOneNodeAnOpWithItsCosts) {
  const Model model = ModelOfFile("experiments/octmnist/cnn.textproto");
  const absl::StatusOr<Graph> graph = WholeGraph(model, {});
  ASSERT_TRUE(graph.ok());
  const onnx::ModelProto file = Parse(NetronFile(model, *graph, nullptr));
  const onnx::NodeProto& conv = NodeNamed(file, "conv1");
  EXPECT_EQ(conv.op_type(), "conv2d");
  EXPECT_EQ(conv.domain(), "plumbline");
  EXPECT_THAT(conv.doc_string(), HasSubstr("operations: 119168·B"));
  EXPECT_EQ(NodeNamed(file, "loss/nll").op_type(), "negative_log_likelihood");
  EXPECT_EQ(file.graph().initializer(0).name(), "conv1.weight");
  EXPECT_FALSE(file.graph().initializer(0).has_raw_data());
}

}  // namespace
}  // namespace plumbline
