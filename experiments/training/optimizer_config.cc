#include "experiments/training/optimizer_config.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsl/diagnostic.h"
#include "dsl/source.h"
#include "dsl/string_location.h"
#include "dsl/text_proto.h"

namespace plumbline {
namespace {

using google::protobuf::Message;

constexpr double kAdamWDecay = 0.01;

double ReadLearningRate(const Message& message, int field, bool given, FieldReader& reader) {
  if (!given) reader.Fail(message, 0, 0, "the optimizer has no learning_rate", "write learning_rate: \"0.01\"");
  return reader.Real(message, field, kPositive, 0);
}

OptimizerSpec ReadSgd(const SgdConfig& sgd, FieldReader& reader) {
  OptimizerSpec spec;
  spec.learning_rate = ReadLearningRate(sgd, SgdConfig::kLearningRateFieldNumber, sgd.has_learning_rate(), reader);
  spec.momentum = reader.Real(sgd, SgdConfig::kMomentumFieldNumber, kBelowOne, 0);
  spec.nesterov = reader.Flag(sgd, SgdConfig::kNesterovFieldNumber);
  spec.weight_decay = reader.Real(sgd, SgdConfig::kWeightDecayFieldNumber, kNotNegative, 0);
  if (spec.nesterov && spec.momentum == 0) {
    reader.Fail(sgd, SgdConfig::kNesterovFieldNumber, 0, "nesterov needs a momentum", "write momentum: \"0.9\"");
  }
  return spec;
}

OptimizerSpec ReadAdam(const AdamConfig& adam, OptimizerSpec::Kind kind, FieldReader& reader) {
  OptimizerSpec spec;
  spec.kind = kind;
  spec.learning_rate = ReadLearningRate(adam, AdamConfig::kLearningRateFieldNumber, adam.has_learning_rate(), reader);
  spec.beta1 = reader.Real(adam, AdamConfig::kBeta1FieldNumber, kBelowOne, spec.beta1);
  spec.beta2 = reader.Real(adam, AdamConfig::kBeta2FieldNumber, kBelowOne, spec.beta2);
  spec.epsilon = reader.Real(adam, AdamConfig::kEpsilonFieldNumber, kPositive, spec.epsilon);
  const double decay = kind == OptimizerSpec::Kind::kAdamW ? kAdamWDecay : 0;
  spec.weight_decay = reader.Real(adam, AdamConfig::kWeightDecayFieldNumber, kNotNegative, decay);
  return spec;
}

}  // namespace

OptimizerSpec ResolveOptimizer(const OptimizerConfig& config, FieldReader& reader) {
  switch (config.optimizer_case()) {
    case OptimizerConfig::kSgd:
      return ReadSgd(config.sgd(), reader);
    case OptimizerConfig::kAdam:
      return ReadAdam(config.adam(), OptimizerSpec::Kind::kAdam, reader);
    case OptimizerConfig::kAdamw:
      return ReadAdam(config.adamw(), OptimizerSpec::Kind::kAdamW, reader);
    case OptimizerConfig::OPTIMIZER_NOT_SET:
      break;
  }
  reader.Fail(config, 0, 0, "the optimizer is not named", "write sgd { ... }, adam { ... } or adamw { ... }");
  return OptimizerSpec();
}

absl::StatusOr<OptimizerSpec> ParseOptimizer(absl::string_view text) {
  const Source source("optimizer", std::string(text));
  OptimizerConfig config;
  LocationTable locations;
  Diagnostics diagnostics;
  if (ParseTextProto(source, &config, &locations, diagnostics) != ParseOutcome::kClean) {
    return absl::InvalidArgumentError(diagnostics.Render());
  }
  const NameLookup no_names = [](const std::string& name) -> ExpressionOr<std::optional<Number>> {
    return ExpressionError{0, absl::StrCat("a number is wanted, not the name ", Quoted(name)), ""};
  };
  FieldReader reader(no_names, [&](const Message& message, int field, size_t offset, std::string what,
                                   std::string hint) {
    const SourceLocation quote = locations.Value(message, field, 0);
    const SourceLocation place = quote.known() ? LocateInString(source, quote, offset)
                                               : locations.Name(config, config.optimizer_case(), 0);
    Diagnostic diagnostic =
        place.known() ? Error(source, place, std::move(what)) : FileError(source.name(), std::move(what));
    diagnostics.Add(std::move(diagnostic).Hint(std::move(hint)));
  });
  const OptimizerSpec spec = ResolveOptimizer(config, reader);
  if (reader.failed()) return absl::InvalidArgumentError(diagnostics.Render());
  return spec;
}

}  // namespace plumbline
