// Inputs that cannot be committed as files: huge, deep, cut at every byte, or made to expand without end. Each is refused
// or read, and never takes the process with it; the sizes are such that anything quadratic would not come back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "dsl/load_options.h"
#include "tests/dsl/bad_case.h"
#include "tests/dsl/load.h"

namespace plumbline {
namespace {

using testing::HasSubstr;

std::string Repeat(const std::string& text, int count) {
  std::string result;
  result.reserve(text.size() * static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

std::string DiagnosticsFor(const std::string& text) { return Load(text, {}).diagnostics; }

std::string Example(const std::string& name) {
  return ReadFileOrEmpty(absl::StrCat("tests/dsl/examples/", name, ".textproto"));
}

TEST(HostileInputTest, DeepNestingOfAnyKindIsRefused) {
  for (const char* opening : {"node {", "node { call {", "a {", "a <", "a: [", "a: [{ b: <", "a: [["}) {
    for (const int count : {1000, 20000, 1000000}) {
      EXPECT_THAT(DiagnosticsFor("language: 1 " + Repeat(opening, count)),
                  HasSubstr("nested too deep"))
          << opening << count;
    }
  }
  EXPECT_THAT(DiagnosticsFor(Repeat("{", 100000)), HasSubstr("expected a field name, found '{'"));
}

TEST(HostileInputTest, EveryPrefixOfAModelIsReadOrDiagnosed) {
  for (const char* name : {"cnn", "speech_transformer"}) {
    const std::string text = Example(name);
    ASSERT_FALSE(text.empty());
    for (size_t length = 0; length < text.size(); length += 1 + length / 2000) {
      const Loaded loaded = Load(text.substr(0, length), {});
      EXPECT_TRUE(loaded.model.has_value() || !loaded.diagnostics.empty()) << length;
    }
  }
}

TEST(HostileInputTest, EveryChangedByteOfAModelIsReadOrDiagnosed) {
  const std::string text = Example("taylor_plain");
  ASSERT_FALSE(text.empty());
  for (size_t i = 0; i < text.size(); ++i) {
    for (const char c : {'\0', '"', '{', '}', '\\', '\xff', '0', '(', ' '}) {
      std::string changed = text;
      changed[i] = c;
      const Loaded loaded = Load(changed, {});
      EXPECT_TRUE(loaded.model.has_value() || !loaded.diagnostics.empty()) << i;
    }
  }
}

TEST(HostileInputTest, AMillionNodesAreTooMany) {
  const std::string nodes = Repeat("node{name:'n'relu{}}", 700000);
  EXPECT_THAT(DiagnosticsFor("language: 1\n" + nodes), HasSubstr("too many values in one file"));
}

TEST(HostileInputTest, MoreNodesThanTheBudgetAreRefusedAtOnce) {
  EXPECT_THAT(DiagnosticsFor("language: 1\n" + Repeat("node{}", 300000)),
              HasSubstr("m: error: the file has 300000 nodes"));
}

TEST(HostileInputTest, ManyEmptyDeclarationsAreDiagnosedInBrief) {
  const std::string diagnostics = DiagnosticsFor("language: 1\n" + Repeat("node{}", 100000));
  EXPECT_LT(diagnostics.size(), 20000u);
  EXPECT_THAT(diagnostics, HasSubstr(" more\n"));
}

TEST(HostileInputTest, AsManyNodesAsTheBudgetAllowsAreRead) {
  std::string text = "language: 1 input { name: 'x' dtype: F32 shape: 'B' }\n";
  std::string last = "x";
  for (int i = 0; i < kMaxExpandedNodes - 1; ++i) {
    absl::StrAppend(&text, "node{name:'n", i, "'input:'", last, "'relu{}}\n");
    last = absl::StrCat("n", i);
  }
  const Loaded loaded = Load(absl::StrCat(text, "output { name: '", last, "' }"), {});
  ASSERT_TRUE(loaded.model.has_value()) << loaded.diagnostics;
  EXPECT_EQ(loaded.model->nodes.size(), static_cast<size_t>(kMaxExpandedNodes - 1));
}

TEST(HostileInputTest, NodesListedBackwardsNeedNoDeepStack) {
  std::string text = "language: 1 input { name: 'x' dtype: F32 shape: 'B' } output { name: 'n0' }\n";
  const int count = kMaxExpandedNodes - 2;
  for (int i = 0; i < count; ++i) {
    absl::StrAppend(&text, "node{name:'n", i, "'input:'n", i + 1, "'relu{}}\n");
  }
  absl::StrAppend(&text, "node{name:'n", count, "'input:'x'relu{}}\n");
  const Loaded loaded = Load(text, {});
  ASSERT_TRUE(loaded.model.has_value()) << loaded.diagnostics;
  EXPECT_EQ(loaded.model->nodes[0].path, absl::StrCat("n", count));
}

TEST(HostileInputTest, ManyMisspeltNamesAmongManyAreDiagnosed) {
  std::string text = "language: 1 output { name: 'some_name_0' }\n";
  for (int i = 0; i < 50000; ++i) {
    absl::StrAppend(&text, "node{name:'some_name_", i, "'input:'some_nmae_", i, "'relu{}}\n");
  }
  EXPECT_THAT(DiagnosticsFor(text), HasSubstr("and 49950 more"));
}

TEST(HostileInputTest, ALongChainOfFunctionsIsRefused) {
  std::string text = "language: 1 input { name: 'x' dtype: F32 shape: 'B' } output { name: 'y' }\n"
                     "function{name:'f0'arg{name:'a'}node{name:'n'input:'a'relu{}}}\n";
  const int count = 60000;
  for (int i = 1; i < count; ++i) {
    absl::StrAppend(&text, "function{name:'f", i, "'arg{name:'a'}node{name:'n'input:'a'call{function:'f",
                    i - 1, "'}}}\n");
  }
  absl::StrAppend(&text, "node{name:'y'input:'x'call{function:'f", count - 1, "'}}");
  EXPECT_THAT(DiagnosticsFor(text), HasSubstr("calls are nested too deep"));
}

// Each call sets a constant to a value of its own, so that no two instances are alike.
TEST(HostileInputTest, AFloodOfDifferentInstancesIsCountedBeforeItIsMade) {
  std::string text = "language: 1 input { name: 'x' dtype: F32 shape: 'B' } output { name: 'y' }\n"
                     "const { name: 'c' value: '0' }\n"
                     "function{name:'f0'arg{name:'a'}node{name:'n'input:'a'relu{}}}\n";
  for (int i = 1; i <= 40; ++i) {
    absl::StrAppend(&text, "function{name:'f", i, "'arg{name:'a'}");
    for (int j = 0; j < 2; ++j) {
      absl::StrAppend(&text, "node{name:'n", j, "'input:'a'call{function:'f", i - 1,
                      "' set{name:'c' value:'2*c+", j, "'}}}");
    }
    text += "}\n";
  }
  text += "node{name:'y'input:'x'call{function:'f40'}}";
  EXPECT_THAT(DiagnosticsFor(text), HasSubstr("expands to more than 100000 nodes"));
}

TEST(HostileInputTest, CallsThatExpandToNothingAreCountedToo) {
  std::string text = "language: 1 input { name: 'x' dtype: F32 shape: 'B' } output { name: 'y' }\n"
                     "function{name:'f0'arg{name:'a'}node{name:'n'input:'a' when:'0' relu{}}}\n";
  for (int i = 1; i <= 30; ++i) {
    absl::StrAppend(&text, "function{name:'f", i, "'arg{name:'a'}node{name:'n'input:'a'call{function:'f",
                    i - 1, "'repeat:'10'}}}\n");
  }
  text += "node{name:'y'input:'x'call{function:'f30'}}";
  EXPECT_THAT(DiagnosticsFor(text), HasSubstr("expands to more than 100000 nodes"));
}

TEST(HostileInputTest, LongExpressionsCountAgainstTheBudget) {
  const std::string sum = "N" + Repeat("+N", 2000);
  const std::string text = absl::StrCat(
      "language: 1 input { name: 'x' dtype: F32 shape: 'B, L' } output { name: 'y' }\n"
      "function { name: 'f' arg { name: 'a' shape: 'B, N' } node { name: 'n' input: 'a' linear { features: '",
      sum, "' } } }\nnode { name: 'y' input: 'x' call { function: 'f' repeat: '20000' } }");
  EXPECT_THAT(DiagnosticsFor(text), HasSubstr("expands to more than 100000 nodes"));
}

TEST(HostileInputTest, LongChainsOfConstantsAreRefused) {
  std::string text = "language: 1\nconst{name:'c0' value:'1'}\n";
  for (int i = 1; i < 100000; ++i) {
    absl::StrAppend(&text, "const{name:'c", i, "' value:'c", i - 1, "'}\n");
  }
  EXPECT_THAT(DiagnosticsFor(text), HasSubstr("made of constants that are made of constants"));
}

TEST(HostileInputTest, ManyConstantsUnderManySettingsAreRefused) {
  std::string text = "language: 1 input { name: 'x' dtype: F32 shape: 'B' } output { name: 'y' }\n"
                     "const{name:'c' value:'1'}\n";
  std::string sum = "0";
  for (int i = 0; i < 400; ++i) {
    absl::StrAppend(&text, "const{name:'c", i, "' value:'c+", i, "'}\n");
    absl::StrAppend(&sum, "+c", i);
  }
  absl::StrAppend(&text, "const{name:'sum' value:'", sum, "'}\n",
                  "function{name:'f' arg{name:'a'} node{name:'n' input:'a' linear{features:'sum'}}}\n");
  for (int i = 0; i < 20000; ++i) {
    absl::StrAppend(&text, "node{name:'", i == 0 ? "y" : absl::StrCat("n", i),
                    "' input:'x' call{function:'f' set{name:'c' value:'", i, "'}}}\n");
  }
  EXPECT_THAT(DiagnosticsFor(text), HasSubstr("too many constants have to be computed anew"));
}

TEST(HostileInputTest, OneVeryLongLineAndAMegabyteOfNameAreShownInShort) {
  const std::string name(1 << 20, 'n');
  const std::string diagnostics = DiagnosticsFor("language: 1 node { name: '" + name + "' relu {} } " +
                                                 Repeat(" ", 8 << 20) + "output { name: 'z' }");
  EXPECT_LT(diagnostics.size(), 4000u);
  EXPECT_THAT(diagnostics, HasSubstr("(1048576 bytes)"));
}

TEST(HostileInputTest, DeepPathsAreBounded) {
  const std::string name(60, 'n');
  std::string text = "language: 1 input { name: 'x' dtype: F32 shape: 'B' } output { name: 'y' }\n"
                     "function{name:'f0'arg{name:'a'}node{name:'n'input:'a'relu{}}}\n";
  for (int i = 1; i <= 30; ++i) {
    absl::StrAppend(&text, "function{name:'f", i, "'arg{name:'a'}node{name:'", name,
                    "'input:'a'call{function:'f", i - 1, "'}}}\n");
  }
  text += "node{name:'y'input:'x'call{function:'f30'}}";
  EXPECT_THAT(DiagnosticsFor(text), HasSubstr("the path of this node is"));
}

}  // namespace
}  // namespace plumbline
