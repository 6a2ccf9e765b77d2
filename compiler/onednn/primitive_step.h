// A step that executes a oneDNN primitive with memory objects made once, at binding.
#ifndef PLUMBLINE_COMPILER_ONEDNN_PRIMITIVE_STEP_H_
#define PLUMBLINE_COMPILER_ONEDNN_PRIMITIVE_STEP_H_

#include <memory>
#include <vector>

#include "compiler/onednn/onednn.h"
#include "compiler/runtime/step.h"

namespace plumbline::onednn {

struct PrimitiveArgument {
  int argument = 0;  // DNNL_ARG_...
  Operand operand;
  Desc desc;
};

// The primitive must have been created with the scratchpad in user mode; the scratchpad is one of the arguments.
std::unique_ptr<Step> MakePrimitiveStep(StepInfo info, dnnl::primitive primitive, const dnnl::engine& engine,
                                        std::vector<PrimitiveArgument> arguments);

// The CPU engine of the process. Valid for primitives of all threads.
const dnnl::engine& CpuEngine();

}  // namespace plumbline::onednn

#endif  // PLUMBLINE_COMPILER_ONEDNN_PRIMITIVE_STEP_H_
