#include "tools/rerun/rerun.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsl/diagnostic.h"
#include "experiments/random.h"
#include "reports/digest.h"
#include "reports/files.h"
#include "reports/merge_launches.h"
#include "reports/number_text.h"
#include "reports/record_store.h"
#include "reports/record_values.h"
#include "tools/rerun/child.h"
#include "tools/rerun/remove_tree.h"

namespace plumbline {
namespace {

constexpr int kLogLines = 15;
constexpr char kOrderStream[] = "order of launches";
constexpr std::array<const char*, 2> kSideFolders = {"a", "b"};

// What is launched in a round: the first side, the second, the first again.
constexpr std::array<int, 3> kLaunched = {0, 1, 0};
using Launches = std::array<std::vector<std::vector<record::Record>>, kLaunched.size()>;

// The id of a measurement, of what came out, so that no two are alike.
std::string NameOf(const Launches& launches) {
  Sha256 digest;
  for (const auto& side : launches) {
    for (const std::vector<record::Record>& launch : side) {
      for (const record::Record& record : launch) {
        digest.AddField(record.key());
        for (const record::MeasuredSeries& series : record.measured().series()) {
          for (const double sample : series.sample()) digest.AddField(ShortestText(sample));
        }
      }
    }
  }
  return digest.Hex().substr(0, 16);
}

}  // namespace

absl::StatusOr<Rerun> Rerun::Begin(const RerunRequest& request, Progress& progress) {
  Rerun rerun(request, progress);
  absl::Status status = MakeFolders(RealSystemCalls(), request.folder);
  if (status.ok()) status = rerun.Claim();
  if (!status.ok()) return status;
  rerun.Clean();
  (void)RemoveFile(RealSystemCalls(), rerun.RequestOf(0).log);
  for (int i = 0; i < 2; ++i) {
    absl::StatusOr<Side> side = FindSide(rerun.RequestOf(i));
    if (!side.ok()) return side.status();
    rerun.sides_.push_back(*std::move(side));
  }
  return rerun;
}

Rerun::Rerun(Rerun&& other) noexcept
    : request_(std::move(other.request_)),
      progress_(other.progress_),
      lock_(std::exchange(other.lock_, -1)),
      again_(other.again_),
      sides_(std::move(other.sides_)) {
  for (int i = 0; i < 2; ++i) records_[i] = std::move(other.records_[i]);
}

Rerun::~Rerun() {
  if (lock_ < 0) return;
  Clean();
  close(lock_);
}

// The lock goes with the process, however it ends.
absl::Status Rerun::Claim() {
  const std::string path = JoinPath(request_.folder, "lock");
  lock_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ < 0) return FileError(path, "it cannot be opened", errno);
  if (flock(lock_, LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
  close(std::exchange(lock_, -1));
  return absl::UnavailableError(absl::StrCat(request_.folder, ": error: another rerun works here"));
}

void Rerun::Clean() { RemoveTree(JoinPath(request_.folder, "work")); }

std::string Rerun::WorkPath(const std::string& name) const { return JoinPath(JoinPath(request_.folder, "work"), name); }

std::string Rerun::FolderOfSide(int side) const { return JoinPath(request_.folder, kSideFolders[side]); }

std::string Rerun::TracesOf(int side) const { return JoinPath(FolderOfSide(side), "traces"); }

SideRequest Rerun::RequestOf(int side) const {
  return {side == 0 ? request_.a : request_.b, request_.repository, WorkPath(kSideFolders[side]),
          JoinPath(request_.folder, "cache"), JoinPath(request_.folder, "log")};
}

absl::Status Rerun::BuildSides() {
  for (int i = 0; i < 2; ++i) {
    const bool same = i == 1 && sides_[0].tree == sides_[1].tree;
    if (same || (i == 1 && !sides_[1].commit.empty() && sides_[0].commit == sides_[1].commit)) {
      sides_[1].tree = sides_[0].tree;
      sides_[1].program = sides_[0].program;
      continue;
    }
    progress_->Say(absl::StrCat("build ", EscapeForTerminal(sides_[i].name)));
    const absl::Status status = BuildSide(RequestOf(i), sides_[i]);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Rerun::RunProgram(int side, const std::vector<std::string>& flags, const std::string& records) {
  const std::vector<std::string> experiments =
      request_.experiments.empty() ? ExperimentsOf(sides_[side]) : request_.experiments;
  if (experiments.empty()) {
    return absl::NotFoundError(absl::StrCat(EscapeForTerminal(sides_[side].name), " has no experiments"));
  }
  std::vector<std::string> words = {sides_[side].program, "reproduce"};
  words.insert(words.end(), experiments.begin(), experiments.end());
  words.push_back(absl::StrCat("--records=", records));
  words.push_back(absl::StrCat("--data_dir=", request_.data_dir));
  words.insert(words.end(), request_.run_flags.begin(), request_.run_flags.end());
  words.insert(words.end(), flags.begin(), flags.end());
  const std::string log = RequestOf(side).log;
  const absl::StatusOr<int> exit_code = RunLogged(words, sides_[side].tree, log);
  if (!exit_code.ok()) return exit_code.status();
  if (Progress::StopSignal() != 0) return absl::CancelledError("stopped by a signal");
  if (*exit_code == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(EscapeForTerminal(sides_[side].name), " does not run (exit code ", *exit_code,
                                             "); the log ", log, " ends\n", LastLines(log, kLogLines)));
}

absl::Status Rerun::RunExact(int side) {
  progress_->Say(absl::StrCat("exact results of ", EscapeForTerminal(sides_[side].name)));
  const std::string folder = WorkPath(absl::StrCat(kSideFolders[side], "/exact"));
  std::vector<std::string> flags = {"--exact_only"};
  if (request_.traces) flags.push_back("--trace");
  const std::string records = JoinPath(folder, "records");
  const absl::Status status = RunProgram(side, flags, records);
  if (!status.ok()) return status;
  absl::StatusOr<std::vector<record::Record>> made = RecordStore(RealSystemCalls(), records).ReadAll();
  if (!made.ok()) return made.status();
  for (record::Record& record : *made) records_[side].push_back(std::move(record));
  std::error_code error;
  std::filesystem::rename(JoinPath(folder, "traces"), TracesOf(side), error);  // there need not be any
  return absl::OkStatus();
}

absl::StatusOr<std::vector<record::Record>> Rerun::Launch(int side, const std::string& name) {
  const std::string records = WorkPath(absl::StrCat("launches/", name, "/records"));
  const absl::Status status = RunProgram(side, {"--measured_only", "--rounds=1", "--step_times"}, records);
  if (!status.ok()) return status;
  return RecordStore(RealSystemCalls(), records).ReadAll();
}

absl::Status Rerun::MeasureAll() {
  Launches launches;
  const RandomStream order(request_.seed, kOrderStream);
  int done = 0;
  for (int round = 0; round < request_.rounds; ++round) {
    for (const int index : order.Permutation(static_cast<int>(kLaunched.size()), round)) {
      progress_->Update("interleaved rounds", done++, static_cast<double>(request_.rounds * kLaunched.size()));
      absl::StatusOr<std::vector<record::Record>> records = Launch(kLaunched[index], absl::StrCat(round, ".", index));
      if (!records.ok()) return records.status();
      launches[index].push_back(*std::move(records));
    }
    if (launches[0][0].empty() && launches[1][0].empty()) return absl::OkStatus();  // nothing to measure
  }
  const std::string id = NameOf(launches);
  std::array<std::vector<record::Record>, 3> merged;
  for (size_t i = 0; i < merged.size(); ++i) {
    absl::StatusOr<std::vector<record::Record>> records = MergeLaunches(launches[i], id, request_.seed);
    if (!records.ok()) return records.status();
    merged[i] = *std::move(records);
  }
  AddRepetition(merged[2], merged[0]);
  for (int side = 0; side < 2; ++side) {
    for (record::Record& record : merged[side]) records_[side].push_back(std::move(record));
  }
  return absl::OkStatus();
}

absl::Status Rerun::KeepRecords(int side) {
  const RecordStore store(RealSystemCalls(), JoinPath(FolderOfSide(side), "records"));
  for (const record::Record& record : records_[side]) {
    const absl::Status status = store.Write(record);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Rerun::Run() {
  absl::Status status = BuildSides();
  for (int side = 0; side < 2 && status.ok(); ++side) {
    std::error_code error;
    std::filesystem::remove_all(FolderOfSide(side), error);  // of the last rerun
    status = MakeFolders(RealSystemCalls(), FolderOfSide(side));
    if (status.ok() && request_.exact) status = RunExact(side);
  }
  if (status.ok() && request_.rounds > 0) status = MeasureAll();
  for (int side = 0; side < 2 && status.ok(); ++side) status = KeepRecords(side);
  return status;
}

absl::StatusOr<std::string> Rerun::RunAgain(int side, const trace::Trace& trace, const std::vector<std::string>& flags) {
  const std::string folder = WorkPath(absl::StrCat("again", ++again_));
  std::vector<std::string> all = {absl::StrCat("--only=seed=", trace.seed())};
  for (const record::AxisValue& value : trace.point()) {
    all.push_back(absl::StrCat("--only=", value.axis(), "=", value.value()));
  }
  all.insert(all.end(), flags.begin(), flags.end());
  const absl::Status status = RunProgram(side, all, JoinPath(folder, "records"));
  if (!status.ok()) return status;
  return JoinPath(folder, "traces");
}

}  // namespace plumbline
