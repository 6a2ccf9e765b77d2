// The functions of vector.h for one instruction set, called from outside.

#include "ops/kernels/vector.h"
#include "tests/ops/kernels/vector_probe.h"

namespace plumbline {
namespace PLUMBLINE_KERNEL_ISA {
namespace {

float LastLane(Vec v) {
  float lanes[kLanes];
  Store(lanes, v);
  return lanes[kLanes - 1];
}

float ProbeExp(float x) { return LastLane(Exp(Broadcast(x))); }
float ProbeExp2(float x) { return LastLane(Exp2(Broadcast(x))); }
float ProbeMax(float a, float b) { return LastLane(Max(Broadcast(a), Broadcast(b))); }
float ProbeReduceAdd(const float* lanes) { return ReduceAdd(Load(lanes)); }
float ProbeReduceMax(const float* lanes) { return ReduceMax(Load(lanes)); }
bool ProbeAnyEqual(const float* lanes, float value) {
  return AnyLane(Load(lanes) == Broadcast(value));
}
void ProbeCopyMasked(const float* from, float* to, int count) {
  const LaneMask mask = FirstLanes(count);
  StoreMasked(to, LoadMasked(from, mask), mask);
}

}  // namespace

const VectorProbe kVectorProbe = {kLanes,         ProbeExp,       ProbeExp2,     ProbeMax,
                                  ProbeReduceAdd, ProbeReduceMax, ProbeAnyEqual, ProbeCopyMasked};

}  // namespace PLUMBLINE_KERNEL_ISA
}  // namespace plumbline
