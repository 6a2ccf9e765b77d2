// What is known of a program before it runs, for its record: cost polynomials and the plan of its steps.
#ifndef PLUMBLINE_EXPERIMENTS_PROGRAM_FACTS_H_
#define PLUMBLINE_EXPERIMENTS_PROGRAM_FACTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/compile.h"
#include "reports/record.pb.h"

namespace plumbline {

// The programs of a study by name: "forward" has the outputs alone, "forward_backward" also the gradients of all float
// inputs and parameters. The name must be one of these.
CompileOptions OptionsFor(absl::string_view program);

// The costs of a program for these sizes: operations, bytes and peak activation memory, in this order.
absl::StatusOr<std::vector<record::Cost>> CostsOf(const Model& model, absl::string_view program,
                                                  const Bindings& sizes);

// The steps of one shard program, with what they run on and the memory planned for them. `model_name` and `program`
// are what the record calls it. The digest is over steps, implementations and memory.
record::Plan PlanOf(const CompiledModel& compiled, absl::string_view model_name, absl::string_view program);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_PROGRAM_FACTS_H_
