// The choice among the variants, and the walk over groups: each is a convolution of its own.
#include "ops/kernels/convolution.h"

#include <algorithm>

#include "ops/kernels/convolution_kernels.h"

namespace plumbline {
namespace {

// Half of a 512-bit vector would idle on so few channels.
constexpr int64_t kNarrowChannels = 8;

Isa VariantFor(const ConvolutionProblem& problem, Isa isa) {
  const bool narrow = problem.out_channels / problem.groups <= kNarrowChannels;
  return narrow && isa == Isa::kAvx512 ? Isa::kAvx2 : isa;
}

const ConvolutionForwardKernel& Forward(const ConvolutionProblem& problem, Isa isa) {
  return SelectForIsa(VariantFor(problem, isa), generic::kConvolutionForward,
                      avx2::kConvolutionForward, avx512::kConvolutionForward);
}
const ConvolutionBackwardKernel& Backward(const ConvolutionProblem& problem, Isa isa) {
  return SelectForIsa(VariantFor(problem, isa), generic::kConvolutionBackward,
                      avx2::kConvolutionBackward, avx512::kConvolutionBackward);
}
const ConvolutionPooledBackwardKernel& PooledBackward(const ConvolutionProblem& problem, Isa isa) {
  return SelectForIsa(VariantFor(problem, isa), generic::kConvolutionPooledBackward,
                      avx2::kConvolutionPooledBackward, avx512::kConvolutionPooledBackward);
}

// One group of a problem: its sizes, and where its part of each array starts.
struct Group {
  ConvolutionProblem problem;
  int64_t first_in, first_out, first_weight;

  Group(const ConvolutionProblem& whole, int64_t index) : problem(whole) {
    problem.groups = 1;
    problem.in_channels = whole.in_channels / whole.groups;
    problem.out_channels = whole.out_channels / whole.groups;
    first_in = index * problem.in_channels;
    first_out = index * problem.out_channels;
    first_weight =
        first_out * problem.in_channels * problem.kernel[0] * problem.kernel[1];
  }
  template <typename Images>
  Images Shifted(Images images, int64_t channels) const {
    if (images.data != nullptr) images.data += channels * images.strides.channel;
    return images;
  }
  ConstImages In(ConstImages x) const { return Shifted(x, first_in); }
  MutableImages In(MutableImages x) const { return Shifted(x, first_in); }
  ConstImages Out(ConstImages y) const { return Shifted(y, first_out); }
  MutableImages Out(MutableImages y) const { return Shifted(y, first_out); }
  ConvolutionGradient Out(const ConvolutionGradient& gradient) const {
    return {Out(gradient.dy), Out(gradient.relu_y)};
  }
  PooledGradient Out(const PooledGradient& gradient) const {
    return {gradient.pool, Out(gradient.dy), gradient.winner + first_out};
  }
  template <typename T>
  T* Weights(T* weight) const {
    return weight == nullptr ? nullptr : weight + first_weight;
  }
  template <typename T>
  T* Bias(T* bias) const {
    return bias == nullptr ? nullptr : bias + first_out;
  }
};

float* Floats(void* scratch) { return static_cast<float*>(scratch); }

}  // namespace

int64_t ConvolutionScratchBytes(const ConvolutionProblem& problem, const ConvolutionPool* pool,
                                Isa isa) {
  const ConvolutionProblem group = Group(problem, 0).problem;
  const int64_t forward = Forward(problem, isa).scratch_floats(group, pool);
  const int64_t backward = pool == nullptr
                               ? Backward(problem, isa).scratch_floats(group)
                               : PooledBackward(problem, isa).scratch_floats(group, *pool);
  return std::max(forward, backward) * static_cast<int64_t>(sizeof(float));
}

void ConvolutionForward(const ConvolutionProblem& problem, bool relu, ConstImages x,
                        const float* weight, const float* bias, MutableImages y, void* scratch,
                        Isa isa) {
  for (int64_t i = 0; i < problem.groups; ++i) {
    const Group group(problem, i);
    Forward(problem, isa).run(group.problem, nullptr, relu, group.In(x), group.Weights(weight),
                              group.Bias(bias), group.Out(y), nullptr, 0, Floats(scratch));
  }
}

void ConvolutionPooledForward(const ConvolutionProblem& problem, const ConvolutionPool& pool,
                              bool relu, ConstImages x, const float* weight, const float* bias,
                              MutableImages y, uint8_t* winner, void* scratch, Isa isa) {
  for (int64_t i = 0; i < problem.groups; ++i) {
    const Group group(problem, i);
    Forward(problem, isa).run(group.problem, &pool, relu, group.In(x), group.Weights(weight),
                              group.Bias(bias), group.Out(y), group.Bias(winner),
                              problem.out_channels, Floats(scratch));
  }
}

void ConvolutionInputGradient(const ConvolutionProblem& problem,
                              const ConvolutionGradient& gradient, const float* weight,
                              MutableImages dx, void* scratch, Isa isa) {
  for (int64_t i = 0; i < problem.groups; ++i) {
    const Group group(problem, i);
    Backward(problem, isa).input(group.problem, group.Out(gradient), group.Weights(weight),
                                 group.In(dx), Floats(scratch));
  }
}

void ConvolutionPooledInputGradient(const ConvolutionProblem& problem,
                                    const PooledGradient& gradient, const float* weight,
                                    MutableImages dx, void* scratch, Isa isa) {
  for (int64_t i = 0; i < problem.groups; ++i) {
    const Group group(problem, i);
    PooledBackward(problem, isa).input(group.problem, group.Out(gradient), problem.out_channels,
                                       group.Weights(weight), group.In(dx), Floats(scratch));
  }
}

void ConvolutionWeightGradient(const ConvolutionProblem& problem, ConstImages x,
                               const ConvolutionGradient& gradient, float* dweight, float* dbias,
                               void* scratch, Isa isa) {
  for (int64_t i = 0; i < problem.groups; ++i) {
    const Group group(problem, i);
    Backward(problem, isa).weights(group.problem, group.In(x), group.Out(gradient),
                                   group.Weights(dweight), group.Bias(dbias), Floats(scratch));
  }
}

void ConvolutionPooledWeightGradient(const ConvolutionProblem& problem, ConstImages x,
                                     const PooledGradient& gradient, float* dweight, float* dbias,
                                     void* scratch, Isa isa) {
  for (int64_t i = 0; i < problem.groups; ++i) {
    const Group group(problem, i);
    PooledBackward(problem, isa).weights(group.problem, group.In(x), group.Out(gradient),
                                         problem.out_channels, group.Weights(dweight),
                                         group.Bias(dbias), Floats(scratch));
  }
}

}  // namespace plumbline
