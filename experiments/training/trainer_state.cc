// Numbers as f64 or s64 arrays, one entry an epoch; digests as their 64 characters.
#include "experiments/training/trainer_state.h"

#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "reports/digest.h"

namespace plumbline {
namespace {

constexpr char kFlatParameters[] = "parameters";
constexpr char kOptimizer[] = "optimizer/";
constexpr char kOptimizerSteps[] = "optimizer steps";
constexpr char kStep[] = "step";
constexpr char kSums[] = "sums";
constexpr char kEpochs[] = "epochs/";
constexpr char kMetric[] = "epochs/metric/";
constexpr char kDigests[] = "epochs/parameter digest";

absl::Status NoState(absl::string_view name) {
  return absl::InvalidArgumentError(absl::StrCat("not a state of training: '", name, "' is missing or of another form"));
}

// Reads arrays and remembers the first that is not as it should be.
class Reader {
 public:
  explicit Reader(const NamedArrays& arrays) : arrays_(arrays) {}

  const FileArray* Find(const std::string& name, ElementType type, const std::vector<int64_t>& shape) {
    const auto found = arrays_.find(name);
    if (found != arrays_.end() && found->second.type == type && found->second.shape == shape) return &found->second;
    if (status_.ok()) status_ = NoState(name);
    return nullptr;
  }

  std::vector<double> Doubles(const std::string& name, int64_t size) {
    const FileArray* const array = Find(name, ElementType::kF64, {size});
    return array == nullptr ? std::vector<double>(static_cast<size_t>(size)) : ToDoubles(*array);
  }

  int64_t Integer(const std::string& name) {
    const FileArray* const array = Find(name, ElementType::kS64, {1});
    int64_t value = 0;
    if (array != nullptr) std::memcpy(&value, array->bytes.data(), sizeof(value));
    return value;
  }

  const absl::Status& status() const { return status_; }

 private:
  const NamedArrays& arrays_;
  absl::Status status_;
};

FileArray Integer(int64_t value) {
  FileArray array{ElementType::kS64, {1}, std::string(sizeof(value), '\0')};
  std::memcpy(&array.bytes[0], &value, sizeof(value));
  return array;
}

struct Field {
  const char* name;
  double& (*in)(EpochResult&);
};
constexpr Field kFields[] = {
    {"training loss", [](EpochResult& epoch) -> double& { return epoch.training_loss; }},
    {"running training loss", [](EpochResult& epoch) -> double& { return epoch.running_training_loss; }},
    {"learning rate", [](EpochResult& epoch) -> double& { return epoch.learning_rate; }},
    {"validation loss", [](EpochResult& epoch) -> double& { return epoch.validation.loss; }},
};

}  // namespace

NamedArrays ToArrays(const TrainerState& state) {
  NamedArrays arrays;
  const int64_t count = static_cast<int64_t>(state.epochs.size());
  arrays[kFlatParameters] = MakeArray({static_cast<int64_t>(state.parameters.size())}, state.parameters);
  arrays[kOptimizerSteps] = Integer(state.optimizer.steps);
  for (const auto& [name, values] : state.optimizer.arrays) {
    arrays[absl::StrCat(kOptimizer, name)] = MakeArray({static_cast<int64_t>(values.size())}, values);
  }
  arrays[kStep] = Integer(state.step);
  arrays[kSums] =
      MakeArray({3}, std::vector<double>{state.epoch_loss_sum, state.all_steps_loss_sum, state.last_loss});
  std::vector<EpochResult> epochs = state.epochs;
  for (const Field& field : kFields) {
    std::vector<double> values;
    for (EpochResult& epoch : epochs) values.push_back(field.in(epoch));
    arrays[absl::StrCat(kEpochs, field.name)] = MakeArray({count}, values);
  }
  FileArray digests{ElementType::kU8, {count, kSha256HexDigits}, ""};
  for (const EpochResult& epoch : epochs) digests.bytes += epoch.parameter_digest;
  arrays[kDigests] = std::move(digests);
  if (epochs.empty()) return arrays;
  for (const auto& metric : epochs[0].validation.metrics) {
    std::vector<double> values;
    for (const EpochResult& epoch : epochs) values.push_back(epoch.validation.metrics.at(metric.first));
    arrays[absl::StrCat(kMetric, metric.first)] = MakeArray({count}, values);
  }
  return arrays;
}

absl::StatusOr<TrainerState> FromArrays(const NamedArrays& arrays) {
  TrainerState state;
  Reader reader(arrays);
  const auto parameters = arrays.find(kFlatParameters);
  if (parameters == arrays.end() || parameters->second.type != ElementType::kF32) return NoState(kFlatParameters);
  state.parameters = ToFloats(parameters->second);
  state.step = reader.Integer(kStep);
  state.optimizer.steps = reader.Integer(kOptimizerSteps);
  const std::vector<double> sums = reader.Doubles(kSums, 3);
  state.epoch_loss_sum = sums[0];
  state.all_steps_loss_sum = sums[1];
  state.last_loss = sums[2];
  const auto digests = arrays.find(kDigests);
  if (digests == arrays.end() || digests->second.shape.size() != 2) return NoState(kDigests);
  const int64_t count = digests->second.shape[0];
  if (reader.Find(kDigests, ElementType::kU8, {count, kSha256HexDigits}) == nullptr) return reader.status();
  state.epochs.resize(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    state.epochs[i].parameter_digest = digests->second.bytes.substr(i * kSha256HexDigits, kSha256HexDigits);
  }
  for (const Field& field : kFields) {
    const std::vector<double> values = reader.Doubles(absl::StrCat(kEpochs, field.name), count);
    for (int64_t i = 0; i < count; ++i) field.in(state.epochs[i]) = values[i];
  }
  for (const auto& entry : arrays) {
    if (absl::StartsWith(entry.first, kOptimizer)) {
      if (entry.second.type != ElementType::kF32) return NoState(entry.first);
      state.optimizer.arrays[std::string(absl::StripPrefix(entry.first, kOptimizer))] = ToFloats(entry.second);
    }
    if (!absl::StartsWith(entry.first, kMetric)) continue;
    const std::vector<double> values = reader.Doubles(entry.first, count);
    const std::string name(absl::StripPrefix(entry.first, kMetric));
    for (int64_t i = 0; i < count; ++i) state.epochs[i].validation.metrics[name] = values[i];
  }
  if (!reader.status().ok()) return reader.status();
  return state;
}

}  // namespace plumbline
