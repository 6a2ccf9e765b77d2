#include "experiments/machine.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "reports/digest.h"

namespace plumbline {
namespace {

// The first line of a file under /proc that begins with `prefix`, in words.
std::vector<std::string> Words(const char* path, absl::string_view prefix) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (absl::StartsWith(line, prefix)) return absl::StrSplit(line, ' ', absl::SkipEmpty());
  }
  return {};
}

template <typename T>
std::optional<T> Integer(const std::vector<std::string>& words, size_t index) {
  T value = 0;
  if (index >= words.size() || !absl::SimpleAtoi(words[index], &value)) return std::nullopt;
  return value;
}

// The number of "NAME=NUMBER".
std::optional<double> Assigned(const std::vector<std::string>& words, absl::string_view name) {
  for (const std::string& word : words) {
    double value = 0;
    if (absl::StartsWith(word, name) && word.size() > name.size() && word[name.size()] == '=' &&
        absl::SimpleAtod(absl::string_view(word).substr(name.size() + 1), &value)) {
      return value;
    }
  }
  return std::nullopt;
}

double Share(const std::optional<int64_t>& before, const std::optional<int64_t>& after, double unit, double seconds) {
  if (!before || !after || seconds <= 0) return 0;
  return std::max(0.0, static_cast<double>(*after - *before) * unit / seconds);
}

}  // namespace

std::string CpuModel() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    if (!absl::StartsWith(line, "model name")) continue;
    const size_t colon = line.find(':');
    if (colon != std::string::npos) return std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
  }
  return "";
}

std::string ProgramDigest() {
  static const std::string* const digest = [] {
    std::ifstream file("/proc/self/exe", std::ios::binary);
    Sha256 sum;
    std::vector<char> block(size_t{1} << 20);
    while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0) {
      sum.Add({block.data(), static_cast<size_t>(file.gcount())});
    }
    return new std::string(file.eof() ? sum.Hex() : std::string());
  }();
  return *digest;
}

std::optional<double> LoadAverage() {
  const std::vector<std::string> words = Words("/proc/loadavg", "");
  double load = 0;
  if (words.empty() || !absl::SimpleAtod(words[0], &load)) return std::nullopt;
  return load;
}

std::optional<double> CpuPressure() { return Assigned(Words("/proc/pressure/cpu", "some"), "avg10"); }

std::optional<int64_t> ResidentBytes() {
  const std::optional<int64_t> pages = Integer<int64_t>(Words("/proc/self/statm", ""), 1);
  if (!pages) return std::nullopt;
  return *pages * sysconf(_SC_PAGESIZE);
}

void ReleaseFreedMemory() { malloc_trim(0); }

ContentionWatch::Counters ContentionWatch::Read() {
  Counters counters;
  counters.wall_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                         std::chrono::steady_clock::now().time_since_epoch()).count();
  const std::optional<double> pressure = Assigned(Words("/proc/pressure/cpu", "some"), "total");
  if (pressure) counters.pressure_us = static_cast<int64_t>(*pressure);
  counters.waiting_ns = Integer<int64_t>(Words("/proc/thread-self/schedstat", ""), 1);
  counters.stolen_ticks = Integer<int64_t>(Words("/proc/stat", "cpu "), 8);
  return counters;
}

ContentionWatch::ContentionWatch() : start_(Read()) {}

ContentionWatch::Observation ContentionWatch::Stop() const {
  const Counters end = Read();
  const double seconds = static_cast<double>(end.wall_ns - start_.wall_ns) * 1e-9;
  const double processors = std::max(1u, std::thread::hardware_concurrency());
  Observation observation;
  observation.known = end.pressure_us || end.waiting_ns || end.stolen_ticks;
  observation.pressure = std::min(1.0, Share(start_.pressure_us, end.pressure_us, 1e-6, seconds));
  observation.waiting = Share(start_.waiting_ns, end.waiting_ns, 1e-9, seconds);
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  observation.stolen = Share(start_.stolen_ticks, end.stolen_ticks, 1 / ticks, seconds * processors);
  observation.contended = observation.waiting > kContendedShare || observation.stolen > kContendedShare;
  return observation;
}

}  // namespace plumbline
