// Workers take runs in order; the caller's thread reports.
#include "experiments/run/parallel_trainings.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "experiments/run/training_study.h"

namespace plumbline {
namespace {

constexpr std::chrono::milliseconds kReportInterval(200);
constexpr double kEstimateSeconds = 2;  // until the rate is known

class Trainings {
 public:
  Trainings(const LoadedExperiment& experiment, const std::vector<int>& runs, const DataSet& data,
            const TrainingOptions& options, ClaimedWork& work,
            const std::function<absl::Status(const record::Record&)>& store)
      : experiment_(experiment), runs_(runs), work_(work), store_(store) {
    const int workers = std::min<int>(options.threads, static_cast<int>(runs.size()));
    context_.experiment = &experiment;
    context_.data = &data;
    context_.checkpoints = options.checkpoints;
    context_.save_seconds = options.save_seconds;
    context_.trace = options.trace;
    context_.traces = options.traces;
    context_.threads = std::max(1, options.threads / std::max(workers, 1));
    context_.all_threads = options.threads;
    context_.steps = &steps_;
    context_.items = &items_;
    context_.stop = &stop_;
    context_.say = [this](const std::string& line) {
      const std::lock_guard<std::mutex> lock(mutex_);
      lines_.push_back(line);
    };
    running_ = workers;
    batch_ = std::max<int64_t>(1, experiment.runs[runs[0]].training->batch);
    for (const int run : runs) total_steps_ += StepsOf(experiment.runs[run], data);
  }

  absl::Status Run(const std::string& name, Progress& progress) {
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    const int workers = running_;
    bool estimated = false;
    for (int i = 0; i < workers; ++i) threads.emplace_back([this] { Work(); });
    std::unique_lock<std::mutex> lock(mutex_);
    while (!finished_.wait_for(lock, kReportInterval, [this] { return running_ == 0; })) {
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      const double rate = static_cast<double>(items_.load()) / seconds;
      const std::string detail =
          absl::StrFormat("%d of %d runs, %.0f items/s", done_, static_cast<int>(runs_.size()), rate);
      std::vector<std::string> lines = std::move(lines_);
      lines_.clear();
      lock.unlock();
      if (!estimated && seconds > kEstimateSeconds) lines.push_back(Estimate(name, rate));
      estimated |= seconds > kEstimateSeconds;
      for (const std::string& line : lines) progress.Say(line);
      progress.Update(absl::StrCat("train ", name), detail, static_cast<double>(steps_.load()),
                      static_cast<double>(total_steps_));
      lock.lock();
    }
    lock.unlock();
    for (std::thread& thread : threads) thread.join();
    for (const std::string& line : lines_) progress.Say(line);
    return status_;
  }

 private:
  // From the steps of the first seconds.
  std::string Estimate(const std::string& name, double rate) const {
    // Steps that a resumed run found done took no time.
    const double left = static_cast<double>(total_steps_ - steps_.load());
    const double steps_a_second = rate / static_cast<double>(batch_);
    return absl::StrFormat("train %s: about %.0f s at %.0f items/s", name, left / std::max(steps_a_second, 1e-9), rate);
  }

  void Work() {
    while (!Failed()) {
      const auto unit = work_.Next([this] { return Progress::StopSignal() != 0 || stop_; }, context_.say);
      if (unit.ok() && !*unit) break;
      const absl::StatusOr<record::Record> record =
          unit.ok() ? RunTraining(context_, experiment_.runs[runs_[(*unit)->index]]) : unit.status();
      const std::lock_guard<std::mutex> lock(mutex_);
      const absl::Status status = record.ok() ? store_(*record) : record.status();
      if (!status.ok() && status_.ok()) status_ = status;
      if (!status.ok()) stop_ = true;
      ++done_;
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    --running_;
    finished_.notify_one();
  }

  bool Failed() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return !status_.ok();
  }

  const LoadedExperiment& experiment_;
  const std::vector<int>& runs_;
  ClaimedWork& work_;
  const std::function<absl::Status(const record::Record&)>& store_;
  TrainingContext context_;
  int64_t total_steps_ = 0;
  int64_t batch_ = 1;  // of the first run
  std::vector<std::string> lines_;  // for the user, from the workers
  std::atomic<int64_t> steps_{0};
  std::atomic<int64_t> items_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::condition_variable finished_;
  int running_ = 0;
  int done_ = 0;
  absl::Status status_;
};

}  // namespace

absl::Status RunTrainings(const LoadedExperiment& experiment, const std::vector<int>& runs, const DataSet& data,
                          const TrainingOptions& options, ClaimedWork& work, Progress& progress,
                          const std::function<absl::Status(const record::Record&)>& store) {
  if (runs.empty()) return absl::OkStatus();
  const std::string& sweep = experiment.sweeps[experiment.runs[runs[0]].sweep].name;
  progress.Say(absl::StrCat("train ", sweep, ": ", runs.size(), " runs on ", options.threads,
                            options.threads == 1 ? " thread" : " threads"));
  return Trainings(experiment, runs, data, options, work, store).Run(sweep, progress);
}

}  // namespace plumbline
