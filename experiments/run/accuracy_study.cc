// Plain loops in double over [B, H, L, D]; nothing here shares code with the kernels.
#include "experiments/run/accuracy_study.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/costs.h"
#include "compiler/ir/real_functions.h"
#include "experiments/input_data.h"
#include "experiments/run/prepared_program.h"
#include "experiments/run/record_parts.h"
#include "reports/number_text.h"
#include "reports/record_values.h"

namespace plumbline {
namespace {

using Values = std::vector<double>;

double SeriesOf(double s, int64_t terms) {
  double sum = 0;
  double term = 1;
  for (int64_t n = 0; n < terms; ++n) {
    sum += term;
    term *= s / static_cast<double>(n + 1);
  }
  return sum;
}

double MagnitudeOf(double s, int64_t terms) { return SeriesOf(std::fabs(s), terms); }

double RelativeError(const Values& a, const Values& b) {
  double difference = 0;
  double size = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference += (a[i] - b[i]) * (a[i] - b[i]);
    size += b[i] * b[i];
  }
  return std::sqrt(difference / size);
}

Values ToValues(const std::vector<float>& values) { return Values(values.begin(), values.end()); }

// q, k, v of all heads, and what follows from their scores.
class Reference {
 public:
  Reference(const std::vector<float>& q, const std::vector<float>& k, const std::vector<float>& v, int64_t heads,
            int64_t length, int64_t width, bool causal)
      : v_(ToValues(v)), heads_(heads), length_(length), width_(width), causal_(causal) {
    scores_.resize(static_cast<size_t>(heads * length * length));
    for (int64_t head = 0; head < heads; ++head) {
      for (int64_t i = 0; i < length; ++i) {
        for (int64_t j = 0; j < length; ++j) {
          double sum = 0;
          for (int64_t d = 0; d < width; ++d) {
            sum += static_cast<double>(q[(head * length + i) * width + d]) * k[(head * length + j) * width + d];
          }
          scores_[(head * length + i) * length + j] = sum;
        }
      }
    }
  }

  const Values& scores() const { return scores_; }

  // Calls visit(score, index of the pair) for every pair the mask leaves.
  void ForEachPair(const std::function<void(double, size_t)>& visit) const {
    for (int64_t row = 0; row < heads_ * length_; ++row) {
      const int64_t keys = causal_ ? row % length_ + 1 : length_;
      for (int64_t j = 0; j < keys; ++j) visit(scores_[row * length_ + j], static_cast<size_t>(row * length_ + j));
    }
  }

  // Z with weights f(s), and the smallest sum of weights of a row.
  Values Attend(const std::function<double(double, double)>& weight, double* smallest_denominator) const {
    Values z(static_cast<size_t>(heads_ * length_ * width_), 0.0);
    *smallest_denominator = std::numeric_limits<double>::infinity();
    for (int64_t row = 0; row < heads_ * length_; ++row) {
      const int64_t keys = causal_ ? row % length_ + 1 : length_;
      const double* scores = &scores_[row * length_];
      const double largest = *std::max_element(scores, scores + keys);
      double denominator = 0;
      for (int64_t j = 0; j < keys; ++j) {
        const double w = weight(scores[j], largest);
        denominator += w;
        const double* value = &v_[(row / length_ * length_ + j) * width_];
        for (int64_t d = 0; d < width_; ++d) z[row * width_ + d] += w * value[d];
      }
      for (int64_t d = 0; d < width_; ++d) z[row * width_ + d] /= denominator;
      *smallest_denominator = std::min(*smallest_denominator, denominator);
    }
    return z;
  }

 private:
  const Values v_;
  const int64_t heads_, length_, width_;
  const bool causal_;
  Values scores_;
};

class Study {
 public:
  Study(const LoadedExperiment& experiment, const ExperimentRun& run)
      : experiment_(experiment),
        run_(run),
        study_(std::get<AttentionAccuracyStudy>(experiment.sweeps[run.sweep].study)) {}

  absl::StatusOr<record::Record> Run() {
    absl::StatusOr<record::Record> record = StartRecord(experiment_, run_, 1);
    if (!record.ok()) return record.status();
    record_ = *std::move(record);
    absl::Status status = MakeReference();
    if (status.ok()) status = AddSoftmax();
    for (const int64_t terms : study_.terms) {
      if (status.ok()) status = AddTerms(terms);
    }
    if (!status.ok()) return status;
    return std::move(record_);
  }

 private:
  void Add(const std::string& name, double value) {
    *record_.mutable_exact()->add_value() = RealValue(name, "", value);
  }

  absl::Status MakeReference() {
    const std::vector<int64_t> shape = {run_.sizes.at("B"), run_.sizes.at("H"), run_.sizes.at("L"), run_.sizes.at("D")};
    std::vector<std::vector<float>> inputs;
    for (const char* name : {"q", "k", "v"}) {
      absl::StatusOr<std::vector<float>> values = DrawInput(experiment_, run_, name, shape);
      if (!values.ok()) return values.status();
      inputs.push_back(*std::move(values));
    }
    const auto causal = run_.constants.find("causal");
    reference_ = std::make_unique<Reference>(inputs[0], inputs[1], inputs[2], shape[0] * shape[1], shape[2], shape[3],
                                             causal != run_.constants.end() && causal->second != "0");
    double largest = 0;
    reference_->ForEachPair([&](double s, size_t) { largest = std::max(largest, std::fabs(s)); });
    Add("largest score", largest);
    double denominator = 0;
    softmax_ = reference_->Attend([](double s, double most) { return Exp(s - most); }, &denominator);
    return absl::OkStatus();
  }

  // The outputs of a compiled model, or nothing when it is beyond the limits; the reason is recorded.
  absl::StatusOr<std::vector<float>> Outputs(const std::string& model_name, const ExperimentRun& run,
                                             const std::string& label, const std::string& output) {
    const absl::StatusOr<std::shared_ptr<const Model>> model = ModelOf(experiment_, run, model_name);
    if (!model.ok()) return model.status();
    const absl::StatusOr<Graph> graph = TransformGraph(**model, {});
    if (!graph.ok()) return graph.status();
    const absl::StatusOr<GraphCosts> costs = AnalyzeCosts(*graph, run.sizes);
    if (!costs.ok()) return costs.status();
    const absl::StatusOr<NodeCost> peak = PeakMemoryAt(*costs, graph->symbols(), run.sizes);
    if (!peak.ok()) return peak.status();
    const double bytes = graph->symbols().EvaluateReal(peak->memory, run.sizes).value_or(0);
    const double operations = graph->symbols().EvaluateReal(costs->operations, run.sizes).value_or(0);
    if (bytes > study_.planned_bytes || operations > study_.operations) {
      *record_.mutable_exact()->add_value() =
          TextValue(absl::StrCat(label, " not run"),
                    absl::StrCat(SiText(operations, "", 3), " operations, ", BytesText(bytes, 3)));
      return std::vector<float>();
    }
    auto program = PreparedProgram::Make(experiment_, run, **model, "forward", 1);
    if (!program.ok()) return program.status();
    const absl::Status status = (*program)->Run();
    if (!status.ok()) return status;
    return (*program)->outputs().at(output);
  }

  absl::Status AddSoftmax() {
    for (const std::string& model : study_.softmax) {
      const std::string label = absl::StrCat("softmax ", model);
      const absl::StatusOr<std::vector<float>> z = Outputs(model, run_, label, "z");
      if (!z.ok()) return z.status();
      if (!z->empty()) Add(absl::StrCat(label, " error"), RelativeError(ToValues(*z), softmax_));
    }
    return absl::OkStatus();
  }

  absl::Status AddTerms(int64_t terms) {
    const std::string prefix = absl::StrCat(terms, " terms ");
    double denominator = 0;
    const Values series =
        reference_->Attend([terms](double s, double) { return SeriesOf(s, terms); }, &denominator);
    int64_t pairs = 0;
    int64_t negative = 0;
    double deviation = 0;
    reference_->ForEachPair([&](double s, size_t) {
      ++pairs;
      negative += SeriesOf(s, terms) < 0;
      deviation = std::max(deviation, std::fabs(SeriesOf(s, terms) - Exp(s)));
    });
    Add(prefix + "series error", RelativeError(series, softmax_));
    Add(prefix + "negative share", static_cast<double>(negative) / static_cast<double>(pairs));
    Add(prefix + "smallest denominator", denominator);
    Add(prefix + "series deviation", deviation);
    ExperimentRun run = run_;
    run.constants["terms"] = absl::StrCat(terms);
    absl::Status status = AddTaylorModels(run, prefix, series);
    if (status.ok()) status = AddFeatures(run, prefix, terms);
    return status;
  }

  absl::Status AddTaylorModels(const ExperimentRun& run, const std::string& prefix, const Values& series) {
    std::vector<Values> outputs;
    for (const std::string& model : study_.taylor) {
      const std::string label = prefix + model;
      const absl::StatusOr<std::vector<float>> z = Outputs(model, run, label, "z");
      if (!z.ok()) return z.status();
      if (z->empty()) continue;
      outputs.push_back(ToValues(*z));
      Add(absl::StrCat(label, " error"), RelativeError(outputs.back(), softmax_));
      Add(absl::StrCat(label, " rounding"), RelativeError(outputs.back(), series));
    }
    if (outputs.size() >= 2) Add(prefix + "linear against quadratic", RelativeError(outputs[0], outputs[1]));
    return absl::OkStatus();
  }

  absl::Status AddFeatures(const ExperimentRun& run, const std::string& prefix, int64_t terms) {
    const absl::StatusOr<int64_t> count =
        SymbolTable().Evaluate(Binomial(Size(run.sizes.at("D") + terms - 1), terms - 1), {});
    if (!count.ok()) return count.status();
    *record_.mutable_exact()->add_value() = IntegerValue(prefix + "features", "", *count);
    const absl::StatusOr<std::vector<float>> kernel = Outputs(study_.features, run, prefix + "feature map", "kernel");
    if (!kernel.ok()) return kernel.status();
    if (kernel->empty()) return absl::OkStatus();
    double deviation = 0;
    for (size_t i = 0; i < kernel->size(); ++i) {
      const double s = reference_->scores()[i];
      deviation = std::max(deviation, std::fabs((*kernel)[i] - SeriesOf(s, terms)) / MagnitudeOf(s, terms));
    }
    Add(prefix + "feature deviation", deviation);
    return absl::OkStatus();
  }

  const LoadedExperiment& experiment_;
  const ExperimentRun& run_;
  const AttentionAccuracyStudy& study_;
  record::Record record_;
  std::unique_ptr<Reference> reference_;
  Values softmax_;
};

}  // namespace

absl::StatusOr<record::Record> RunAccuracy(const LoadedExperiment& experiment, const ExperimentRun& run) {
  return Study(experiment, run).Run();
}

}  // namespace plumbline
