#include "experiments/training/settings.h"

#include "absl/strings/str_cat.h"
#include "dsl/expression.h"

namespace plumbline {
namespace {

std::string Real(double value) { return ToString(Number(value)); }

std::string ToString(const OptimizerSpec& optimizer) {
  switch (optimizer.kind) {
    case OptimizerSpec::Kind::kSgd:
      return absl::StrCat("sgd learning_rate=", Real(optimizer.learning_rate), " momentum=", Real(optimizer.momentum),
                          " nesterov=", optimizer.nesterov ? 1 : 0, " weight_decay=", Real(optimizer.weight_decay));
    case OptimizerSpec::Kind::kAdam:
    case OptimizerSpec::Kind::kAdamW:
      break;
  }
  return absl::StrCat(optimizer.kind == OptimizerSpec::Kind::kAdam ? "adam" : "adamw",
                      " learning_rate=", Real(optimizer.learning_rate), " beta1=", Real(optimizer.beta1),
                      " beta2=", Real(optimizer.beta2), " epsilon=", Real(optimizer.epsilon),
                      " weight_decay=", Real(optimizer.weight_decay));
}

std::string ToString(const ScheduleSpec& schedule) {
  std::string text = absl::StrCat(schedule.by_step ? "by step" : "by epoch", " warm_up=", schedule.warm_up,
                                  " warm_up_from=", Real(schedule.warm_up_from));
  switch (schedule.kind) {
    case ScheduleSpec::Kind::kConstant:
      return absl::StrCat(text, " constant");
    case ScheduleSpec::Kind::kLinear:
      return absl::StrCat(text, " linear length=", schedule.length, " last=", Real(schedule.last));
    case ScheduleSpec::Kind::kCosine:
      return absl::StrCat(text, " cosine length=", schedule.length, " last=", Real(schedule.last));
    case ScheduleSpec::Kind::kStep:
      break;
  }
  return absl::StrCat(text, " step every=", schedule.every, " factor=", Real(schedule.factor));
}

}  // namespace

std::string ToString(const TrainingSettings& settings) {
  std::string text = absl::StrCat("optimizer ", ToString(settings.optimizer), "; schedule ",
                                  ToString(settings.schedule), "; clip_norm=", Real(settings.clip_norm),
                                  " batch=", settings.batch, " epochs=", settings.epochs,
                                  " evaluation_batch=", settings.evaluation_batch);
  if (settings.decoding) {
    absl::StrAppend(&text, "; decode validation=", settings.decoding->validation, " beam=", settings.decoding->beam);
  }
  return text;
}

}  // namespace plumbline
