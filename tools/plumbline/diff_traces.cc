#include "tools/plumbline/diff_traces.h"

#include <filesystem>
#include <map>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "reports/files.h"
#include "reports/record_values.h"
#include "reports/trace_comparison.h"
#include "reports/trace_text.h"
#include "tools/rerun/value_difference.h"

namespace plumbline {
namespace {

constexpr size_t kLargestTrace = size_t{1} << 30;
constexpr int kMostRunsAgain = 3;  // pairs of runs that are made again for a closer look

// A trace and the folder it lies in, where the numbers of its values are as well.
struct Placed {
  trace::Trace trace;
  std::string folder;
};

absl::StatusOr<trace::Trace> ReadTrace(const std::string& file) {
  const absl::StatusOr<std::string> text = ReadFile(RealSystemCalls(), file, kLargestTrace);
  if (!text.ok()) return text.status();
  return ParseTrace(*text, file);
}

// By experiment, point and seed.
absl::StatusOr<std::map<std::string, Placed>> ReadTraces(const std::string& folder) {
  std::map<std::string, Placed> traces;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".textproto") continue;
    absl::StatusOr<trace::Trace> trace = ReadTrace(entry.path().string());
    if (!trace.ok()) return trace.status();
    std::string title = RunTitle(*trace);
    traces[std::move(title)] = {*std::move(trace), folder};
  }
  if (traces.empty()) {
    return absl::NotFoundError(absl::StrCat(folder, ": error: there are no traces; run with --trace"));
  }
  return traces;
}

const trace::Step* FindStep(const trace::Trace& trace, int64_t number) {
  for (const trace::Step& step : trace.step()) {
    if (step.step() == number) return &step;
  }
  return nullptr;
}

// The first step that both traced and that differs, and in it the name of the first value that does.
std::optional<std::pair<int64_t, std::string>> FirstValue(const trace::Trace& a, const trace::Trace& b) {
  for (const trace::Step& step_b : b.step()) {
    const trace::Step* const step_a = FindStep(a, step_b.step());
    if (step_a == nullptr || step_a->root() == step_b.root()) continue;
    const StepComparison comparison = CompareSteps(*step_a, step_b);
    if (comparison.first) return std::make_pair(step_b.step(), step_b.value(comparison.first->b).name());
  }
  return std::nullopt;
}

class PairOfTraces {
 public:
  PairOfTraces(Placed a, Placed b, Rerun* rerun) : a_(std::move(a)), b_(std::move(b)), rerun_(rerun) {}

  bool ran_again() const { return ran_again_; }

  absl::StatusOr<std::string> Describe() {
    const std::optional<int64_t> step = FirstDifferentStep(a_.trace, b_.trace);
    if (step && rerun_ != nullptr && (FindStep(a_.trace, *step) == nullptr || FindStep(b_.trace, *step) == nullptr)) {
      const absl::Status status = RunAgain({absl::StrCat("--trace_steps=", *step)});
      if (!status.ok()) return status;
    }
    std::string text = DescribeTraceDifference(a_.trace, b_.trace);
    const auto value = FirstValue(a_.trace, b_.trace);
    if (!value) return text;
    const auto numbers = [&](const Placed& side) {
      return JoinPath(side.folder, absl::StrCat(side.trace.key(), ".", value->first, ".npz"));
    };
    std::error_code error;
    if (!std::filesystem::exists(numbers(b_), error) && rerun_ != nullptr) {
      const absl::Status status =
          RunAgain({absl::StrCat("--trace_steps=", value->first), absl::StrCat("--trace_values=", value->second)});
      if (!status.ok()) return status;
    }
    // What a step is given (an input, a parameter) is no op's result and has no numbers beside the trace.
    if (!std::filesystem::exists(numbers(a_), error) || !std::filesystem::exists(numbers(b_), error)) return text;
    const absl::StatusOr<std::string> difference = DescribeValueDifference(numbers(a_), numbers(b_), value->second);
    if (!difference.ok()) return difference.status();
    return absl::StrCat(text, "  ", *difference, "\n");
  }

 private:
  absl::Status RunAgain(const std::vector<std::string>& flags) {
    ran_again_ = true;
    for (int side = 0; side < 2; ++side) {
      Placed& placed = side == 0 ? a_ : b_;
      const absl::StatusOr<std::string> folder = rerun_->RunAgain(side, placed.trace, flags);
      if (!folder.ok()) return folder.status();
      absl::StatusOr<trace::Trace> trace = ReadTrace(JoinPath(*folder, absl::StrCat(placed.trace.key(), ".textproto")));
      if (!trace.ok()) return trace.status();
      placed = {*std::move(trace), *folder};
    }
    return absl::OkStatus();
  }

  Placed a_, b_;
  Rerun* const rerun_;
  bool ran_again_ = false;
};

}  // namespace

absl::StatusOr<std::string> DescribeTraces(const std::string& folder_a, const std::string& folder_b, Rerun* rerun) {
  auto traces_a = ReadTraces(folder_a), traces_b = ReadTraces(folder_b);
  if (!traces_a.ok()) return traces_a.status();
  if (!traces_b.ok()) return traces_b.status();
  std::string text;
  int runs_again = 0;
  for (auto& [title, trace] : *traces_a) {
    const auto other = traces_b->find(title);
    if (other == traces_b->end()) continue;
    PairOfTraces pair(std::move(trace), std::move(other->second), runs_again < kMostRunsAgain ? rerun : nullptr);
    const absl::StatusOr<std::string> description = pair.Describe();
    if (!description.ok()) return description.status();
    runs_again += pair.ran_again() ? 1 : 0;
    absl::StrAppend(&text, "trace of ", title, "\n", *description);
  }
  return text;
}

}  // namespace plumbline
