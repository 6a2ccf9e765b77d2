// Traces as files, their roots, and where two of them part.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/digest.h"
#include "reports/trace_comparison.h"
#include "reports/trace_text.h"

namespace plumbline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

void Add(trace::Step& step, const std::string& name, const std::string& op, const std::string& content,
         const std::vector<std::string>& inputs) {
  trace::Value& value = *step.add_value();
  value.set_name(name);
  value.set_op(op);
  value.set_digest(Sha256Hex(content));
  for (const std::string& input : inputs) value.add_input(input);
}

// x -> a.first -> a.second -> b.last
trace::Step Chain(const std::string& second) {
  trace::Step step;
  step.set_step(3);
  Add(step, "x", "input", "x", {});
  Add(step, "a.first", "linear", "1", {"x"});
  Add(step, "a.second", "relu", second, {"a.first"});
  Add(step, "b.last", "linear", second + " last", {"a.second"});
  step.set_root(TraceRoot(step));
  return step;
}

TEST(TraceText, ComesBackAndRefusesChangedValues) {
  trace::Trace trace;
  trace.set_key("k");
  *trace.add_step() = Chain("2");
  const absl::StatusOr<std::string> text = TraceText(trace);
  ASSERT_TRUE(text.ok()) << text.status();
  const absl::StatusOr<trace::Trace> back = ParseTrace(*text, "t.textproto");
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->SerializeAsString(), trace.SerializeAsString());
  std::string changed = *text;
  changed.replace(changed.find("relu"), 4, "tanh");
  EXPECT_THAT(std::string(ParseTrace(changed, "t.textproto").status().message()),
              HasSubstr("t.textproto: error: the values of step 3 do not give its root"));
}

TEST(TraceRoot, DependsOnEveryDigestNameAndOrder) {
  const std::string root = Chain("2").root();
  EXPECT_EQ(TraceRoot(Chain("2")), root);
  EXPECT_NE(TraceRoot(Chain("3")), root);
  trace::Step renamed = Chain("2");
  renamed.mutable_value(1)->set_name("c.first");
  EXPECT_NE(TraceRoot(renamed), root);
  trace::Step swapped = Chain("2");
  swapped.mutable_value()->SwapElements(1, 2);
  EXPECT_NE(TraceRoot(swapped), root);
}

TEST(CompareSteps, NamesTheFirstValueThatDiffersAndItsInputs) {
  const StepComparison same = CompareSteps(Chain("2"), Chain("2"));
  EXPECT_FALSE(same.first);
  EXPECT_EQ(same.differing, 0);
  const StepComparison other = CompareSteps(Chain("2"), Chain("3"));
  ASSERT_TRUE(other.first);
  EXPECT_EQ(other.first->a, 2);
  EXPECT_TRUE(other.first->inputs_equal);
  EXPECT_THAT(other.first->different_inputs, IsEmpty());
  EXPECT_EQ(other.differing, 2);
  EXPECT_EQ(other.origins, 1);
}

TEST(CompareSteps, AnotherNodeBeforeShiftsNothing) {
  const trace::Step a = Chain("2");
  trace::Step b;
  Add(b, "x", "input", "x", {});
  Add(b, "extra", "relu", "x", {"x"});
  Add(b, "a.first", "linear", "1", {"extra"});
  Add(b, "a.second", "relu", "3", {"a.first"});
  Add(b, "b.last", "linear", "3 last", {"a.second"});
  EXPECT_THAT(AlignValues(a, b), ElementsAre(Pair(0, 0), Pair(1, 2), Pair(2, 3), Pair(3, 4)));
  const StepComparison comparison = CompareSteps(a, b);
  EXPECT_THAT(comparison.only_a, IsEmpty());
  EXPECT_THAT(comparison.only_b, ElementsAre("extra"));
  ASSERT_TRUE(comparison.first);
  EXPECT_EQ(b.value(comparison.first->b).name(), "a.second");
  EXPECT_TRUE(comparison.first->inputs_equal);
  EXPECT_THAT(comparison.first->between, IsEmpty());
}

TEST(CompareSteps, ValuesOfOneSideStandForTheirInputs) {
  trace::Step a, b;  // in b the two are fused
  Add(a, "x", "input", "x", {});
  Add(a, "first", "linear", "1", {"x"});
  Add(a, "second", "relu", "2", {"first"});
  Add(b, "x", "input", "x", {});
  Add(b, "second", "relu", "another 2", {"x"});
  const StepComparison comparison = CompareSteps(a, b);
  ASSERT_TRUE(comparison.first);
  EXPECT_EQ(comparison.first->a, 2);
  EXPECT_TRUE(comparison.first->inputs_equal);
  EXPECT_THAT(comparison.first->between, ElementsAre("first"));
}

TEST(CompareSteps, SaysWhichInputsDiffer) {
  const trace::Step a = Chain("2");
  trace::Step b = Chain("2");
  b.mutable_value(0)->set_digest(Sha256Hex("y"));
  b.mutable_value(1)->set_digest(Sha256Hex("of y"));
  const StepComparison comparison = CompareSteps(a, b);
  ASSERT_TRUE(comparison.first);
  EXPECT_EQ(comparison.first->a, 0);
  b = Chain("2");
  Add(b, "z", "input", "z", {});
  b.mutable_value(2)->set_input(0, "x");  // not its neighbour any more
  b.mutable_value(2)->set_digest(Sha256Hex("of x"));
  const StepComparison renamed = CompareSteps(a, b);
  ASSERT_TRUE(renamed.first);
  EXPECT_EQ(a.value(renamed.first->a).name(), "a.second");
  EXPECT_FALSE(renamed.first->inputs_equal);
  EXPECT_THAT(renamed.first->different_inputs, ElementsAre("x"));
}

TEST(FirstDifferentStep, CountsFromOne) {
  trace::Trace a, b;
  for (const char* digest : {"p", "q", "r"}) {
    a.add_parameters_after(digest);
    b.add_parameters_after(digest);
  }
  EXPECT_FALSE(FirstDifferentStep(a, b));
  b.set_parameters_after(1, "other");
  EXPECT_EQ(FirstDifferentStep(a, b), 2);
  *a.add_step() = Chain("2");  // step 3
  *b.add_step() = Chain("3");
  EXPECT_EQ(FirstDifferentStep(a, b), 2);
  b.set_parameters_after(1, "q");
  EXPECT_EQ(FirstDifferentStep(a, b), 3);
}

TEST(UlpDistance, CountsFloatsBetween) {
  EXPECT_EQ(UlpDistance(1.0f, 1.0f), 0);
  EXPECT_EQ(UlpDistance(0.0f, -0.0f), 0);
  EXPECT_EQ(UlpDistance(1.0f, std::nextafter(1.0f, 2.0f)), 1);
  EXPECT_EQ(UlpDistance(std::nextafter(0.0f, 1.0f), std::nextafter(0.0f, -1.0f)), 2);
  EXPECT_EQ(UlpDistance(2.0f, 1.0f), 1 << 23);
  EXPECT_EQ(UlpDistance(1.0f, std::nanf("")), std::numeric_limits<int64_t>::max());
}

}  // namespace
}  // namespace plumbline
