#include "experiments/training/schedule_config.h"

#include "absl/strings/str_cat.h"
#include "dsl/diagnostic.h"

namespace plumbline {
namespace {

using google::protobuf::Message;

constexpr int64_t kLongest = int64_t{1} << 40;  // epochs or steps

int64_t ReadLength(const Message& message, int field, bool given, const char* name, FieldReader& reader) {
  if (!given) {
    reader.Fail(message, 0, 0, absl::StrCat("the schedule has no ", name), absl::StrCat("write ", name, ": \"10\""));
  }
  return reader.Integer(message, field, 1, kLongest, 0);
}

}  // namespace

ScheduleSpec ResolveSchedule(const ScheduleConfig& config, FieldReader& reader) {
  ScheduleSpec spec;
  spec.by_step = config.by() == "step";
  if (config.has_by() && config.by() != "step" && config.by() != "epoch") {
    reader.Fail(config, ScheduleConfig::kByFieldNumber, 0,
                absl::StrCat("a schedule goes by \"epoch\" or \"step\", not ", Quoted(config.by())),
                DidYouMean(config.by(), {"epoch", "step"}));
  }
  spec.warm_up = reader.Integer(config, ScheduleConfig::kWarmUpFieldNumber, 0, kLongest, 0);
  spec.warm_up_from = reader.Real(config, ScheduleConfig::kWarmUpFromFieldNumber, kFromZeroToOne, 0);
  switch (config.kind_case()) {
    case ScheduleConfig::kLinear: {
      const LinearSchedule& linear = config.linear();
      spec.kind = ScheduleSpec::Kind::kLinear;
      spec.length = ReadLength(linear, LinearSchedule::kLengthFieldNumber, linear.has_length(), "length", reader);
      spec.last = reader.Real(linear, LinearSchedule::kLastFieldNumber, kFromZeroToOne, 0);
      break;
    }
    case ScheduleConfig::kCosine: {
      const CosineSchedule& cosine = config.cosine();
      spec.kind = ScheduleSpec::Kind::kCosine;
      spec.length = ReadLength(cosine, CosineSchedule::kLengthFieldNumber, cosine.has_length(), "length", reader);
      spec.last = reader.Real(cosine, CosineSchedule::kLastFieldNumber, kFromZeroToOne, 0);
      break;
    }
    case ScheduleConfig::kStep: {
      const StepSchedule& step = config.step();
      spec.kind = ScheduleSpec::Kind::kStep;
      spec.every = ReadLength(step, StepSchedule::kEveryFieldNumber, step.has_every(), "every", reader);
      spec.factor = reader.Real(step, StepSchedule::kFactorFieldNumber, kPositive, spec.factor);
      break;
    }
    case ScheduleConfig::kConstant:
    case ScheduleConfig::KIND_NOT_SET:
      break;
  }
  return spec;
}

}  // namespace plumbline
