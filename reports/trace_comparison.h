// Where two traces of one run part: the first step, and in a traced step the first value that differs. Values are
// aligned by name, so that a node more or less on one side does not shift the others.
#ifndef PLUMBLINE_REPORTS_TRACE_COMPARISON_H_
#define PLUMBLINE_REPORTS_TRACE_COMPARISON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reports/trace.pb.h"

namespace plumbline {

// The first step, from 1, after which the parameters differ or, where both traced it, of which any value does (a small
// difference need not reach the parameters). Nothing when there is none as far as both go.
std::optional<int64_t> FirstDifferentStep(const trace::Trace& a, const trace::Trace& b);

// Positions of values of the same name and op in both steps, in an order that both have: the longest such list.
std::vector<std::pair<int, int>> AlignValues(const trace::Step& a, const trace::Step& b);

// A value that differs.
struct ValueDivergence {
  int a = 0;  // position in the step
  int b = 0;
  // Whether both were computed from equal values. Values that only one side has, because a node is more there or was not
  // fused, stand for what they were computed from; they are listed in `between`.
  bool inputs_equal = false;
  std::vector<std::string> different_inputs;  // by the name in b
  std::vector<std::string> between;
};

struct StepComparison {
  std::vector<std::string> only_a;  // names without a counterpart
  std::vector<std::string> only_b;
  std::optional<ValueDivergence> first;  // in the order of computation
  int differing = 0;                     // aligned values that differ ...
  int origins = 0;                       // ... and of these the ones whose inputs are equal
};

StepComparison CompareSteps(const trace::Step& a, const trace::Step& b);

// What a reader wants to know, in a few lines that begin with two spaces: the first step that differs, values that only one
// side has, the first value that differs with its op, both implementations and whether it came from equal inputs.
std::string DescribeTraceDifference(const trace::Trace& a, const trace::Trace& b);

// Distance of two floats in units of the last place: how many floats lie between them, plus one; 0 for equal bits and
// for both zeros. A NaN is at the largest distance from everything but itself.
int64_t UlpDistance(float a, float b);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_TRACE_COMPARISON_H_
