#include "compiler/engine_info.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "compiler/onednn/onednn.h"

namespace plumbline {
namespace {

constexpr char kPortableIsa[] = "avx2";
bool portable = false;

}  // namespace

EngineInfo GetEngineInfo() { return {onednn::Version(), onednn::EffectiveIsaName(), portable}; }

absl::Status UsePortableEngine() {
  // Our own kernels read the variable that oneDNN reads, at their first use (ops/kernels/isa.h). A lower cap stays, to
  // be found below.
  if (std::getenv("ONEDNN_MAX_CPU_ISA") == nullptr) setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1);
  const bool capped = onednn::CapToAvx2();
  const std::string isa = onednn::EffectiveIsaName();
  if (isa != kPortableIsa) {
    if (!capped) return absl::InternalError("portable mode was asked for after the first primitive");
    return absl::FailedPreconditionError(absl::StrCat("portable mode needs AVX2; this process has ", isa));
  }
  portable = true;
  return absl::OkStatus();
}

}  // namespace plumbline
