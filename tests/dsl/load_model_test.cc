// What a model file means: constants, `when`, implicit inputs, functions, repetition, sharing, what stands beside the graph.
// Its mistakes are in bad_test.cc.
#include "dsl/load_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsl/diagnostic.h"
#include "dsl/expanded_model.h"
#include "dsl/expression.h"
#include "dsl/load_options.h"
#include "tests/dsl/bad_case.h"
#include "tests/dsl/load.h"

namespace plumbline {
namespace {

using testing::HasSubstr;

// Loads a model that has to be free of errors and warnings.
ExpandedModel LoadClean(const std::string& text, const std::vector<ConstantOverride>& overrides) {
  Loaded loaded = Load(text, overrides);
  EXPECT_EQ(loaded.diagnostics, "");
  EXPECT_TRUE(loaded.model.has_value());
  return loaded.model.has_value() ? *loaded.model : ExpandedModel();
}

ExpandedModel LoadClean(const std::string& text) { return LoadClean(text, {}); }

std::string ExampleText(const std::string& name) {
  return ReadFileOrEmpty(absl::StrCat("tests/dsl/examples/", name, ".textproto"));
}

TEST(ExamplesTest, LoadWithoutDiagnostics) {
  EXPECT_EQ(LoadClean(ExampleText("cnn")).nodes.size(), 14u);
  EXPECT_EQ(LoadClean(ExampleText("taylor_plain")).nodes.size(), 6u);
  EXPECT_EQ(LoadClean(ExampleText("speech_recurrent")).nodes.size(), 82u);
  EXPECT_EQ(LoadClean(ExampleText("speech_transformer")).nodes.size(), 91u);
}

TEST(ExamplesTest, LoadWithTheirOtherSettings) {
  EXPECT_EQ(LoadClean(ExampleText("cnn"), {{"no_maxpool", "1", ""}}).nodes.size(), 12u);
  EXPECT_EQ(LoadClean(ExampleText("taylor_plain"), {{"causal", "1", ""}}).nodes.size(), 7u);
  const std::vector<ConstantOverride> published = {
      {"outer_norm", "0", ""}, {"gelu_tanh", "0", ""}, {"blocks", "2", ""}};
  const ExpandedModel speech = LoadClean(ExampleText("speech_recurrent"), published);
  EXPECT_EQ(InputsOf(speech, "encoder.block1.att_norm"), "encoder.block0.mlp_sum");
  EXPECT_EQ(InputsOf(speech, "encoder.block1.mlp_norm"), "encoder.block1.att_sum");
  EXPECT_EQ(AttributeOf(speech, "encoder.act1", "tanh"), "0");
}

TEST(ExamplesTest, ACallWithoutANameAddsNoPathComponent) {
  const ExpandedModel speech = LoadClean(ExampleText("speech_transformer"));
  for (const char* path :
       {"encoder.block3.mlp_norm", "encoder.block3.mlp.fc1", "decoder.cross.att.query",
        "decoder.self_att.att.key", "decoder.position", "decoder.classifier"}) {
    EXPECT_EQ(NodeAt(speech, path).path, path);
  }
  EXPECT_EQ(AttributeOf(speech, "decoder.self_att.att.mix", "causal"), "1");
  EXPECT_EQ(AttributeOf(speech, "decoder.cross.att.mix", "causal"), "0");
  EXPECT_EQ(AttributeOf(speech, "decoder.cross.att.mix", "scale"), "0.1");
  EXPECT_EQ(AttributeOf(speech, "decoder.first", "end"), "S");
}

TEST(LoadModelTest, AnOmittedInputIsTheNearestEarlierSurvivor) {
  const std::string text = Model(R"pb(
      const { name: "on" value: "1" }
      node { name: "a" input: "x" relu {} }
      node { name: "b" when: "on" tanh {} }
      node { name: "y" exp {} })pb");
  EXPECT_EQ(InputsOf(LoadClean(text), "y"), "b");
  EXPECT_EQ(InputsOf(LoadClean(text, {{"on", "0", ""}}), "y"), "a");
}

TEST(LoadModelTest, ADroppedNameStandsForItsFirstInput) {
  const ExpandedModel model = LoadClean(Model(R"pb(
      node { name: "a" input: "x" relu {} }
      node { name: "gone" input: "a" input: "x" when: "0" add {} }
      node { name: "too" input: "gone" when: "0" tanh {} }
      node { name: "y" input: "too" input: "x" add {} })pb"));
  EXPECT_EQ(InputsOf(model, "y"), "a x");
}

TEST(LoadModelTest, OutputsAndLossesMayNameDroppedNodes) {
  const ExpandedModel model = LoadClean(R"pb(
      language: 1
      input { name: "x" dtype: F32 shape: "B, 10" }
      node { name: "a" input: "x" relu {} }
      node { name: "y" when: "0" tanh {} }
      node { name: "z" when: "0" exp {} }
      node { name: "w" when: "0" exp {} }
      output { name: "y" }
      loss { name: "l" mean_squared_error { prediction: "z" target: "x" } }
      metric { name: "m" accuracy { scores: "w" label: "x" } })pb");
  EXPECT_EQ(NameOf(model, model.outputs.at(0).value), "a");
  EXPECT_EQ(NameOf(model, model.losses.at(0).node.inputs.at(0)), "a");
  EXPECT_EQ(NameOf(model, model.metrics.at(0).node.inputs.at(0)), "a");
}

TEST(LoadModelTest, OfSeveralDroppedNodesOfANameTheLastOneCounts) {
  const ExpandedModel model = LoadClean(Model(R"pb(
      node { name: "a" input: "x" relu {} }
      node { name: "b" input: "x" tanh {} }
      node { name: "n" input: "a" when: "0" exp {} }
      node { name: "n" input: "b" when: "0" exp {} }
      node { name: "y" input: "n" input: "a" add {} })pb"));
  EXPECT_EQ(InputsOf(model, "y"), "b a");
}

TEST(LoadModelTest, WhenChoosesBetweenNodesOfOneName) {
  const std::string text = Model(R"pb(
      const { name: "kind" value: "1" }
      node { name: "act" input: "x" when: "kind == 1" relu {} }
      node { name: "act" input: "x" when: "kind == 2" tanh {} }
      node { name: "y" input: "act" exp {} })pb");
  EXPECT_EQ(NodeAt(LoadClean(text), "act").op, "relu");
  EXPECT_EQ(NodeAt(LoadClean(text, {{"kind", "2", ""}}), "act").op, "tanh");
  EXPECT_EQ(InputsOf(LoadClean(text, {{"kind", "3", ""}}), "y"), "x");
}

TEST(LoadModelTest, ABareNumberOfWhenMeansNotZero) {
  for (const char* condition : {"2", "-1", "0.5", "!0", "1 < 2"}) {
    const std::string text = absl::StrCat("node { name: \"y\" input: \"x\" when: \"", condition,
                                          "\" relu {} }");
    EXPECT_EQ(LoadClean(Model(text)).nodes.size(), 1u) << condition;
  }
}

TEST(LoadModelTest, DeclarationsMayStandInAnyOrder) {
  const ExpandedModel model = LoadClean(R"pb(
      output { name: "y" }
      node { name: "y" input: "b" relu {} }
      node { name: "b" input: "x" call { function: "f" } }
      function { name: "f" output: "n" arg { name: "a" shape: "B, size" }
                 node { name: "n" input: "m" relu {} } node { name: "m" input: "a" relu {} } }
      const { name: "size" value: "half * 2" }
      const { name: "half" value: "5" }
      input { name: "x" dtype: F32 shape: "B, size" }
      language: 1)pb");
  EXPECT_EQ(Paths(model), "b.m b.n y");
}

TEST(LoadModelTest, ConstantsAreIntegersOrRealsAndMadeOfOthers) {
  const ExpandedModel model = LoadClean(Model(R"pb(
      const { name: "width" value: "2 * half" }
      const { name: "half" value: "100" }
      const { name: "rate" value: "half / 400.0" }
      const { name: "unused" value: "1" }
      node { name: "a" input: "x" linear { features: "width / 8" bias: "rate < 0.5" } }
      node { name: "b" dropout { rate: "rate" } }
      node { name: "y" scale { by: "1 / sqrt(half)" } })pb"));
  EXPECT_EQ(AttributeOf(model, "a", "features"), "25");
  EXPECT_EQ(AttributeOf(model, "a", "bias"), "1");
  EXPECT_EQ(AttributeOf(model, "b", "rate"), "0.25");
  EXPECT_EQ(AttributeOf(model, "y", "by"), "0.1");
}

TEST(LoadModelTest, OverridesReplaceConstantsAndWhatIsMadeOfThem) {
  const std::string text = Model(R"pb(
      const { name: "width" value: "10" }
      const { name: "double" value: "width * 2" }
      node { name: "y" input: "x" linear { features: "double" } })pb");
  EXPECT_EQ(AttributeOf(LoadClean(text, {{"width", "7", ""}}), "y", "features"), "14");
  EXPECT_EQ(AttributeOf(LoadClean(text, {{"width", "7", ""}, {"double", "width", ""}}), "y",
                        "features"),
            "7");
  EXPECT_EQ(AttributeOf(LoadClean(text, {{"width", "7", ""}, {"width", "8", ""}}), "y", "features"),
            "16");
}

TEST(LoadModelTest, SetReachesTheBodyAndTheCallsInsideIt) {
  const ExpandedModel model = LoadClean(Model(R"pb(
      const { name: "width" value: "10" }
      const { name: "half" value: "width / 2" }
      function { name: "inner" arg { name: "a" }
                 node { name: "n" input: "a" linear { features: "half" } } }
      function { name: "outer" arg { name: "a" }
                 node { name: "one" input: "a" call { function: "inner" } }
                 node { name: "two" call { function: "inner" set { name: "half" value: "half + 1" } } } }
      node { name: "plain" input: "x" call { function: "outer" } }
      node { name: "y" call { function: "outer" set { name: "width" value: "width * 10" } } })pb"));
  EXPECT_EQ(AttributeOf(model, "plain.one.n", "features"), "5");
  EXPECT_EQ(AttributeOf(model, "plain.two.n", "features"), "6");
  EXPECT_EQ(AttributeOf(model, "y.one.n", "features"), "50");
  EXPECT_EQ(AttributeOf(model, "y.two.n", "features"), "51");
}

TEST(LoadModelTest, SettingsDecideWhenAndRepeatInside) {
  const ExpandedModel model = LoadClean(Model(R"pb(
      const { name: "depth" value: "1" }
      const { name: "norm" value: "0" }
      function { name: "layer" arg { name: "a" }
                 node { name: "fc" input: "a" linear { features: "10" } }
                 node { name: "norm" when: "norm" layer_norm {} } }
      function { name: "stack" arg { name: "a" }
                 node { name: "l" input: "a" call { function: "layer" repeat: "depth" } } }
      node { name: "y" input: "x" call { function: "stack"
             set { name: "depth" value: "2" } set { name: "norm" value: "1" } } })pb"));
  EXPECT_EQ(Paths(model), "y.l0.fc y.l0.norm y.l1.fc y.l1.norm");
}

TEST(LoadModelTest, RepeatFeedsEachInstanceTheResultOfTheOneBefore) {
  const ExpandedModel model = LoadClean(Model(R"pb(
      function { name: "f" arg { name: "a" } arg { name: "m" }
                 node { name: "n" input: "a" input: "m" add {} } }
      node { name: "m" input: "x" relu {} }
      node { name: "b" input: "x" input: "m" call { function: "f" repeat: "11" } }
      node { name: "y" input: "b" relu {} })pb"));
  EXPECT_EQ(InputsOf(model, "b0.n"), "x m");
  EXPECT_EQ(InputsOf(model, "b1.n"), "b0.n m");
  EXPECT_EQ(InputsOf(model, "b10.n"), "b9.n m");
  EXPECT_EQ(InputsOf(model, "y"), "b10.n");
}

TEST(LoadModelTest, AFunctionsOutputIsItsLastNodeOrTheNamedOne) {
  const ExpandedModel model = LoadClean(Model(R"pb(
      function { name: "last" arg { name: "a" } node { name: "n" input: "a" relu {} }
                 node { name: "gone" when: "0" tanh {} } }
      function { name: "named" arg { name: "a" } output: "n" node { name: "n" input: "a" relu {} }
                 node { name: "m" when: "0" tanh {} } }
      function { name: "wrap" arg { name: "a" } node { input: "a" call { function: "last" } } }
      function { name: "argument" arg { name: "a" } output: "a"
                 node { name: "n" input: "a" when: "0" relu {} } }
      node { name: "p" input: "x" call { function: "last" } }
      node { name: "q" call { function: "wrap" } }
      node { name: "r" call { function: "argument" } }
      node { name: "s" call { function: "named" } }
      node { name: "y" exp {} })pb"));
  EXPECT_EQ(InputsOf(model, "q.n"), "p.n");
  EXPECT_EQ(InputsOf(model, "s.n"), "q.n") << "the output may be an argument";
  EXPECT_EQ(InputsOf(model, "y"), "s.n");
}

TEST(LoadModelTest, ADroppedCallStandsForItsFirstInput) {
  const ExpandedModel model = LoadClean(Model(R"pb(
      function { name: "f" arg { name: "a" } node { name: "n" input: "a" relu {} } }
      node { name: "a" input: "x" tanh {} }
      node { name: "c" when: "0" call { function: "f" repeat: "3" } }
      node { name: "y" input: "c" exp {} })pb"));
  EXPECT_EQ(Paths(model), "a y");
  EXPECT_EQ(InputsOf(model, "y"), "a");
}

TEST(LoadModelTest, NamesOfDifferentKindsAndScopesDoNotCollide) {
  const ExpandedModel model = LoadClean(R"pb(
      language: 1
      const { name: "n" value: "3" }
      input { name: "x" dtype: F32 shape: "B, 10" }
      input { name: "t" dtype: F32 shape: "B, 10" }
      function { name: "n" arg { name: "x" } node { name: "n" input: "x" linear { features: "n" } } }
      node { name: "n" input: "x" call { function: "n" } }
      output { name: "n" }
      loss { name: "n" mean_squared_error { prediction: "n" target: "t" } })pb");
  EXPECT_EQ(AttributeOf(model, "n.n", "features"), "3");
}

TEST(LoadModelTest, PatternsBindLocalSymbolsAndCheckConstants) {
  const ExpandedModel model = LoadClean(Model(R"pb(
      const { name: "width" value: "10" }
      function { name: "f" arg { name: "a" shape: "N, width" } arg { name: "b" shape: "N, M, 2 * M, width / 2" }
                 arg { name: "c" }
                 node { name: "n" input: "a" input: "b" add {} }
                 node { name: "o" input: "c" slice { axis: "0" begin: "M" end: "N + width" } }
                 node { name: "p" input: "n" input: "o" add {} } }
      node { name: "y" input: "x" input: "x" input: "x" call { function: "f" } })pb"));
  ASSERT_EQ(model.scopes.size(), 2u);
  const ExpandedScope& scope = model.scopes[1];
  EXPECT_EQ(scope.path, "y");
  EXPECT_EQ(scope.parent, 0);
  ASSERT_EQ(scope.bindings.size(), 3u);
  EXPECT_TRUE(scope.bindings[0].pattern[0].binds);
  EXPECT_EQ(scope.bindings[0].pattern[0].name, "N");
  EXPECT_FALSE(scope.bindings[0].pattern[1].binds);
  EXPECT_EQ(ToString(scope.bindings[0].pattern[1].check), "10");
  EXPECT_FALSE(scope.bindings[1].pattern[0].binds) << "bound by the first argument";
  EXPECT_EQ(ToString(scope.bindings[1].pattern[0].check), "N");
  EXPECT_TRUE(scope.bindings[1].pattern[1].binds);
  EXPECT_EQ(ToString(scope.bindings[1].pattern[2].check), "2 * M");
  EXPECT_EQ(ToString(scope.bindings[1].pattern[3].check), "5");
  EXPECT_FALSE(scope.bindings[2].has_pattern);
  EXPECT_EQ(AttributeOf(model, "y.o", "end"), "N + 10");
  EXPECT_EQ(NodeAt(model, "y.o").scope, 1);
}

TEST(LoadModelTest, InputsKeepSymbolsBoundsAndExpressions) {
  const ExpandedModel model = LoadClean(R"pb(
      language: 1
      const { name: "longest" value: "1000" }
      input { name: "x" dtype: U8 shape: "B, T<=2 * longest, 2 * T, longest" }
      input { name: "s" dtype: F32 shape: "" }
      node { name: "y" input: "x" input: "s" mul {} }
      output { name: "y" })pb");
  ASSERT_EQ(model.inputs.size(), 2u);
  EXPECT_EQ(model.inputs[0].name, "s");
  EXPECT_TRUE(model.inputs[0].shape.empty());
  const std::vector<InputDimension>& shape = model.inputs[1].shape;
  EXPECT_EQ(model.inputs[1].dtype, InputDType::kU8);
  EXPECT_EQ(ToString(shape[1].size), "T");
  EXPECT_EQ(shape[1].bound, std::optional<int64_t>(2000));
  EXPECT_EQ(ToString(shape[2].size), "2 * T");
  EXPECT_EQ(ToString(shape[3].size), "1000");
}

TEST(LoadModelTest, TheBatchSymbolIsNamedOrLeadsEveryInput) {
  const auto batch = [](const std::string& head, const std::string& a, const std::string& b) {
    return LoadClean(absl::StrCat("language: 1 ", head, " input { name: 'a' dtype: F32 shape: '", a,
                                  "' } input { name: 'b' dtype: F32 shape: '", b,
                                  "' } node { name: 'y' input: 'a' input: 'b' add {} } output { name: 'y' }"))
        .batch;
  };
  EXPECT_EQ(batch("", "B, 10", "B, L"), "B");
  EXPECT_EQ(batch("", "B, 10", "10"), "");
  EXPECT_EQ(batch("", "10, B", "10, B"), "");
  EXPECT_EQ(batch("", "N, B", "B"), "");
  EXPECT_EQ(batch("batch: 'N'", "B, N", "B"), "N");
  EXPECT_EQ(batch("const { name: 'B' value: '2' }", "B, N", "B"), "") << "a constant is no symbol";
}

TEST(LoadModelTest, LossesAndMetricsTakeValuesByFieldAndAddUpByWeight) {
  const ExpandedModel model = LoadClean(R"pb(
      language: 1
      const { name: "weight" value: "0.25" }
      input { name: "x" dtype: F32 shape: "B, 10" }
      input { name: "label" dtype: S64 shape: "B" }
      node { name: "s" input: "x" log_softmax {} }
      node { name: "gone" when: "0" relu {} }
      output { name: "s" }
      loss { name: "b" weight: "2 * weight" cross_entropy { label: "label" logits: "gone" label_smoothing: "1 / 10" } }
      loss { name: "a" negative_log_likelihood { label: "label" log_probs: "s" } }
      metric { name: "c" accuracy { scores: "s" label: "label" } })pb");
  ASSERT_EQ(model.losses.size(), 2u);
  EXPECT_EQ(model.losses[0].name, "a");
  EXPECT_EQ(model.losses[0].weight, 1);
  const ExpandedLoss& loss = model.losses[1];
  EXPECT_EQ(loss.weight, 0.5);
  EXPECT_EQ(loss.node.op, "cross_entropy");
  ASSERT_EQ(loss.node.inputs.size(), 2u);
  EXPECT_EQ(NameOf(model, loss.node.inputs[0]), "s") << "logits come first in the op's signature";
  EXPECT_EQ(NameOf(model, loss.node.inputs[1]), "label");
  ASSERT_EQ(loss.node.attributes.size(), 1u);
  EXPECT_EQ(ToString(loss.node.attributes[0].values[0]), "1 / 10")
      << "left to the op, which knows that it is real";
  ASSERT_EQ(model.metrics.size(), 1u);
  EXPECT_EQ(model.metrics[0].node.op, "accuracy");
}

TEST(LoadModelTest, InitialisersAndTextsAreNoExpressions) {
  const ExpandedModel model = LoadClean(Model(R"pb(
      const { name: "bound" value: "0.5" }
      node { name: "p" parameter { shape: "10, 10" init: "uniform(-bound, bound)" } }
      node { name: "a" input: "x" init { name: "weight" value: "constant(0)" }
             init { name: "bias" value: "normal(0, bound)" } linear { features: "10" } }
      node { name: "b" input: "a" input: "p" matmul {} }
      node { name: "y" causal_mask { fill: "-inf" } })pb"));
  const ExpandedNode& parameter = NodeAt(model, "p");
  EXPECT_TRUE(parameter.inputs.empty());
  ASSERT_EQ(parameter.attributes.size(), 2u);
  EXPECT_EQ(parameter.attributes[0].kind, ExpandedAttribute::Kind::kInitializer);
  EXPECT_EQ(ToString(*parameter.attributes[0].initializer), "uniform(-0.5, 0.5)");
  const ExpandedNode& linear = NodeAt(model, "a");
  ASSERT_EQ(linear.inits.size(), 2u);
  EXPECT_EQ(linear.inits[0].parameter, "bias");
  EXPECT_EQ(ToString(linear.inits[0].initializer), "normal(0.0, 0.5)");
  const ExpandedAttribute& fill = NodeAt(model, "y").attributes[0];
  EXPECT_EQ(fill.kind, ExpandedAttribute::Kind::kText);
  EXPECT_EQ(fill.text, "-inf");
}

TEST(LoadModelTest, ANodeSharesByAPathBesideItOrFromTheTop) {
  const ExpandedModel model = LoadClean(Model(R"pb(
      function { name: "f" arg { name: "a" }
                 node { name: "base" input: "a" linear { features: "10" } }
                 node { name: "beside" parameters_of: "base" linear { features: "10" } }
                 node { name: "above" parameters_of: "base.top" linear { features: "10" } }
                 node { name: "chain" parameters_of: "beside" linear { features: "10" } } }
      node { name: "base.top" input: "x" linear { features: "10" } }
      node { name: "g" call { function: "f" } }
      node { name: "y" parameters_of: "g.chain" linear { features: "10" } })pb"));
  EXPECT_EQ(NodeAt(model, "g.base").parameters_of, "");
  EXPECT_EQ(NodeAt(model, "g.beside").parameters_of, "g.base");
  EXPECT_EQ(NodeAt(model, "g.above").parameters_of, "base.top");
  EXPECT_EQ(NodeAt(model, "g.chain").parameters_of, "g.base") << "the end of the chain";
  EXPECT_EQ(NodeAt(model, "y").parameters_of, "g.base");
  EXPECT_FALSE(NodeAt(model, "y").shares_as_part);
}

TEST(LoadModelTest, ARepeatSharesWithItsFirstInstance) {
  const ExpandedModel model = LoadClean(Model(R"pb(
      function { name: "inner" arg { name: "a" } node { name: "w" input: "a" linear { features: "10" } } }
      function { name: "outer" arg { name: "a" }
                 node { name: "i" input: "a" call { function: "inner" repeat: "2" share_parameters: "1" } }
                 node { name: "act" relu {} } }
      node { name: "o" input: "x" call { function: "outer" repeat: "2" share_parameters: "1" } }
      node { name: "p" call { function: "outer" repeat: "2" share_parameters: "0" } }
      node { name: "y" relu {} })pb"));
  EXPECT_EQ(NodeAt(model, "o0.i0.w").parameters_of, "");
  for (const char* path : {"o0.i1.w", "o1.i0.w", "o1.i1.w"}) {
    EXPECT_EQ(NodeAt(model, path).parameters_of, "o0.i0.w") << path;
    EXPECT_TRUE(NodeAt(model, path).shares_as_part);
  }
  EXPECT_EQ(NodeAt(model, "o1.act").parameters_of, "o0.act") << "without parameters, harmlessly";
  EXPECT_EQ(NodeAt(model, "p1.i0.w").parameters_of, "");
  EXPECT_EQ(NodeAt(model, "p1.i1.w").parameters_of, "p1.i0.w");
}

TEST(LoadModelTest, ACallSharesWithAnotherOfItsFunction) {
  const ExpandedModel model = LoadClean(Model(R"pb(
      function { name: "f" arg { name: "a" } node { name: "w" input: "a" linear { features: "10" } } }
      node { name: "p" input: "x" call { function: "f" } }
      node { name: "q" parameters_of: "p" call { function: "f" } }
      node { parameters_of: "q" call { function: "f" } }
      node { name: "y" relu {} })pb"));
  EXPECT_EQ(NodeAt(model, "q.w").parameters_of, "p.w");
  EXPECT_EQ(NodeAt(model, "w").parameters_of, "p.w");
}

TEST(LoadModelTest, DecodeAndOutputsPointAtSortedInputsAndOutputs) {
  const ExpandedModel model = LoadClean(R"pb(
      language: 1
      input { name: "z" dtype: S64 shape: "B, S" }
      input { name: "a" dtype: F32 shape: "B, 3" }
      node { name: "e" input: "z" embedding { vocab: "5" features: "3" } }
      node { name: "m" input: "e" input: "a" add {} }
      output { name: "out" value: "m" }
      output { name: "e" }
      decode { input: "z" symbol: "S" output: "out" })pb");
  ASSERT_TRUE(model.decode.has_value());
  EXPECT_EQ(model.inputs[static_cast<size_t>(model.decode->input)].name, "z");
  EXPECT_EQ(model.outputs[static_cast<size_t>(model.decode->output)].name, "out");
  EXPECT_EQ(NameOf(model, model.outputs[1].value), "m");
}

TEST(LoadModelTest, NodesAreSortedTopologicallyThenByNaturalPath) {
  const ExpandedModel model = LoadClean(Model(R"pb(
      node { name: "b10" input: "x" relu {} }
      node { name: "b2" input: "x" relu {} }
      node { name: "a" input: "b10" input: "b2" add {} }
      node { name: "y" relu {} })pb"));
  EXPECT_EQ(Paths(model), "b2 b10 a y");
}

TEST(LoadModelTest, CallChainsLeadToTheTop) {
  const ExpandedModel model = LoadClean(Model(R"pb(
      function { name: "inner" arg { name: "a" } node { name: "n" input: "a" relu {} } }
      function { name: "outer" arg { name: "a" } node { input: "a" call { function: "inner" } } }
      node { name: "y" input: "x" call { function: "outer" } })pb"));
  const CallChain chain = CallChainOf(model, NodeAt(model, "y.n").scope);
  ASSERT_EQ(chain.size(), 2u);
  EXPECT_EQ(chain[0].function, "inner");
  EXPECT_EQ(chain[0].path, "") << "a call without a name";
  EXPECT_EQ(chain[1].function, "outer");
  EXPECT_EQ(chain[1].path, "y");
  EXPECT_EQ(chain[1].location.line, 6);
  EXPECT_TRUE(CallChainOf(model, 0).empty());
}

TEST(LoadModelTest, ANodeUsedInOneInstanceIsUsed) {
  const Loaded loaded = Load(Model(R"pb(
      const { name: "skip" value: "0" }
      function { name: "f" arg { name: "a" }
                 node { name: "n" input: "a" linear { features: "10" } }
                 node { name: "m" input: "n" when: "!skip" relu {} }
                 node { name: "m" input: "a" when: "skip" relu {} } }
      node { name: "p" input: "x" call { function: "f" } }
      node { name: "y" call { function: "f" set { name: "skip" value: "1" } } })pb"),
                             {});
  EXPECT_EQ(loaded.diagnostics, "");
}

TEST(LoadModelTest, MistakesInDroppedNodesAndUncalledFunctionsAreFound) {
  const Loaded loaded = Load(Model(R"pb(
      node { name: "gone" input: "nowhere" when: "0" relu {} }
      function { name: "f" arg { name: "a" } node { name: "n" input: "b" linear { features: "(1" } } }
      node { name: "y" input: "x" relu {} })pb"),
                             {});
  EXPECT_FALSE(loaded.model.has_value());
  EXPECT_THAT(loaded.diagnostics, HasSubstr("there is no value 'nowhere'"));
  EXPECT_THAT(loaded.diagnostics, HasSubstr("there is no value 'b' in function 'f'"));
  EXPECT_THAT(loaded.diagnostics, HasSubstr("the bracket is never closed"));
}

}  // namespace
}  // namespace plumbline
