// What computes: the oneDNN library at run time and the instruction set it may use.
#ifndef PLUMBLINE_COMPILER_ENGINE_INFO_H_
#define PLUMBLINE_COMPILER_ENGINE_INFO_H_

#include <string>

#include "absl/status/status.h"

namespace plumbline {

struct EngineInfo {
  std::string onednn_version;  // "2.6.3"
  std::string effective_isa;   // oneDNN's choice after any cap, "avx512_core_bf16"
  bool portable = false;       // see UsePortableEngine
};

// Caps every kernel of this process, oneDNN's and our own, to AVX2, so that results do not depend on the processor.
// Before any model is compiled. Errors: FailedPrecondition for a processor without AVX2, or one that is capped below
// it; Internal when it comes too late.
absl::Status UsePortableEngine();

EngineInfo GetEngineInfo();

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_ENGINE_INFO_H_
