// The programs of a timing study by name, as options of the compiler.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_PROGRAM_OPTIONS_H_
#define PLUMBLINE_EXPERIMENTS_RUN_PROGRAM_OPTIONS_H_

#include "absl/strings/string_view.h"
#include "compiler/compile.h"

namespace plumbline {

inline constexpr char kForwardBackward[] = "forward_backward";  // gradients of inputs too
inline constexpr char kTrainingStep[] = "training_step";        // gradients of parameters; an update follows

// Of any other name: forward only.
CompileOptions OptionsOf(absl::string_view program);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_PROGRAM_OPTIONS_H_
