// Doors to the functions of vector.h, one set for each instruction set, for their test.

#ifndef PLUMBLINE_TESTS_OPS_KERNELS_VECTOR_PROBE_H_
#define PLUMBLINE_TESTS_OPS_KERNELS_VECTOR_PROBE_H_

namespace plumbline {

struct VectorProbe {
  int lanes;
  float (*exp)(float x);
  float (*exp2)(float x);
  float (*max)(float a, float b);
  float (*reduce_add)(const float* lanes);
  float (*reduce_max)(const float* lanes);
  bool (*any_equal)(const float* lanes, float value);
  void (*copy_masked)(const float* from, float* to, int count);
};

namespace generic {
extern const VectorProbe kVectorProbe;
}
namespace avx2 {
extern const VectorProbe kVectorProbe;
}
namespace avx512 {
extern const VectorProbe kVectorProbe;
}

}  // namespace plumbline

#endif  // PLUMBLINE_TESTS_OPS_KERNELS_VECTOR_PROBE_H_
