#include "experiments/input_data.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ir/tensor_type.h"
#include "dsl/initializer.h"
#include "experiments/random.h"
#include "reports/digest.h"

namespace plumbline {

absl::StatusOr<std::vector<float>> DrawInput(const LoadedExperiment& experiment, const ExperimentRun& run,
                                             const std::string& input, const std::vector<int64_t>& shape) {
  const NameLookup lookup = [&](const std::string& name) -> ExpressionOr<std::optional<Number>> {
    const auto found = run.names.find(name);
    if (found == run.names.end()) return std::optional<Number>();
    return std::optional<Number>(found->second);
  };
  const ExpressionOr<InitializerSpec> spec = ParseInitializer(experiment.DistributionOf(input), lookup);
  if (!spec.ok()) return absl::InternalError(absl::StrCat("input '", input, "': ", spec.error().message));
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

std::string DigestOf(const std::vector<float>& values) {
  return Sha256Hex({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
}

}  // namespace plumbline
