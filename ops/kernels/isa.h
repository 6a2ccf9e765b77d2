// Instruction sets for which the kernels of this folder are compiled, and the choice among them at
// run time. The choice follows oneDNN's: the same environment variable caps both, so that one
// setting describes a whole run. Knows nothing of any kernel.

#ifndef PLUMBLINE_OPS_KERNELS_ISA_H_
#define PLUMBLINE_OPS_KERNELS_ISA_H_

#include <string_view>

namespace plumbline {

enum class Isa {
  kGeneric = 0,  // the compiler's baseline
  kAvx2 = 1,     // AVX2 and FMA
  kAvx512 = 2,   // AVX-512 F, BW, DQ, VL and FMA
};

// The best instruction set of this processor (and its operating system).
Isa CpuIsa();

// The cap that oneDNN reads from an environment value such as "AVX2" or "avx512_core": the largest
// Isa that the named oneDNN level contains. Empty and unknown text is no cap, as in oneDNN.
Isa IsaCap(std::string_view value);

// The smaller of CpuIsa() and the cap in ONEDNN_MAX_CPU_ISA (or, where that is empty,
// DNNL_MAX_CPU_ISA). Read once, at the first call; constant afterwards.
Isa EffectiveIsa();

// "generic", "avx2" or "avx512".
std::string_view IsaName(Isa isa);

// The variant of `Kernels` that belongs to `isa`.
template <typename Kernels>
const Kernels& SelectForIsa(Isa isa, const Kernels& generic, const Kernels& avx2,
                            const Kernels& avx512) {
  switch (isa) {
    case Isa::kAvx512:
      return avx512;
    case Isa::kAvx2:
      return avx2;
    case Isa::kGeneric:
      break;
  }
  return generic;
}

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_KERNELS_ISA_H_
