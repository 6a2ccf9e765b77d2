#include "dsl/canonical.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "dsl/expanded_model.h"
#include "tests/dsl/load.h"

namespace plumbline {
namespace {

std::string TextOf(const std::string& model) {
  const Loaded loaded = Load(model, {});
  EXPECT_TRUE(loaded.model.has_value()) << loaded.diagnostics;
  return loaded.model.has_value() ? CanonicalText(*loaded.model) : "";
}

std::string IdentityOf(const std::string& model) {
  const Loaded loaded = Load(model, {});
  EXPECT_TRUE(loaded.model.has_value()) << loaded.diagnostics;
  return loaded.model.has_value() ? Identity(*loaded.model) : "";
}

TEST(CanonicalTest, PrintsOneDeclarationALine) {
  EXPECT_EQ(TextOf(R"pb(
      language: 1
      name: "m"
      const { name: "width" value: "10" }
      input { name: "x" dtype: F32 shape: "B, T<=50, width" }
      input { name: "t" dtype: S64 shape: "B" }
      function { name: "f" arg { name: "a" shape: "B, N, width" }
                 node { name: "w" input: "a" init { name: "bias" value: "constant(0)" } linear { features: "N * width / 5" } }
                 node { name: "v" parameters_of: "w" linear { features: "width" bias: "0" } } }
      node { name: "c" input: "x" call { function: "f" } }
      node { name: "y" causal_mask { fill: "-inf" } }
      output { name: "y" }
      loss { name: "l" weight: "0.5" cross_entropy { logits: "y" label: "t" } }
      metric { name: "m" accuracy { scores: "y" label: "t" } }
      decode { input: "x" symbol: "T" output: "y" })pb"),
            R"pb(plumbline canonical model 1
batch B
input t S64 [B]
input x F32 [B, T<=50, 10]
scope 1 in 0 x [?B, ?N, 10]
node c.w linear(x) features=[N * 10 / 5] init bias=constant(0.0) scope 1
node c.v linear(c.w) bias=[0] features=[10] parameters_of c.w scope 1
node y causal_mask(c.v) fill="-inf"
output y = y
loss l weight 0.5 cross_entropy(y, t)
metric m accuracy(y, t)
decode x along T to y
)pb");
}

TEST(CanonicalTest, IdentityIsTheSha256OfTheText) {
  // sha256sum of "plumbline canonical model 1\n"
  EXPECT_EQ(Identity(ExpandedModel()),
            "a3b966f2fddffa4b035144344fa07fcd5987f7040793c41c7f69128ae71f0189");
}

TEST(CanonicalTest, LayoutCommentsDocsAndSpellingsDoNotMatter) {
  const std::string plain = Model(R"pb(
      const { name: "w" value: "8" }
      node { name: "a" input: "x" linear { features: "w * 2" } }
      node { name: "y" scale { by: "1 / sqrt(4.0)" } })pb");
  const std::string other = R"pb(# another file
      language: 1; doc: "words" name: "other"
      input < name: 'x' shape: 'B,10', dtype: F32 doc: "input" >
      const { name: "unused" value: "3" }
      const { name: "w" value: "24 / 3" doc: "width" }
      node { linear { features: "(2*w)" } name: "a" input: ["x"] when: "1" }
      node { name: "y" input: "a" scale { by: "0.5" } }
      output { name: "y" value: "y" })pb";
  EXPECT_EQ(TextOf(plain), TextOf(other));
}

TEST(CanonicalTest, FunctionNamesAndArgumentNamesDoNotMatter) {
  const char* form = R"pb(
      function { name: "$0" arg { name: "$1" shape: "B, 10" } node { name: "n" input: "$1" relu {} } }
      node { name: "y" input: "x" call { function: "$0" } })pb";
  const auto with = [&](const std::string& function, const std::string& argument) {
    std::string text = form;
    for (const auto& [mark, value] : {std::pair("$0", function), std::pair("$1", argument)}) {
      for (size_t at; (at = text.find(mark)) != std::string::npos;) text.replace(at, 2, value);
    }
    return Model(text);
  };
  EXPECT_EQ(IdentityOf(with("f", "a")), IdentityOf(with("g", "b")));
}

TEST(CanonicalTest, WhatChangesTheProgramChangesTheIdentity) {
  const std::vector<std::string> variants = {
      R"pb(node { name: "y" input: "x" linear { features: "3" } })pb",
      R"pb(node { name: "y" input: "x" linear { features: "4" } })pb",
      R"pb(node { name: "y" input: "x" linear { features: "3" bias: "0" } })pb",
      R"pb(node { name: "y" input: "x" relu {} })pb",
      R"pb(node { name: "z" input: "x" linear { features: "3" } } node { name: "y" relu {} })pb",
      R"pb(node { name: "y" input: "x" init { name: "bias" value: "constant(0)" } linear { features: "3" } })pb",
      R"pb(node { name: "a" input: "x" relu {} } node { name: "y" input: "a" input: "x" sub {} })pb",
      R"pb(node { name: "a" input: "x" relu {} } node { name: "y" input: "x" input: "a" sub {} })pb",
      R"pb(node { name: "y" input: "x" causal_mask { fill: "0" } })pb",
      R"pb(node { name: "y" input: "x" causal_mask { fill: "-inf" } })pb",
  };
  std::vector<std::string> identities;
  for (const std::string& variant : variants) identities.push_back(IdentityOf(Model(variant)));
  std::sort(identities.begin(), identities.end());
  EXPECT_EQ(std::unique(identities.begin(), identities.end()), identities.end());
}

// A model in which all inputs and outputs are written out, as its declarations one by one.
std::vector<std::string> Declarations() {
  return {
      R"pb(language: 1)pb",
      R"pb(batch: "B")pb",
      R"pb(const { name: "width" value: "half * 2" })pb",
      R"pb(const { name: "half" value: "5" })pb",
      R"pb(input { name: "x" dtype: F32 shape: "B, L, width" })pb",
      R"pb(input { name: "m" dtype: F32 shape: "B, K<=9, width" })pb",
      R"pb(input { name: "t" dtype: S64 shape: "B" })pb",
      R"pb(function { name: "att" arg { name: "x" shape: "B, N, width" } arg { name: "m" shape: "B, M, width" } output: "o"
           node { name: "q" input: "x" linear { features: "width" } }
           node { name: "k" input: "m" linear { features: "width" } }
           node { name: "o" input: "q" input: "k" input: "k" softmax_attention {} } })pb",
      R"pb(function { name: "block" arg { name: "x" shape: "B, N, width" } output: "s"
           node { name: "n" input: "x" layer_norm {} }
           node { name: "att" input: "n" input: "n" call { function: "att" } }
           node { name: "s" input: "x" input: "att" add {} } })pb",
      R"pb(node { name: "b" input: "x" call { function: "block" repeat: "11" } })pb",
      R"pb(node { name: "c" input: "b" input: "m" call { function: "att" } })pb",
      R"pb(node { name: "tied" input: "c" parameters_of: "b3.att.q" linear { features: "width" } })pb",
      R"pb(node { name: "gone" input: "tied" when: "0" relu {} })pb",
      R"pb(node { name: "side" input: "x" relu {} })pb",
      R"pb(output { name: "y" value: "gone" })pb",
      R"pb(output { name: "z" value: "side" })pb",
      R"pb(loss { name: "l" weight: "2" cross_entropy { logits: "gone" label: "t" } })pb",
      R"pb(loss { name: "k" cross_entropy { logits: "side" label: "t" } })pb",
      R"pb(metric { name: "a" accuracy { scores: "gone" label: "t" } })pb",
      R"pb(decode { input: "x" symbol: "L" output: "y" })pb",
  };
}

TEST(CanonicalTest, TheOrderOfDeclarationsDoesNotMatter) {
  std::vector<std::string> declarations = Declarations();
  const std::string expected = TextOf(absl::StrJoin(declarations, "\n"));
  std::mt19937 random(1);
  for (int i = 0; i < 50; ++i) {
    std::shuffle(declarations.begin(), declarations.end(), random);
    ASSERT_EQ(TextOf(absl::StrJoin(declarations, "\n")), expected);
  }
}

TEST(CanonicalTest, TheOrderOfCallsWithoutANameDoesNotMatter) {
  std::vector<std::string> declarations = {
      R"pb(language: 1)pb",
      R"pb(input { name: "x" dtype: F32 shape: "B, 10" })pb",
      R"pb(function { name: "f" arg { name: "a" shape: "N, 10" } output: "p" node { name: "p" input: "a" linear { features: "N" } } })pb",
      R"pb(function { name: "g" arg { name: "a" shape: "M, 10" } output: "q" node { name: "q" input: "a" linear { features: "M" } } })pb",
      R"pb(node { input: "x" call { function: "f" } })pb",
      R"pb(node { input: "x" call { function: "g" } })pb",
      R"pb(node { name: "y" input: "x" relu {} })pb",
      R"pb(output { name: "y" })pb",
  };
  const std::string expected = TextOf(absl::StrJoin(declarations, "\n"));
  std::mt19937 random(2);
  for (int i = 0; i < 50; ++i) {
    std::shuffle(declarations.begin(), declarations.end(), random);
    ASSERT_EQ(TextOf(absl::StrJoin(declarations, "\n")), expected);
  }
}

}  // namespace
}  // namespace plumbline
