// The formulas of the header, in closed form: the factor of a step needs no other's.
#include "experiments/training/schedule.h"

#include <algorithm>

#include "compiler/ir/real_functions.h"

namespace plumbline {
namespace {

constexpr double kPi = 3.14159265358979323846;

}  // namespace

double LearningRateFactor(const ScheduleSpec& spec, int64_t epoch, int64_t step) {
  const int64_t unit = spec.by_step ? step : epoch;
  if (unit < spec.warm_up) {
    return spec.warm_up_from +
           (1 - spec.warm_up_from) * static_cast<double>(unit) / static_cast<double>(spec.warm_up);
  }
  const int64_t since = unit - spec.warm_up;
  const int64_t length = std::max<int64_t>(spec.length, 1);
  const double share = static_cast<double>(since) / static_cast<double>(length);
  switch (spec.kind) {
    case ScheduleSpec::Kind::kConstant: return 1;
    case ScheduleSpec::Kind::kLinear: return since >= length ? spec.last : 1 + (spec.last - 1) * share;
    case ScheduleSpec::Kind::kCosine:
      return since >= length ? spec.last : spec.last + (1 - spec.last) * (1 + Cos(kPi * share)) / 2;
    case ScheduleSpec::Kind::kStep: return Power(spec.factor, since / std::max<int64_t>(spec.every, 1));
  }
  return 1;
}

}  // namespace plumbline
