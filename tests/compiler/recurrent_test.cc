// Recurrent layers as models use them: several layers, both directions, from the reference of the whole op to programs.
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "compiler/decode.h"
#include "compiler/ir/evaluate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

constexpr int64_t kBatch = 3, kLength = 4, kIn = 5;

std::unique_ptr<Model> Build(const std::string& layer) {
  const std::string text = R"pb(
language: 1
name: "m"
input { name: "x" dtype: F32 shape: "B, S, 5" }
node { name: "rnn" input: "x" )pb" + layer + R"pb( }
output { name: "y" value: "rnn" }
)pb";
  Diagnostics diagnostics;
  std::optional<Model> model = BuildModel(std::make_shared<const Source>("model", text), AllOps(), {}, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.Render();
  return model ? std::make_unique<Model>(*std::move(model)) : nullptr;
}

std::map<std::string, Array> Sources(const Model& model) {
  std::map<std::string, Array> sources;
  int phase = 0;
  const auto fill = [&](Array array) {
    for (size_t i = 0; i < array.data.size(); ++i) {
      array.data[i] = static_cast<float>(0.6 * std::sin(1.3 * static_cast<double>(i) + 0.7 * phase));
    }
    ++phase;
    return array;
  };
  sources["x"] = fill(Array({kBatch, kLength, kIn}, 0));
  for (const NodeId id : model.graph.Sources(SourceKind::kParameter)) {
    const Node& node = model.graph.node(id);
    sources[node.name] = fill(Array(ConcreteShape(model.graph.type(node.outputs[0]).shape), 0));
  }
  return sources;
}

double Sum(const Model& model, const std::map<std::string, Array>& sources) {
  const auto outputs = Evaluate(model.graph, sources);
  EXPECT_TRUE(outputs.ok()) << outputs.status();
  double sum = 0;
  for (const double value : outputs->at("y").data) sum += value;
  return sum;
}

const char* const kLayers[] = {"lstm { width: \"3\" }",
                               "lstm { width: \"4\" layers: \"2\" bidirectional: \"1\" }",
                               "gru { width: \"3\" layers: \"3\" }",
                               "gru { width: \"2\" bidirectional: \"1\" }",
                               "rnn { width: \"6\" layers: \"2\" bidirectional: \"1\" }"};

// The transformed graph in double, the program in f32, and differences of the whole op's reference.
TEST(Recurrent, ProgramsAndGradientsFollowTheReference) {
  for (const char* layer : kLayers) {
    SCOPED_TRACE(layer);
    const auto model = Build(layer);
    std::map<std::string, Array> sources = Sources(*model);
    CompileOptions options;
    options.gradients = Gradients::kAll;
    const absl::StatusOr<CompiledModel> compiled = Compile(*model, {{"B", kBatch}, {"S", kLength}}, options);
    ASSERT_TRUE(compiled.ok()) << compiled.status();
    auto executor = *Executor::Create(compiled->program, 2);
    for (const ParameterSlot& slot : compiled->program->full->parameters) {
      const Array& array = sources.at(slot.name);
      for (size_t i = 0; i < array.data.size(); ++i) {
        executor->parameters()[slot.offset + static_cast<int64_t>(i)] = static_cast<float>(array.data[i]);
      }
    }
    std::vector<float> x(sources["x"].data.begin(), sources["x"].data.end());
    std::vector<std::vector<float>> results;
    std::vector<void*> outputs;
    for (const ExternalBuffer& output : compiled->program->batch_outputs) {
      results.emplace_back(static_cast<size_t>(ElementCount(output.shape)));
      outputs.push_back(results.back().data());
    }
    std::vector<float> ones(results[0].size(), 1);
    std::vector<const void*> inputs;
    for (const ExternalBuffer& input : compiled->program->batch_inputs) {
      inputs.push_back(input.name == "x" ? x.data() : ones.data());
    }
    const absl::Status status = executor->Run(inputs, outputs);
    ASSERT_TRUE(status.ok()) << status;
    const Array y = Evaluate(model->graph, sources)->at("y");
    for (size_t i = 0; i < y.data.size(); ++i) ASSERT_NEAR(results[0][i], y.data[i], 1e-5) << i;
    const auto check = [&](const std::string& name, const float* gradient) {
      std::vector<double>& data = sources[name].data;
      for (size_t i = 0; i < data.size(); ++i) {
        const double kept = data[i], step = 1e-5;
        data[i] = kept + step;
        const double above = Sum(*model, sources);
        data[i] = kept - step;
        const double difference = (above - Sum(*model, sources)) / (2 * step);
        data[i] = kept;
        ASSERT_NEAR(gradient[i], difference, 2e-4) << name << " " << i;
      }
    };
    for (const ParameterSlot& slot : compiled->program->full->parameters) {
      check(slot.name, executor->gradients() + slot.offset);
    }
    for (size_t i = 0; i < results.size(); ++i) {
      if (compiled->program->batch_outputs[i].name == "grad/x") check("x", results[i].data());
    }
  }
}

TEST(Recurrent, ALayerCountsAsItsNodesDo) {
  const auto model = Build(kLayers[1]);
  const absl::StatusOr<Graph> graph = TransformGraph(*model, CompileOptions());
  ASSERT_TRUE(graph.ok()) << graph.status();
  Polynomial whole, parts;
  for (const NodeId id : model->graph.Order()) {
    const Node& node = model->graph.node(id);
    if (node.op->cost != nullptr) whole += node.op->cost(model->graph.view(id)).operations;
  }
  for (const NodeId id : graph->Order()) {
    const Node& node = graph->node(id);
    if (node.op->cost != nullptr) parts += node.op->cost(graph->view(id)).operations;
  }
  EXPECT_EQ(parts, whole);
}

TEST(Recurrent, StepsCarryTheStateAndOneFromTheEndIsRefused) {
  const auto build = [](const char* layer) {
    const std::string text = std::string(R"pb(
language: 1
name: "m"
batch: "B"
input { name: "tokens" dtype: S64 shape: "B, S" }
node { name: "embed" input: "tokens" embedding { vocab: "5" features: "6" } }
node { name: "rnn" )pb") + layer + R"pb( }
output { name: "y" value: "rnn" }
decode { input: "tokens" symbol: "S" output: "y" }
)pb";
    Diagnostics diagnostics;
    return BuildModel(std::make_shared<const Source>("model", text), AllOps(), {}, diagnostics);
  };
  for (const char* layer : {"lstm { width: \"7\" layers: \"2\" }", "gru { width: \"4\" }", "rnn { width: \"5\" }"}) {
    SCOPED_TRACE(layer);
    const std::optional<Model> model = build(layer);
    const absl::StatusOr<CompiledModel> compiled = Compile(*model, {{"B", 2}, {"S", 5}}, CompileOptions());
    ASSERT_TRUE(compiled.ok()) << compiled.status();
    auto executor = *Executor::Create(compiled->program, 1);
    for (int64_t i = 0; i < compiled->program->full->parameter_floats; ++i) {
      executor->parameters()[i] = 0.5f * std::sin(static_cast<float>(i));
    }
    const std::vector<int64_t> tokens = {0, 3, 1, 4, 2, 2, 2, 0, 1, 3};
    std::vector<float> whole(static_cast<size_t>(ElementCount(compiled->program->batch_outputs[0].shape)));
    ASSERT_TRUE(executor->Run({tokens.data()}, {whole.data()}).ok());
    auto decoder = Decoder::Create(*model, {{{"B", 2}}, 1, 5}, 1, executor->parameters());
    ASSERT_TRUE(decoder.ok()) << decoder.status();
    ASSERT_TRUE((*decoder)->Start({}).ok());
    const int64_t width = (*decoder)->width();
    for (int64_t t = 0; t < 5; ++t) {
      const absl::StatusOr<const float*> y = (*decoder)->Step({tokens[t], tokens[5 + t]});
      ASSERT_TRUE(y.ok()) << y.status();
      for (int64_t row = 0; row < 2; ++row) {
        for (int64_t u = 0; u < width; ++u) {
          ASSERT_NEAR((*y)[row * width + u], whole[(row * 5 + t) * width + u], 1e-6);
        }
      }
    }
  }
  const std::optional<Model> both = build("lstm { width: \"3\" bidirectional: \"1\" }");
  EXPECT_THAT(std::string(TransformForDecoding(*both, CompileOptions()).status().message()),
              testing::HasSubstr("runs from the end"));
}

}  // namespace
}  // namespace plumbline
