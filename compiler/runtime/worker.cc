// FTZ and DAZ live in MXCSR, which is per thread. On other processors than x86 denormals stay as they are.
#include "compiler/runtime/worker.h"

#include <omp.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace plumbline {
namespace {

#if defined(__x86_64__)
constexpr uint32_t kFlushToZero = 0x8000;
constexpr uint32_t kDenormalsAreZero = 0x0040;
#endif

}  // namespace

WorkerScope::WorkerScope() : openmp_threads_(omp_get_max_threads()), control_register_(0) {
  omp_set_num_threads(1);
#if defined(__x86_64__)
  control_register_ = _mm_getcsr();
  _mm_setcsr(control_register_ | kFlushToZero | kDenormalsAreZero);
#endif
}

WorkerScope::~WorkerScope() {
  omp_set_num_threads(openmp_threads_);
#if defined(__x86_64__)
  _mm_setcsr(control_register_);
#endif
}

}  // namespace plumbline
