// The formulas are those of torch.optim.SGD, Adam and AdamW. A step's numbers are worked out in double and rounded
// once.
#include "experiments/training/optimizer.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsl/diagnostic.h"
#include "dsl/expression.h"
#include "dsl/source.h"
#include "dsl/text_proto.h"
#include "experiments/training/optimizer.pb.h"
#include "experiments/training/optimizer_loops.h"

namespace plumbline {
namespace {

constexpr int64_t kSlice = 16384;  // floats

class SgdOptimizer : public Optimizer {
 public:
  SgdOptimizer(const OptimizerSpec& spec, int64_t size) : Optimizer(spec.learning_rate, size), spec_(spec) {
    if (spec.momentum != 0) velocity_.resize(static_cast<size_t>(size));
  }

 private:
  void Prepare() override {
    numbers_ = {static_cast<float>(gradient_scale()), static_cast<float>(spec_.weight_decay),
                static_cast<float>(learning_rate()), static_cast<float>(spec_.momentum)};
  }

  void Update(int64_t begin, int64_t count, const float* gradients, float* parameters) override {
    const OptimizerLoops& loops = GetOptimizerLoops();
    if (spec_.momentum == 0) return loops.sgd(numbers_, gradients + begin, parameters + begin, count);
    const auto loop = spec_.nesterov ? loops.nesterov : loops.momentum;
    loop(numbers_, gradients + begin, velocity_.data() + begin, parameters + begin, count);
  }

  std::map<std::string, std::vector<float>*> Arrays() override {
    if (spec_.momentum == 0) return {};
    return {{"velocity", &velocity_}};
  }

  const OptimizerSpec spec_;
  SgdNumbers numbers_ = {};
  std::vector<float> velocity_;
};

class AdamOptimizer : public Optimizer {
 public:
  AdamOptimizer(const OptimizerSpec& spec, int64_t size)
      : Optimizer(spec.learning_rate, size),
        spec_(spec),
        first_(static_cast<size_t>(size)),
        second_(static_cast<size_t>(size)) {}

 private:
  void Prepare() override {
    const bool decoupled = spec_.kind == OptimizerSpec::Kind::kAdamW;
    const double correction1 = 1 - std::pow(spec_.beta1, static_cast<double>(steps()));
    const double correction2 = 1 - std::pow(spec_.beta2, static_cast<double>(steps()));
    numbers_.scale = static_cast<float>(gradient_scale());
    numbers_.decay = static_cast<float>(decoupled ? 0 : spec_.weight_decay);
    numbers_.shrink = static_cast<float>(decoupled ? 1 - learning_rate() * spec_.weight_decay : 1);
    numbers_.mean_share = static_cast<float>(1 - spec_.beta1);
    numbers_.square_kept = static_cast<float>(spec_.beta2);
    numbers_.square_share = static_cast<float>(1 - spec_.beta2);
    numbers_.rate = static_cast<float>(learning_rate() / correction1);
    numbers_.root = static_cast<float>(std::sqrt(correction2));
    numbers_.epsilon = static_cast<float>(spec_.epsilon);
  }

  void Update(int64_t begin, int64_t count, const float* gradients, float* parameters) override {
    GetOptimizerLoops().adam(numbers_, gradients + begin, first_.data() + begin, second_.data() + begin,
                             parameters + begin, count);
  }

  std::map<std::string, std::vector<float>*> Arrays() override {
    return {{"first_moment", &first_}, {"second_moment", &second_}};
  }

  const OptimizerSpec spec_;
  AdamNumbers numbers_ = {};
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

void Optimizer::Step(const float* gradients, float* parameters) {
  StartStep();
  for (int64_t slice = 0; slice < slice_count(); ++slice) UpdateSlice(slice, gradients, parameters);
}

void Optimizer::StartStep() {
  ++steps_;
  Prepare();
}

int64_t Optimizer::slice_count() const { return (size_ + kSlice - 1) / kSlice; }

void Optimizer::UpdateSlice(int64_t slice, const float* gradients, float* parameters) {
  const int64_t begin = slice * kSlice;
  Update(begin, std::min(kSlice, size_ - begin), gradients, parameters);
}

OptimizerState Optimizer::State() const {
  OptimizerState state;
  state.steps = steps_;
  // Arrays() only hands out addresses.
  for (const auto& [name, array] : const_cast<Optimizer*>(this)->Arrays()) state.arrays[name] = *array;
  return state;
}

absl::Status Optimizer::Restore(const OptimizerState& state) {
  const std::map<std::string, std::vector<float>*> arrays = Arrays();
  if (state.steps < 0) return absl::InvalidArgumentError(absl::StrCat("optimizer state: ", state.steps, " steps"));
  for (const auto& [name, array] : arrays) {
    const auto found = state.arrays.find(name);
    if (found == state.arrays.end()) {
      return absl::InvalidArgumentError(absl::StrCat("optimizer state: no array '", name, "'"));
    }
    if (found->second.size() != array->size()) {
      return absl::InvalidArgumentError(absl::StrCat("optimizer state: '", name, "' has ", found->second.size(),
                                                     " elements, expected ", array->size()));
    }
  }
  for (const auto& [name, array] : state.arrays) {
    if (arrays.count(name) == 0) {
      return absl::InvalidArgumentError(absl::StrCat("optimizer state: unexpected array '", name, "'"));
    }
  }
  steps_ = state.steps;
  for (const auto& [name, array] : arrays) *array = state.arrays.at(name);
  return absl::OkStatus();
}

std::unique_ptr<Optimizer> MakeOptimizer(const OptimizerSpec& spec, int64_t size) {
  if (spec.kind == OptimizerSpec::Kind::kSgd) return std::make_unique<SgdOptimizer>(spec, size);
  return std::make_unique<AdamOptimizer>(spec, size);
}

}  // namespace plumbline
