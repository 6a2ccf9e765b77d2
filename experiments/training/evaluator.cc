// Batches in order, sums in double.
#include "experiments/training/evaluator.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace plumbline {

absl::StatusOr<Evaluator::Part> Evaluator::MakePart(const Model& model, const Split& split, int64_t batch, int threads,
                                                    float* parameters) {
  Part part;
  const absl::StatusOr<Bindings> sizes = SizesOfBatch(model, split, batch);
  if (!sizes.ok()) return sizes.status();
  const absl::StatusOr<CompiledModel> compiled = Compile(model, *sizes, CompileOptions());
  if (!compiled.ok()) return compiled.status();
  part.program = compiled->program;
  auto executor = Executor::Create(part.program, threads, parameters);
  if (!executor.ok()) return executor.status();
  part.executor = *std::move(executor);
  absl::StatusOr<BatchSource> source = BatchSource::Make(*part.program, split);
  if (!source.ok()) return source.status();
  part.source = std::make_unique<BatchSource>(*std::move(source));
  for (const ExternalBuffer& output : part.program->batch_outputs) {
    part.results.emplace_back(static_cast<size_t>(ElementCount(output.shape)));
  }
  for (std::vector<float>& result : part.results) part.addresses.push_back(result.data());
  return part;
}

absl::StatusOr<std::unique_ptr<Evaluator>> Evaluator::Create(const Model& model, const Split& split, int64_t batch,
                                                             int threads, float* parameters) {
  if (split.items == 0) return absl::InvalidArgumentError("there are no items to evaluate on");
  std::unique_ptr<Evaluator> evaluator(new Evaluator);
  evaluator->items_ = split.items;
  evaluator->batch_ = std::min(batch, split.items);
  absl::StatusOr<Part> full = MakePart(model, split, evaluator->batch_, threads, parameters);
  if (!full.ok()) return full.status();
  evaluator->full_ = *std::move(full);
  const int64_t rest = split.items % evaluator->batch_;
  if (rest != 0) {
    absl::StatusOr<Part> last = MakePart(model, split, rest, threads, parameters);
    if (!last.ok()) return last.status();
    evaluator->last_ = std::make_unique<Part>(*std::move(last));
  }
  const auto& outputs = evaluator->full_.program->batch_outputs;
  const bool has_loss = std::any_of(outputs.begin(), outputs.end(), [](const ExternalBuffer& output) {
    return output.kind == OutputKind::kLoss;
  });
  if (!has_loss) return absl::InvalidArgumentError("the model has no loss");
  if (!outputs.empty() && outputs[0].kind == OutputKind::kOutput) {
    evaluator->output_width_ = ElementCount(outputs[0].shape) / evaluator->batch_;
    evaluator->outputs_.resize(static_cast<size_t>(evaluator->output_width_ * split.items));
  }
  return evaluator;
}

absl::Status Evaluator::RunBatch(Part& part, int64_t first, int64_t items, Evaluation& sums) {
  std::vector<int> indices(static_cast<size_t>(items));
  std::iota(indices.begin(), indices.end(), static_cast<int>(first));
  const absl::Status status = part.executor->Run(part.source->Gather(indices, 0, 0), part.addresses);
  if (!status.ok()) return status;
  for (size_t i = 0; i < part.results.size(); ++i) {
    const ExternalBuffer& output = part.program->batch_outputs[i];
    const double sum = part.executor->mean(static_cast<int>(i)) * static_cast<double>(items);
    if (output.kind == OutputKind::kLoss) sums.loss += sum;
    if (output.kind == OutputKind::kMetric) sums.metrics[std::string(absl::StripPrefix(output.name, "metric/"))] += sum;
  }
  if (output_width_ > 0) {
    std::copy(part.results[0].begin(), part.results[0].end(), outputs_.begin() + first * output_width_);
  }
  return absl::OkStatus();
}

absl::StatusOr<Evaluation> Evaluator::Run() {
  Evaluation result;
  for (int64_t first = 0; first < items_; first += batch_) {
    const int64_t items = std::min(batch_, items_ - first);
    const absl::Status status = RunBatch(items == batch_ ? full_ : *last_, first, items, result);
    if (!status.ok()) return status;
  }
  result.loss /= static_cast<double>(items_);
  for (auto& metric : result.metrics) metric.second /= static_cast<double>(items_);
  return result;
}

}  // namespace plumbline
