// Linked into a test, this caps oneDNN (and the kernels of this project) at AVX2 before either is used.
#include <cstdlib>

namespace plumbline {
namespace {

[[maybe_unused]] const int capped = setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1);

}  // namespace
}  // namespace plumbline
