// The formulas are those of torch.optim.SGD, Adam and AdamW; Adam's moments are kept in f32, the corrections in double.
#include "experiments/training/optimizer.h"

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsl/diagnostic.h"
#include "dsl/expression.h"
#include "dsl/source.h"
#include "dsl/text_proto.h"
#include "experiments/training/optimizer.pb.h"

namespace plumbline {
namespace {

class SgdOptimizer : public Optimizer {
 public:
  SgdOptimizer(const OptimizerSpec& spec, int64_t size) : spec_(spec), size_(size) {
    if (spec.momentum != 0) velocity_.resize(size);
  }

  void Step(const float* gradients, float* parameters) override {
    const float rate = static_cast<float>(spec_.learning_rate);
    const float momentum = static_cast<float>(spec_.momentum);
    const float decay = static_cast<float>(spec_.weight_decay);
    for (int64_t i = 0; i < size_; ++i) {
      float gradient = gradients[i] + decay * parameters[i];
      if (momentum != 0) {
        velocity_[i] = first_ ? gradient : momentum * velocity_[i] + gradient;
        gradient = spec_.nesterov ? gradient + momentum * velocity_[i] : velocity_[i];
      }
      parameters[i] -= rate * gradient;
    }
    first_ = false;
  }

 private:
  OptimizerSpec spec_;
  int64_t size_;
  bool first_ = true;
  std::vector<float> velocity_;
};

class AdamOptimizer : public Optimizer {
 public:
  AdamOptimizer(const OptimizerSpec& spec, int64_t size) : spec_(spec), first_(size), second_(size) {}

  void Step(const float* gradients, float* parameters) override {
    ++step_;
    const float beta1 = static_cast<float>(spec_.beta1);
    const float beta2 = static_cast<float>(spec_.beta2);
    const float epsilon = static_cast<float>(spec_.epsilon);
    const double correction1 = 1 - std::pow(spec_.beta1, static_cast<double>(step_));
    const double correction2 = 1 - std::pow(spec_.beta2, static_cast<double>(step_));
    const float size = static_cast<float>(spec_.learning_rate / correction1);
    const float root = static_cast<float>(std::sqrt(correction2));
    const bool decoupled = spec_.kind == OptimizerSpec::Kind::kAdamW;
    const float shrink = static_cast<float>(1 - spec_.learning_rate * spec_.weight_decay);
    const float decay = static_cast<float>(spec_.weight_decay);
    for (size_t i = 0; i < first_.size(); ++i) {
      float gradient = gradients[i];
      if (decoupled) {
        parameters[i] *= shrink;
      } else {
        gradient += decay * parameters[i];
      }
      first_[i] += (1 - beta1) * (gradient - first_[i]);
      second_[i] = beta2 * second_[i] + (1 - beta2) * gradient * gradient;
      parameters[i] -= size * first_[i] / (std::sqrt(second_[i]) / root + epsilon);
    }
  }

 private:
  OptimizerSpec spec_;
  int64_t step_ = 0;
  std::vector<float> first_;   // running mean of gradients
  std::vector<float> second_;  // running mean of their squares
};

// Reads one field; an empty one keeps `value`.
absl::Status ReadNumber(const char* name, const std::string& text, const std::function<bool(double)>& allowed,
                        const char* range, double& value) {
  if (text.empty()) return absl::OkStatus();
  const auto expression = ParseExpression(text);
  const auto no_names = [](const std::string& unknown) -> ExpressionOr<std::optional<Number>> {
    return ExpressionError{0, absl::StrCat("unknown name '", unknown, "'"), ""};
  };
  const ExpressionOr<double> number =
      expression.ok() ? EvaluateReal(*expression, no_names) : ExpressionOr<double>(expression.error());
  if (!number.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("optimizer: ", name, ": ", number.error().message));
  }
  if (!allowed(*number)) return absl::InvalidArgumentError(absl::StrCat("optimizer: ", name, " must be ", range));
  value = *number;
  return absl::OkStatus();
}

bool Positive(double value) { return value > 0; }
bool NotNegative(double value) { return value >= 0; }
bool Fraction(double value) { return value >= 0 && value < 1; }

absl::Status ReadSgd(const SgdConfig& text, OptimizerSpec& spec) {
  double nesterov = 0;
  for (const absl::Status& status :
       {ReadNumber("learning_rate", text.learning_rate(), Positive, "positive", spec.learning_rate),
        ReadNumber("momentum", text.momentum(), Fraction, "in [0, 1)", spec.momentum),
        ReadNumber("nesterov", text.nesterov(), NotNegative, "0 or 1", nesterov),
        ReadNumber("weight_decay", text.weight_decay(), NotNegative, "at least 0", spec.weight_decay)}) {
    if (!status.ok()) return status;
  }
  spec.nesterov = nesterov != 0;
  if (spec.nesterov && spec.momentum == 0) {
    return absl::InvalidArgumentError("optimizer: nesterov needs a momentum");
  }
  return absl::OkStatus();
}

absl::Status ReadAdam(const AdamConfig& text, OptimizerSpec& spec) {
  for (const absl::Status& status :
       {ReadNumber("learning_rate", text.learning_rate(), Positive, "positive", spec.learning_rate),
        ReadNumber("beta1", text.beta1(), Fraction, "in [0, 1)", spec.beta1),
        ReadNumber("beta2", text.beta2(), Fraction, "in [0, 1)", spec.beta2),
        ReadNumber("epsilon", text.epsilon(), Positive, "positive", spec.epsilon),
        ReadNumber("weight_decay", text.weight_decay(), NotNegative, "at least 0", spec.weight_decay)}) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<OptimizerSpec> ParseOptimizer(absl::string_view text) {
  const Source source("optimizer", std::string(text));
  OptimizerConfig config;
  LocationTable locations;
  Diagnostics diagnostics;
  if (ParseTextProto(source, &config, &locations, diagnostics) != ParseOutcome::kClean) {
    return absl::InvalidArgumentError(diagnostics.Render());
  }
  OptimizerSpec spec;
  absl::Status status;
  switch (config.optimizer_case()) {
    case OptimizerConfig::kSgd: status = ReadSgd(config.sgd(), spec); break;
    case OptimizerConfig::kAdam:
      spec.kind = OptimizerSpec::Kind::kAdam;
      status = ReadAdam(config.adam(), spec);
      break;
    case OptimizerConfig::kAdamw:
      spec.kind = OptimizerSpec::Kind::kAdamW;
      spec.weight_decay = 0.01;
      status = ReadAdam(config.adamw(), spec);
      break;
    case OptimizerConfig::OPTIMIZER_NOT_SET:
      return absl::InvalidArgumentError("optimizer: expected sgd, adam or adamw");
  }
  if (status.ok() && spec.learning_rate == 0) status = absl::InvalidArgumentError("optimizer: learning_rate is missing");
  if (!status.ok()) return status;
  return spec;
}

std::unique_ptr<Optimizer> MakeOptimizer(const OptimizerSpec& spec, int64_t size) {
  if (spec.kind == OptimizerSpec::Kind::kSgd) return std::make_unique<SgdOptimizer>(spec, size);
  return std::make_unique<AdamOptimizer>(spec, size);
}

}  // namespace plumbline
