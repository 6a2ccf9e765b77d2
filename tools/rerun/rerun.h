// Builds two sides and runs them here and now, their measured rounds interleaved, so that what they measure can be compared.
//
// A round is a launch of each side's program, in an order drawn anew, and a second launch of the first side, whose
// distance from the first launch is the noise floor. So what differs from process to process counts as noise, and a side
// needs no more of a protocol than the flags of `run`.
#ifndef PLUMBLINE_TOOLS_RERUN_RERUN_H_
#define PLUMBLINE_TOOLS_RERUN_RERUN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "experiments/run/progress.h"
#include "reports/record.pb.h"
#include "reports/trace.pb.h"
#include "tools/rerun/side.h"

namespace plumbline {

struct RerunRequest {
  std::string a, b;        // commits or trees
  std::string repository;  // a folder in it
  std::string folder;      // of records, traces, cache and log; one rerun at a time works in it
  std::vector<std::string> experiments;  // relative to a tree; empty: all of each tree
  std::vector<std::string> run_flags;    // for all runs of both sides: "--scale=smoke"
  std::string data_dir;
  int rounds = 12;
  bool exact = true;     // also run what measures nothing
  bool traces = false;   // with traces
  uint64_t seed = 1;     // of the order within rounds
};

// Runs of one side that the caller asks for later, while the sides are still there.
class Rerun {
 public:
  // Claims the folder and clears away what a killed rerun left in it. Errors: another one works in it; no such side.
  static absl::StatusOr<Rerun> Begin(const RerunRequest& request, Progress& progress);
  ~Rerun();
  Rerun(Rerun&& other) noexcept;
  Rerun& operator=(Rerun&&) = delete;

  // Builds both sides, runs them, and writes their records to FOLDER/a/records and FOLDER/b/records, traces beside them.
  // Errors: Unavailable, with the end of the log, when a side does not build or run; Cancelled when a signal stopped it.
  absl::Status Run();

  // The records, after Run.
  const std::vector<record::Record>& records(int side) const { return records_[side]; }
  const Side& side(int side) const { return sides_[side]; }
  std::string TracesOf(int side) const;

  // Makes the run of a trace of that side again, with these flags more, and gives the folder of its traces. Errors as Run.
  absl::StatusOr<std::string> RunAgain(int side, const trace::Trace& trace, const std::vector<std::string>& flags);

 private:
  Rerun(const RerunRequest& request, Progress& progress) : request_(request), progress_(&progress) {}
  std::string WorkPath(const std::string& name) const;
  std::string FolderOfSide(int side) const;
  SideRequest RequestOf(int side) const;
  absl::Status Claim();
  absl::Status BuildSides();
  absl::Status RunProgram(int side, const std::vector<std::string>& flags, const std::string& records);
  absl::Status RunExact(int side);
  absl::StatusOr<std::vector<record::Record>> Launch(int side, const std::string& name);
  absl::Status MeasureAll();
  absl::Status KeepRecords(int side);
  void Clean();

  RerunRequest request_;
  Progress* progress_;
  int lock_ = -1;  // a descriptor
  int again_ = 0;  // runs of RunAgain so far
  std::vector<Side> sides_;
  std::vector<record::Record> records_[2];
};

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_RERUN_RERUN_H_
