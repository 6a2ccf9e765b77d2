// What the operating system says of the machine while something is measured: load, pressure, stolen time, memory.
// Where it says nothing, the answer is absent, never a guess.
#ifndef PLUMBLINE_EXPERIMENTS_MACHINE_H_
#define PLUMBLINE_EXPERIMENTS_MACHINE_H_

#include <cstdint>
#include <optional>
#include <string>

namespace plumbline {

// Empty when unknown.
std::string CpuModel();
// SHA-256 of the file of the running program, hexadecimal; empty when it cannot be read.
std::string ProgramDigest();
// Processes that run or wait, averaged over a minute.
std::optional<double> LoadAverage();
// Percent of the last ten seconds in which some task waited for a processor.
std::optional<double> CpuPressure();
// Resident memory of this process, bytes.
std::optional<int64_t> ResidentBytes();
// Gives freed memory back to the system, so that ResidentBytes means what is in use.
void ReleaseFreedMemory();

// Watches for what disturbs a measurement of the calling thread, from construction on.
class ContentionWatch {
 public:
  ContentionWatch();

  struct Observation {
    bool known = false;      // false: the system says nothing
    bool contended = false;  // more than kContendedShare of the time went to others
    double pressure = 0;     // share of the time in which some task of the machine waited for a processor
    double waiting = 0;      // share in which this thread could run but did not
    double stolen = 0;       // share of all processors' time taken by the hypervisor
  };
  Observation Stop() const;

 private:
  struct Counters {
    int64_t wall_ns = 0;
    std::optional<int64_t> pressure_us;
    std::optional<int64_t> waiting_ns;
    std::optional<int64_t> stolen_ticks;
  };
  static Counters Read();

  Counters start_;
};

// Of the time of a sample.
inline constexpr double kContendedShare = 0.02;

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_MACHINE_H_
