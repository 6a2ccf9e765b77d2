#include "experiments/input_data.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ir/tensor_type.h"
#include "experiments/input_distribution.h"
#include "experiments/random.h"
#include "reports/digest.h"

namespace plumbline {
namespace {

absl::StatusOr<InputDistribution> DistributionFor(const LoadedExperiment& experiment, const ExperimentRun& run,
                                                  const std::string& input) {
  const NameLookup lookup = [&](const std::string& name) -> ExpressionOr<std::optional<Number>> {
    const auto found = run.names.find(name);
    if (found == run.names.end()) return std::optional<Number>();
    return std::optional<Number>(found->second);
  };
  const ExpressionOr<InputDistribution> distribution = ParseInputDistribution(experiment.DistributionOf(input), lookup);
  if (distribution.ok()) return *distribution;
  return absl::InternalError(absl::StrCat("input '", input, "': ", distribution.error().message));
}

}  // namespace

absl::StatusOr<std::vector<float>> DrawInput(const LoadedExperiment& experiment, const ExperimentRun& run,
                                             const std::string& input, const std::vector<int64_t>& shape) {
  const absl::StatusOr<InputDistribution> distribution = DistributionFor(experiment, run, input);
  if (!distribution.ok()) return distribution.status();
  const auto* spec = std::get_if<InitializerSpec>(&*distribution);
  if (spec == nullptr) return absl::InternalError(absl::StrCat("input '", input, "' has labels and is f32"));
  std::vector<float> values(static_cast<size_t>(ElementCount(shape)));
  const RandomStream stream(run.seed, input);
  switch (spec->kind) {
    case InitializerSpec::Kind::kNormal:
      stream.FillNormal(absl::MakeSpan(values), spec->a, spec->b);
      break;
    case InitializerSpec::Kind::kUniform:
      stream.FillUniform(absl::MakeSpan(values), spec->a, spec->b);
      break;
    case InitializerSpec::Kind::kConstant:
      values.assign(values.size(), static_cast<float>(spec->a));
      break;
  }
  return values;
}

absl::StatusOr<std::vector<int64_t>> DrawLabels(const LoadedExperiment& experiment, const ExperimentRun& run,
                                                const std::string& input, const std::vector<int64_t>& shape) {
  const absl::StatusOr<InputDistribution> distribution = DistributionFor(experiment, run, input);
  if (!distribution.ok()) return distribution.status();
  const auto* labels = std::get_if<LabelDistribution>(&*distribution);
  if (labels == nullptr) return absl::InternalError(absl::StrCat("input '", input, "' is S64 and has no labels"));
  std::vector<int64_t> values(static_cast<size_t>(ElementCount(shape)));
  const RandomStream stream(run.seed, input);
  for (size_t i = 0; i < values.size(); ++i) {
    const uint64_t word = stream.Block(0, i / 4)[i % 4];
    values[i] = static_cast<int64_t>((word * static_cast<uint64_t>(labels->count)) >> 32);
  }
  return values;
}

std::string DigestOf(const std::vector<float>& values) {
  return Sha256Hex({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
}

}  // namespace plumbline
