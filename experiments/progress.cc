#include "experiments/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace plumbline {
namespace {

constexpr double kTerminalSeconds = 0.2;  // between two updates
constexpr double kPlainSeconds = 15;
constexpr int kBarWidth = 24;

bool IsSet(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && value[0] != '\0';
}

bool IsTerminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && (term == nullptr || absl::string_view(term) != "dumb");
}

double Seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

std::string DurationText(double seconds) {
  if (!(seconds >= 0)) return "?";
  if (seconds < 9.95) return absl::StrFormat("%.1f s", seconds);
  const int64_t whole = std::llround(seconds);
  if (whole < 60) return absl::StrCat(whole, " s");
  if (whole < 3600) return absl::StrFormat("%d min %02d s", whole / 60, whole % 60);
  return absl::StrFormat("%d h %02d min", whole / 3600, whole / 60 % 60);
}

Progress::Progress(Output output)
    : silent_(output == Output::kNowhere), terminal_(!silent_ && IsTerminal()), color_(terminal_ && !IsSet("NO_COLOR")) {}

Progress::~Progress() { Erase(); }

void Progress::Write(absl::string_view text) {
  while (!silent_ && !text.empty()) {
    const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<size_t>(written));
  }
}

void Progress::Erase() {
  if (!shown_) return;
  Write("\r\033[K");
  shown_ = false;
}

void Progress::Say(absl::string_view sentence) {
  Erase();
  Write(absl::StrCat(sentence, "\n"));
}

void Progress::Begin(absl::string_view what, double seconds) {
  what_ = std::string(what);
  begin_ = last_ = Clock::now();
  Say(absl::StrCat(what_, ": about ", DurationText(seconds)));
}

void Progress::Update(double done, double all, absl::string_view rate, absl::string_view state) {
  const Clock::time_point now = Clock::now();
  if (Seconds(now - last_) < (terminal_ ? kTerminalSeconds : kPlainSeconds)) return;
  last_ = now;
  const double share = all > 0 ? std::min(1.0, done / all) : 0;
  const double elapsed = Seconds(now - begin_);
  const std::string left = share > 0.01 ? DurationText(elapsed * (1 - share) / share) : "?";
  const std::string text =
      absl::StrFormat("%s: %3.0f %%, %s, %s left, %s", what_, 100 * share, rate, left, state);
  if (!terminal_) {
    Write(absl::StrCat(text, "\n"));
    return;
  }
  const int filled = static_cast<int>(share * kBarWidth);
  const std::string bar = absl::StrCat(std::string(filled, '='), std::string(kBarWidth - filled, ' '));
  Write(absl::StrCat("\r\033[K", color_ ? "\033[36m" : "", "[", bar, "]", color_ ? "\033[0m" : "", " ", text));
  shown_ = true;
}

void Progress::End() { Erase(); }

}  // namespace plumbline
