// Times every step of a program on its own, beside the bare oneDNN matmul.
#ifndef PLUMBLINE_TOOLS_PLUMBLINE_PROFILE_H_
#define PLUMBLINE_TOOLS_PLUMBLINE_PROFILE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "compiler/runtime/program.h"

namespace plumbline {

struct Profile {
  std::vector<double> step_microseconds;  // medians over the rounds
  double bare_gigaflops = 0;              // f32 matmul 1024³, one thread, median of the same rounds
};

// Runs the program on seeded standard normal inputs and small parameters, one thread, several rounds of about a second
// in all; each round also times the matmul. Integer inputs are zeros.
absl::StatusOr<Profile> ProfileProgram(const Program& program);

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_PLUMBLINE_PROFILE_H_
