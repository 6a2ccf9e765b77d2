#include "experiments/run/program_options.h"

namespace plumbline {

CompileOptions OptionsOf(absl::string_view program) {
  CompileOptions options;
  if (program == kForwardBackward) options.gradients = Gradients::kAll;
  if (program == kTrainingStep) {
    options.gradients = Gradients::kParameters;
    options.training = true;
  }
  return options;
}

}  // namespace plumbline
