// One step of a lowered program: a oneDNN primitive or a host kernel, with its operands as places in buffers.
// A Step is immutable and shared; each worker binds it once to its own buffers and then only runs it.
#ifndef PLUMBLINE_COMPILER_RUNTIME_STEP_H_
#define PLUMBLINE_COMPILER_RUNTIME_STEP_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"

namespace plumbline {

// The buffers a program refers to. Inputs and outputs have one each, from kFirstExternal on.
enum BufferIndex : int { kArena = 0, kParameters = 1, kGradients = 2, kConstants = 3, kFirstExternal = 4 };

// A place in a buffer. An absent operand (an output nothing reads) binds to a null pointer.
struct Operand {
  int buffer = -1;
  int64_t offset = 0;  // bytes

  bool present() const { return buffer >= 0; }
  // Whether the buffer may be another one in the next run.
  bool external() const { return buffer >= kFirstExternal || buffer == kGradients; }
};

// Start addresses by buffer index.
using Buffers = std::vector<char*>;

inline void* Resolve(const Operand& operand, const Buffers& buffers) {
  return operand.present() ? buffers[operand.buffer] + operand.offset : nullptr;
}

// A step tied to one worker's buffers. Run neither allocates nor looks anything up; it may throw what oneDNN throws.
class BoundStep {
 public:
  virtual ~BoundStep() = default;
  // Tells new addresses of external buffers; all others stay as they were bound.
  virtual void SetExternals(const Buffers& buffers) = 0;
  virtual void Run() = 0;

  // The parts that Run computes one after another. Any thread may compute a part at the same time as the others, with
  // the same bits, if it brings scratch memory (StepInfo::part_scratch_bytes, 64-byte aligned); null: the step's own,
  // for one thread at a time.
  virtual int part_count() const { return 1; }
  virtual void RunPart(int /*part*/, void* /*scratch*/) { Run(); }
};

// Waking a sleeping worker through a condition variable takes about 33 microseconds, in which one core does 3.3 million
// operations (100 GFLOP/s). Work of 20 million operations runs for 200 microseconds, so that handing it over costs a
// sixth of it at most.
constexpr double kOperationsWorthHandingOver = 2e7;

// What the plan and the profile say of a step.
struct StepInfo {
  std::string node;            // instance path
  std::string op;
  std::string implementation;  // oneDNN's name ("brg:avx512_core"), or the host kernel's
  bool reference = false;      // a oneDNN reference implementation, which is slow without saying so
  bool primitive = false;      // a oneDNN primitive, not a host kernel
  double operations = 0;
  double bytes = 0;
  int parts = 1;                   // that may be computed at the same time
  int64_t part_scratch_bytes = 0;  // for each of several parts
};

class Step {
 public:
  explicit Step(StepInfo info) : info_(std::move(info)) {}
  virtual ~Step() = default;
  const StepInfo& info() const { return info_; }
  virtual std::unique_ptr<BoundStep> Bind(const Buffers& buffers) const = 0;

 private:
  StepInfo info_;
};

// A kernel on resolved addresses, in the order of the step's operands; after them comes the scratch memory
// (64-byte aligned, contents undefined) when the step asked for some.
using HostKernel = std::function<void(absl::Span<void* const> pointers)>;

std::unique_ptr<Step> MakeHostStep(StepInfo info, std::vector<Operand> operands, HostKernel kernel);

// A kernel that computes one of info.parts parts, 0 .. parts - 1, whose outputs are disjoint. The parts must follow
// from the problem alone, never from the number of threads. `scratch` is 64-byte aligned, its contents undefined.
using PartKernel = std::function<void(absl::Span<void* const> pointers, int part, void* scratch)>;

// `scratch` is the place of the step's own scratch memory.
std::unique_ptr<Step> MakePartsStep(StepInfo info, std::vector<Operand> operands, Operand scratch, PartKernel kernel);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_RUNTIME_STEP_H_
