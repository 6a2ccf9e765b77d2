// Plain lines; the handler only notes the signal.
#include "experiments/run/progress.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace plumbline {
namespace {

volatile sig_atomic_t stop_signal = 0;
volatile sig_atomic_t stop_second = 0;

// One request may arrive as two signals: timeout(1) signals its child and then the child's group, and a shell beside
// the terminal does the same. A second one within this time is the first.
constexpr long kSameRequestSeconds = 2;

void NoteSignal(int signal) {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (stop_signal == 0) {
    stop_signal = signal;
    stop_second = static_cast<sig_atomic_t>(now.tv_sec);
  } else if (now.tv_sec - stop_second >= kSameRequestSeconds) {
    _exit(128 + signal);
  }
}

constexpr double kLineSeconds = 10;      // between lines that are not rewritten
constexpr double kRewriteSeconds = 0.2;  // between rewritings

void InstallHandlers() {
  struct sigaction action;
  std::memset(&action, 0, sizeof(action));
  action.sa_handler = NoteSignal;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

}  // namespace

Progress::Progress(bool quiet) : quiet_(quiet), terminal_(isatty(STDERR_FILENO) != 0) {
  const char* terminal = std::getenv("TERM");
  if (terminal != nullptr && std::strcmp(terminal, "dumb") == 0) terminal_ = false;
  stop_signal = 0;
  InstallHandlers();
  start_ = last_ = Clock::now();
}

Progress::~Progress() {
  ClearLine();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::signal(signal, SIG_DFL);
}

void Progress::ClearLine() {
  if (open_line_) std::fputs("\r\033[K", stderr);
  open_line_ = false;
}

void Progress::Say(const std::string& line) {
  if (quiet_) return;
  ClearLine();
  std::fprintf(stderr, "%s\n", line.c_str());
}

void Progress::Update(const std::string& what, double done, double total) { Update(what, "", done, total); }

void Progress::Update(const std::string& what, const std::string& remark, double done, double total) {
  const Clock::time_point now = Clock::now();
  const auto since = [&](Clock::time_point time) { return std::chrono::duration<double>(now - time).count(); };
  if (what != what_) {
    what_ = what;
    start_ = now;
    last_ = now;
    return;
  }
  if (quiet_ || since(last_) < (terminal_ ? kRewriteSeconds : kLineSeconds)) return;
  last_ = now;
  // Work beyond the estimate, such as rounds that still fit, has no end that could be told.
  const double left = done > 0 && done < total ? since(start_) * (total - done) / done : 0;
  std::string line = done < total ? absl::StrFormat("%s: %.0f %%, about %.0f s left", what, 100 * done / total, left)
                                  : absl::StrFormat("%s: going on while there is time", what);
  if (!remark.empty()) line += absl::StrCat(" (", remark, ")");
  if (terminal_) {
    std::fprintf(stderr, "\r%s\033[K", line.c_str());
    open_line_ = true;
  } else {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
}

int Progress::StopSignal() { return stop_signal; }

}  // namespace plumbline
