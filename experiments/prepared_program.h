// A compiled program with the arrays it runs on, ready to be run again and again: what a study times or takes values
// from. Memory is taken by Bind and given back by Release; the compiled program stays.
#ifndef PLUMBLINE_EXPERIMENTS_PREPARED_PROGRAM_H_
#define PLUMBLINE_EXPERIMENTS_PREPARED_PROGRAM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/compile.h"

namespace plumbline {

// Gives the f32 numbers of an input by name and shape; null is an error that was kept elsewhere. The numbers outlive
// the programs that use them.
using InputSource =
    std::function<absl::StatusOr<const std::vector<float>*>(const std::string& name, const std::vector<int64_t>& shape)>;

class PreparedProgram {
 public:
  // Compiles `program` ("forward" or "forward_backward") of the model and asks `inputs` for every input. Errors: those
  // of Compile, an input that is not f32.
  static absl::StatusOr<std::unique_ptr<PreparedProgram>> Create(const Model& model, absl::string_view program,
                                                                 const Bindings& sizes, const InputSource& inputs);

  // Another one of the same compiled program, unbound.
  std::unique_ptr<PreparedProgram> Twin() const;

  const CompiledModel& compiled() const { return compiled_; }
  // Arena and outputs while bound.
  int64_t bound_bytes() const { return bound_bytes_; }

  absl::Status Bind(int threads);
  void Release();
  bool bound() const { return executor_ != nullptr; }
  int64_t allocated_arena_bytes() const { return executor_->allocated_arena_bytes(); }

  // Must be bound.
  absl::Status Run();
  // Outputs of the last run by name; gradients of inputs are "grad/NAME".
  std::vector<std::string> output_names() const;
  const std::vector<float>& output(absl::string_view name) const;
  const std::vector<int64_t>& output_shape(absl::string_view name) const;

 private:
  explicit PreparedProgram(CompiledModel compiled);
  int OutputIndex(absl::string_view name) const;

  CompiledModel compiled_;
  int64_t bound_bytes_ = 0;
  std::vector<const void*> inputs_;  // by input of the program
  std::vector<std::vector<float>> outputs_;
  std::vector<void*> output_pointers_;
  std::unique_ptr<Executor> executor_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_PREPARED_PROGRAM_H_
