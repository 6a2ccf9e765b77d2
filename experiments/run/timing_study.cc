// One Subject is one program of one run. All subjects of a measurement are prepared first, then sampled in rounds.
#include "experiments/run/timing_study.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/runtime/worker.h"
#include "experiments/input_data.h"
#include "experiments/machine.h"
#include "experiments/run/prepared_program.h"
#include "experiments/random.h"
#include "experiments/run/record_parts.h"
#include "experiments/run/sample_timer.h"
#include "ops/all_ops.h"
#include "reports/digest.h"
#include "reports/number_text.h"
#include "reports/record_values.h"

namespace plumbline {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kBareSize = 1024;  // of the yardstick's matrices
constexpr int64_t kMostPasses = 200;  // over the steps of a program, for one sample of each
constexpr char kOrderStream[] = "order of samples";

double SecondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// One thing that is timed once a round.
struct Subject {
  size_t record = 0;    // index of its record, of those that are made
  std::string program;
  std::string series;   // name of the measured series
  std::shared_ptr<PreparedProgram> prepared;
  double creation_seconds = 0;
  double first_seconds = 0;
  double warm_seconds = 0;
  int64_t iterations = 1;
  std::vector<double> samples;
  std::map<std::string, std::vector<double>> steps;  // by node
  std::vector<char> contended;
  bool contention_known = true;
};

// Compiles the yardstick: C = A B in f32, one thread.
class BareMatmul {
 public:
  static absl::StatusOr<std::unique_ptr<BareMatmul>> Make() {
    std::unique_ptr<BareMatmul> bare(new BareMatmul);
    Graph graph(&AllOps());
    const TensorType type{DataType::kF32, {Size(kBareSize), Size(kBareSize)}};
    const ValueId a = graph.AddInput("a", type);
    const ValueId b = graph.AddInput("b", type);
    const absl::StatusOr<ValueId> c =
        graph.Add("matmul", {a, b}, {{"transpose_a", false}, {"transpose_b", false}});
    if (!c.ok()) return c.status();
    graph.mutable_outputs().push_back({"c", *c, OutputKind::kOutput});
    absl::StatusOr<Program> program = CompileProgram(std::move(graph), {}, CompileOptions());
    if (!program.ok()) return program.status();
    bare->program_ = *std::move(program);
    auto instance = ProgramInstance::Create(bare->program_, nullptr, nullptr);
    if (!instance.ok()) return instance.status();
    bare->instance_ = *std::move(instance);
    for (std::vector<float>& matrix : bare->matrices_) matrix.assign(kBareSize * kBareSize, 0.5f);
    std::vector<char*> externals;
    for (std::vector<float>& matrix : bare->matrices_) externals.push_back(reinterpret_cast<char*>(matrix.data()));
    const absl::Status status = bare->instance_->Run(externals);
    if (!status.ok()) return status;
    return bare;
  }

  double Sample() {
    const WorkerScope scope;
    return TimeSample([this] { (void)instance_->Replay(); }, 1);
  }

 private:
  BareMatmul() = default;
  Program program_;
  std::unique_ptr<ProgramInstance> instance_;
  std::vector<float> matrices_[3];
};

class Measurement {
 public:
  Measurement(const LoadedExperiment& experiment, const std::vector<int>& runs, const TimingOptions& options,
              Progress& progress)
      : experiment_(experiment),
        runs_(runs),
        options_(options),
        progress_(progress),
        sweep_(experiment.sweeps[experiment.runs[runs[0]].sweep]),
        study_(std::get<TimingStudy>(sweep_.study)) {}

  absl::StatusOr<std::vector<record::Record>> Run() {
    absl::Status status = Prepare();
    if (status.ok()) status = SampleAll();
    if (!status.ok()) return status;
    Finish();
    return std::move(records_);
  }

 private:
  absl::Status Stopped() const {
    if (Progress::StopSignal() == 0) return absl::OkStatus();
    return absl::CancelledError("stopped by a signal");
  }

  absl::Status Prepare() {
    absl::StatusOr<std::unique_ptr<BareMatmul>> bare = BareMatmul::Make();
    if (!bare.ok()) return bare.status();
    bare_ = *std::move(bare);
    for (const int index : runs_) {
      const ExperimentRun& run = experiment_.runs[index];
      absl::StatusOr<record::Record> record = StartRecord(experiment_, run, study_.threads);
      if (!record.ok()) return record.status();
      records_.push_back(*std::move(record));
      const absl::StatusOr<std::shared_ptr<const Model>> model = ModelOf(experiment_, run, run.model);
      if (!model.ok()) return model.status();
      for (const std::string& program : study_.programs) {
        absl::Status status = Stopped();
        if (status.ok()) status = AddCosts(run.model, program, **model, run.sizes, records_.back());
        if (status.ok()) status = PrepareProgram(run, **model, program);
        if (!status.ok()) return status;
        progress_.Update(absl::StrCat("prepare ", sweep_.name), static_cast<double>(records_.size()),
                         static_cast<double>(runs_.size()));
      }
    }
    return absl::OkStatus();
  }

  // The reason not to run a program, or nothing.
  std::string Refusal(const record::Record& record, const std::string& model, const std::string& program) const {
    const record::Cost* operations = FindCost(record, model, program, record::Cost::OPERATIONS);
    const record::Cost* memory = FindCost(record, model, program, record::Cost::MEMORY);
    if (static_cast<double>(operations->value()) > study_.operations) {
      return absl::StrCat(SiText(static_cast<double>(operations->value()), "", 3), " operations; the limit is ",
                          SiText(study_.operations, "", 3));
    }
    if (static_cast<double>(memory->value()) > study_.planned_bytes) {
      return absl::StrCat(BytesText(static_cast<double>(memory->value()), 3), " of activations; the limit is ",
                          BytesText(study_.planned_bytes, 3));
    }
    return "";
  }

  absl::Status PrepareProgram(const ExperimentRun& run, const Model& model, const std::string& program) {
    record::Record& record = records_.back();
    const std::string refusal = Refusal(record, run.model, program);
    if (!refusal.empty()) {
      *record.mutable_exact()->add_value() = TextValue(ProgramValue(program, "not run"), refusal);
      return absl::OkStatus();
    }
    Subject subject;
    subject.record = records_.size() - 1;
    subject.program = program;
    subject.series = ProgramValue(program, "time");
    const Clock::time_point start = Clock::now();
    auto prepared = PreparedProgram::Make(experiment_, run, model, program, study_.threads);
    if (!prepared.ok()) return prepared.status();
    subject.prepared = *std::move(prepared);
    subject.creation_seconds = SecondsSince(start);
    absl::Status status = WarmUp(subject);
    if (!status.ok()) return status;
    AddExact(run, subject, record);
    subjects_.push_back(subject);
    if (run.model == study_.repeat) {
      subject.series = absl::StrCat(ProgramValue(program, "time"), kAgainSuffix);
      subjects_.push_back(std::move(subject));
    }
    return absl::OkStatus();
  }

  // The first run also makes what is made lazily; the second tells how many iterations fill a sample.
  absl::Status WarmUp(Subject& subject) {
    Clock::time_point start = Clock::now();
    absl::Status status = subject.prepared->Run();
    subject.first_seconds = SecondsSince(start);
    if (!status.ok()) return status;
    subject.warm_seconds = subject.first_seconds;
    if (subject.first_seconds < 0.5) {
      start = Clock::now();
      status = subject.prepared->Run();
      subject.warm_seconds = SecondsSince(start);
    }
    const double wanted = study_.sample_seconds / std::max(subject.warm_seconds, 1e-7);
    subject.iterations = std::max<int64_t>(1, static_cast<int64_t>(std::ceil(std::min(wanted, 1e6))));
    return status;
  }

  void AddExact(const ExperimentRun& run, const Subject& subject, record::Record& record) {
    const PreparedProgram& prepared = *subject.prepared;
    *record.add_plan() = PlanOf(run.model, subject.program, prepared.compiled());
    record::Exact& exact = *record.mutable_exact();
    const auto name = [&](const std::string& value) { return ProgramValue(subject.program, value); };
    *exact.add_value() = IntegerValue(name("planned bytes"), "B", prepared.compiled().planned_bytes);
    *exact.add_value() = IntegerValue(name("allocated bytes"), "B", prepared.allocated_arena_bytes());
    *exact.add_value() = IntegerValue(name("shards"), "", prepared.compiled().program->shard_count());
    for (const auto& [output, values] : prepared.outputs()) {
      *exact.add_value() = DigestValue(name(absl::StrCat("digest of ", output)), DigestOf(values));
    }
  }

  absl::Status SampleAll() {
    double round_seconds = 0;
    for (const Subject& subject : subjects_) round_seconds += subject.warm_seconds * subject.iterations;
    const int least = options_.rounds > 0 ? options_.rounds : study_.least_rounds;
    const int most = options_.rounds > 0 ? options_.rounds : study_.most_rounds;
    progress_.Say(absl::StrCat("measure ", sweep_.name, ": ", subjects_.size(), " programs, a round takes about ",
                               SiText(round_seconds, "s", 2), ", ", least, " to ", most, " rounds"));
    order_seed_ = experiment_.runs[runs_[0]].seed;
    const RandomStream order(order_seed_, kOrderStream);
    const Clock::time_point start = Clock::now();
    for (rounds_ = 0; rounds_ < most; ++rounds_) {
      const bool enough = rounds_ >= least;
      if (enough && SecondsSince(start) + round_seconds > study_.seconds) break;
      bare_samples_.push_back(bare_->Sample());
      int done = 0;
      for (const int index : order.Permutation(static_cast<int>(subjects_.size()), rounds_)) {
        absl::Status status = Stopped();
        if (!status.ok()) return status;
        SampleOne(subjects_[index]);
        status = options_.step_times ? SampleSteps(subjects_[index]) : absl::OkStatus();
        if (!status.ok()) return status;
        progress_.Update(absl::StrCat("measure ", sweep_.name),
                         rounds_ + ++done / static_cast<double>(subjects_.size()), least);
      }
    }
    return absl::OkStatus();
  }

  void SampleOne(Subject& subject) {
    const ContentionWatch watch;
    subject.samples.push_back(TimeSample([&] { (void)subject.prepared->Run(); }, subject.iterations));
    const ContentionWatch::Observation observation = watch.Stop();
    subject.contention_known &= observation.known;
    subject.contended.push_back(observation.contended);
  }

  // One sample a node: the median over passes of what its steps took together.
  absl::Status SampleSteps(Subject& subject) {
    if (subject.series != ProgramValue(subject.program, "time")) return absl::OkStatus();
    const auto& steps = subject.prepared->compiled().program->full->steps;
    std::map<std::string, std::vector<double>> passes;
    const int64_t count = std::min(subject.iterations, kMostPasses);
    for (int64_t pass = 0; pass < count; ++pass) {
      const absl::Status status = subject.prepared->TimeSteps(step_seconds_);
      if (!status.ok()) return status;
      std::map<std::string, double> sums;
      for (size_t i = 0; i < steps.size(); ++i) sums[steps[i]->info().node] += step_seconds_[i];
      for (const auto& [node, seconds] : sums) passes[node].push_back(seconds);
    }
    for (auto& [node, seconds] : passes) {
      std::nth_element(seconds.begin(), seconds.begin() + seconds.size() / 2, seconds.end());
      subject.steps[node].push_back(seconds[seconds.size() / 2]);
    }
    return absl::OkStatus();
  }

  void AddSeries(const std::string& name, const std::string& unit, const std::vector<double>& samples,
                 record::Record& record, const Subject* subject) {
    record::MeasuredSeries& series = *record.mutable_measured()->add_series();
    series.set_name(name);
    series.set_unit(unit);
    series.set_measurement(id_);
    for (size_t i = 0; i < samples.size(); ++i) {
      series.add_sample(samples[i]);
      series.add_round(static_cast<int>(i));
      if (subject == nullptr) continue;
      if (subject->contention_known) series.add_contended(subject->contended[i] != 0);
      series.add_iterations(subject->iterations);
    }
    if (subject == nullptr || samples.size() < 2) return;
    // Steady: the later half is not faster than the earlier one by more than a tenth.
    std::vector<double> early(samples.begin(), samples.begin() + samples.size() / 2);
    std::vector<double> late(samples.begin() + samples.size() / 2, samples.end());
    std::sort(early.begin(), early.end());
    std::sort(late.begin(), late.end());
    const bool steady = early[early.size() / 2] < 1.1 * late[late.size() / 2];
    series.set_steady_state(steady ? record::MeasuredSeries::REACHED : record::MeasuredSeries::NOT_REACHED);
  }

  // The id of the measurement: of what was measured together and what came out, so that no two are alike.
  void NameMeasurement() {
    Sha256 digest;
    for (const record::Record& record : records_) digest.AddField(record.key());
    for (const double sample : bare_samples_) digest.AddField(ShortestText(sample));
    id_ = digest.Hex().substr(0, 16);
  }

  void Finish() {
    NameMeasurement();
    for (record::Record& record : records_) {
      record::Measurement& measurement = *record.mutable_measured()->add_measurement();
      measurement.set_id(id_);
      measurement.set_order_seed(order_seed_);
      measurement.set_rounds(rounds_);
      AddSeries("bare matmul 1024", "s", bare_samples_, record, nullptr);
    }
    for (const Subject& subject : subjects_) {
      record::Record& record = records_[subject.record];
      AddSeries(subject.series, "s", subject.samples, record, &subject);
      if (subject.series != ProgramValue(subject.program, "time")) continue;
      AddSeries(ProgramValue(subject.program, "creation time"), "s", {subject.creation_seconds}, record, nullptr);
      AddSeries(ProgramValue(subject.program, "first run"), "s", {subject.first_seconds}, record, nullptr);
      for (const auto& [node, samples] : subject.steps) {
        AddSeries(StepSeriesName(subject.program, node), "s", samples, record, nullptr);
      }
    }
  }

  const LoadedExperiment& experiment_;
  const std::vector<int>& runs_;
  const TimingOptions& options_;
  Progress& progress_;
  const LoadedSweep& sweep_;
  const TimingStudy& study_;
  std::unique_ptr<BareMatmul> bare_;
  std::vector<Subject> subjects_;
  std::vector<double> bare_samples_;
  std::vector<double> step_seconds_;
  std::vector<record::Record> records_;
  std::string id_;
  uint64_t order_seed_ = 0;
  int rounds_ = 0;
};

}  // namespace

std::vector<std::vector<int>> MeasurementGroups(const LoadedExperiment& experiment, int sweep) {
  const auto& study = std::get<TimingStudy>(experiment.sweeps[sweep].study);
  std::map<std::vector<std::string>, std::vector<int>> groups;
  for (size_t i = 0; i < experiment.runs.size(); ++i) {
    const ExperimentRun& run = experiment.runs[i];
    if (run.sweep != sweep) continue;
    std::vector<std::string> key = {absl::StrCat(run.seed)};
    for (const std::string& axis : study.apart) {
      for (const AxisSetting& setting : run.point) {
        if (setting.axis == axis) key.push_back(absl::StrCat(axis, "=", setting.value));
      }
    }
    groups[key].push_back(static_cast<int>(i));
  }
  std::vector<std::vector<int>> result;
  for (auto& group : groups) result.push_back(std::move(group.second));
  std::sort(result.begin(), result.end());
  return result;
}

absl::StatusOr<std::vector<record::Record>> RunTiming(const LoadedExperiment& experiment, const std::vector<int>& runs,
                                                      const TimingOptions& options, Progress& progress) {
  return Measurement(experiment, runs, options, progress).Run();
}

}  // namespace plumbline
