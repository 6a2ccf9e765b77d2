// One step of a lowered program: a oneDNN primitive or a host kernel, with its operands as places in buffers.
// A Step is immutable and shared; each worker binds it once to its own buffers and then only runs it.
#ifndef PLUMBLINE_COMPILER_RUNTIME_STEP_H_
#define PLUMBLINE_COMPILER_RUNTIME_STEP_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
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

// Thrown by a host kernel that finds a value it cannot take in an input of the program (a label that is no class).
// The message says which element and which value; what runs the step adds the node.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A step tied to one worker's buffers. Run neither allocates nor looks anything up; it may throw what oneDNN throws,
// and InputError.
class BoundStep {
 public:
  virtual ~BoundStep() = default;
  // Tells new addresses of external buffers; all others stay as they were bound.
  virtual void SetExternals(const Buffers& buffers) = 0;
  virtual void Run() = 0;
};

// What the plan and the profile say of a step.
struct StepInfo {
  std::string node;            // instance path
  std::string op;
  std::string implementation;  // oneDNN's name ("brg:avx512_core"), or the host kernel's
  bool reference = false;      // a oneDNN reference implementation, which is slow without saying so
  bool primitive = false;      // a oneDNN primitive, not a host kernel
  double operations = 0;
  double bytes = 0;
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

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_RUNTIME_STEP_H_
