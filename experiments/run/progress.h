// What a long run tells the user, and how the user stops it.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_PROGRESS_H_
#define PLUMBLINE_EXPERIMENTS_RUN_PROGRESS_H_

#include <chrono>
#include <string>

namespace plumbline {

// Writes to stderr: on a terminal one line that is rewritten, otherwise a line now and then. Colour is never used.
class Progress {
 public:
  explicit Progress(bool quiet);
  ~Progress();

  // A line of its own.
  void Say(const std::string& line);
  // `done` of `total` units of work; shows the time left.
  void Update(const std::string& what, double done, double total);
  // The same with a remark about how it goes, such as a rate.
  void Update(const std::string& what, const std::string& remark, double done, double total);

  // Installs handlers for SIGINT, SIGTERM and SIGHUP while alive; a second signal a while after the
  // first ends the process at once.
  // The signal that asked to stop, or 0.
  static int StopSignal();

 private:
  using Clock = std::chrono::steady_clock;
  void ClearLine();

  bool quiet_;
  bool terminal_;
  bool open_line_ = false;
  std::string what_;
  Clock::time_point start_;
  Clock::time_point last_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_PROGRESS_H_
