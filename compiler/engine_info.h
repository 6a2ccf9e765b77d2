// What computes: the oneDNN library at run time and the instruction set it may use.
#ifndef PLUMBLINE_COMPILER_ENGINE_INFO_H_
#define PLUMBLINE_COMPILER_ENGINE_INFO_H_

#include <string>

namespace plumbline {

struct EngineInfo {
  std::string onednn_version;  // "2.6.3"
  std::string effective_isa;   // oneDNN's choice after any cap, "avx512_core_bf16"
};

EngineInfo GetEngineInfo();

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_ENGINE_INFO_H_
