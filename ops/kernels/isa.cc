#include "ops/kernels/isa.h"

#include <algorithm>
#include <cstdlib>

namespace plumbline {
namespace {

bool EqualsIgnoringCase(std::string_view value, std::string_view upper) {
  if (value.size() != upper.size()) return false;
  for (size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const char folded = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (folded != upper[i]) return false;
  }
  return true;
}

std::string_view CapFromEnvironment() {
  for (const char* name : {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

}  // namespace

Isa CpuIsa() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (avx2 && avx512) return Isa::kAvx512;
  if (avx2) return Isa::kAvx2;
#endif
  return Isa::kGeneric;
}

Isa IsaCap(std::string_view value) {
  for (std::string_view name : {"SSE41", "AVX"}) {
    if (EqualsIgnoringCase(value, name)) return Isa::kGeneric;
  }
  for (std::string_view name : {"AVX2", "AVX2_VNNI", "AVX2_VNNI_2"}) {
    if (EqualsIgnoringCase(value, name)) return Isa::kAvx2;
  }
  return Isa::kAvx512;
}

Isa EffectiveIsa() {
  static const Isa isa = std::min(CpuIsa(), IsaCap(CapFromEnvironment()));
  return isa;
}

std::string_view IsaName(Isa isa) {
  switch (isa) {
    case Isa::kAvx512:
      return "avx512";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kGeneric:
      break;
  }
  return "generic";
}

}  // namespace plumbline
