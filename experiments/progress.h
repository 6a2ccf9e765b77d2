// Tells on stderr how far a long run is: on a terminal by one line that is rewritten, elsewhere by a plain line now
// and then. Honours NO_COLOR and TERM=dumb. Never writes to stdout.
#ifndef PLUMBLINE_EXPERIMENTS_PROGRESS_H_
#define PLUMBLINE_EXPERIMENTS_PROGRESS_H_

#include <chrono>
#include <string>

#include "absl/strings/string_view.h"

namespace plumbline {

// "3 min 20 s", "12 s", "0.4 s".
std::string DurationText(double seconds);

class Progress {
 public:
  // Where lines go; kNowhere for tests and quiet callers.
  enum class Output { kStderr, kNowhere };
  explicit Progress(Output output);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // A sentence of its own that stays.
  void Say(absl::string_view sentence);

  // A stretch of work expected to take `seconds`.
  void Begin(absl::string_view what, double seconds);
  // `done` of all its seconds of work are done; `rate` says how fast ("12 samples/s"), `state` where it is.
  void Update(double done, double all, absl::string_view rate, absl::string_view state);
  void End();

 private:
  using Clock = std::chrono::steady_clock;

  void Erase();
  void Write(absl::string_view text);

  const bool silent_;
  const bool terminal_;
  const bool color_;
  bool shown_ = false;  // a line stands that is to be rewritten
  std::string what_;
  Clock::time_point begin_;
  Clock::time_point last_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_PROGRESS_H_
