// oneDNN 2.6 and 3.x behind one set of names. The only place with #if on the library's version; everything else
// in the project creates descriptors and primitives through these helpers.
#ifndef PLUMBLINE_COMPILER_ONEDNN_ONEDNN_H_
#define PLUMBLINE_COMPILER_ONEDNN_ONEDNN_H_

#include <string>
#include <utility>
#include <vector>

#include "oneapi/dnnl/dnnl.hpp"

namespace plumbline::onednn {

using Dims = dnnl::memory::dims;
using Desc = dnnl::memory::desc;
using DataType = dnnl::memory::data_type;

#if DNNL_VERSION_MAJOR >= 3
using PoolingForward = dnnl::pooling_forward;
using PoolingBackward = dnnl::pooling_backward;
using SoftmaxForward = dnnl::softmax_forward;
using SoftmaxBackward = dnnl::softmax_backward;
#else
using PoolingForward = dnnl::pooling_v2_forward;
using PoolingBackward = dnnl::pooling_v2_backward;
using SoftmaxForward = dnnl::softmax_v2_forward;
using SoftmaxBackward = dnnl::softmax_v2_backward;
#endif

// Descriptor of a forward primitive (or of any primitive without a hint): arguments as both versions share them.
template <typename P, typename... Args>
typename P::primitive_desc ForwardPd(const dnnl::engine& engine, const dnnl::primitive_attr& attr, Args&&... args) {
#if DNNL_VERSION_MAJOR >= 3
  return typename P::primitive_desc(engine, std::forward<Args>(args)..., attr);
#else
  return typename P::primitive_desc(typename P::desc(std::forward<Args>(args)...), attr, engine);
#endif
}

// Descriptor of a backward primitive; `hint` is the forward descriptor.
template <typename P, typename Hint, typename... Args>
typename P::primitive_desc BackwardPd(const dnnl::engine& engine, const dnnl::primitive_attr& attr, const Hint& hint,
                                      Args&&... args) {
#if DNNL_VERSION_MAJOR >= 3
  return typename P::primitive_desc(engine, std::forward<Args>(args)..., hint, attr);
#else
  return typename P::primitive_desc(typename P::desc(std::forward<Args>(args)...), attr, engine, hint);
#endif
}

inline dnnl::eltwise_forward::primitive_desc EltwiseForwardPd(const dnnl::engine& engine,
                                                              const dnnl::primitive_attr& attr,
                                                              dnnl::algorithm algorithm, const Desc& data,
                                                              float alpha, float beta) {
#if DNNL_VERSION_MAJOR >= 3
  return {engine, dnnl::prop_kind::forward_training, algorithm, data, data, alpha, beta, attr};
#else
  return {dnnl::eltwise_forward::desc(dnnl::prop_kind::forward_training, algorithm, data, alpha, beta), attr, engine};
#endif
}

// `data` is src, or dst for the algorithms that end in use_dst_for_bwd. All three descriptors are equal.
inline dnnl::eltwise_backward::primitive_desc EltwiseBackwardPd(
    const dnnl::engine& engine, const dnnl::primitive_attr& attr,
    const dnnl::eltwise_forward::primitive_desc& hint, dnnl::algorithm algorithm, const Desc& data, float alpha,
    float beta) {
#if DNNL_VERSION_MAJOR >= 3
  return {engine, algorithm, data, data, data, alpha, beta, hint, attr};
#else
  return {dnnl::eltwise_backward::desc(algorithm, data, data, alpha, beta), attr, engine, hint};
#endif
}

inline dnnl::sum::primitive_desc SumPd(const dnnl::engine& engine, const dnnl::primitive_attr& attr, const Desc& dst,
                                       const std::vector<float>& scales, const std::vector<Desc>& srcs) {
#if DNNL_VERSION_MAJOR >= 3
  return {engine, dst, scales, srcs, attr};
#else
  return {dst, scales, srcs, engine, attr};
#endif
}

inline dnnl::concat::primitive_desc ConcatPd(const dnnl::engine& engine, const dnnl::primitive_attr& attr,
                                             const Desc& dst, int axis, const std::vector<Desc>& srcs) {
#if DNNL_VERSION_MAJOR >= 3
  return {engine, dst, axis, srcs, attr};
#else
  return {dst, axis, srcs, engine, attr};
#endif
}

inline void AppendEltwise(dnnl::post_ops& post_ops, dnnl::algorithm algorithm, float alpha, float beta) {
#if DNNL_VERSION_MAJOR >= 3
  post_ops.append_eltwise(algorithm, alpha, beta);
#else
  post_ops.append_eltwise(1.0f, algorithm, alpha, beta);
#endif
}

// "2.6.3", of the library that is loaded.
inline std::string Version() {
  const dnnl_version_t* version = dnnl_version();
  return std::to_string(version->major) + "." + std::to_string(version->minor) + "." + std::to_string(version->patch);
}

// False when it is too late: the library has made its choice.
inline bool CapToAvx2() {
  return dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2) == dnnl_success;
}

// The instruction set that the library uses after any cap, as ONEDNN_MAX_CPU_ISA names it but in lower case.
inline std::string EffectiveIsaName() {
  const auto isa = static_cast<dnnl_cpu_isa_t>(dnnl::get_effective_cpu_isa());
  switch (isa) {
    case dnnl_cpu_isa_sse41: return "sse41";
    case dnnl_cpu_isa_avx: return "avx";
    case dnnl_cpu_isa_avx2: return "avx2";
    case dnnl_cpu_isa_avx2_vnni: return "avx2_vnni";
    case dnnl_cpu_isa_avx512_core: return "avx512_core";
    case dnnl_cpu_isa_avx512_core_vnni: return "avx512_core_vnni";
    case dnnl_cpu_isa_avx512_core_bf16: return "avx512_core_bf16";
    case dnnl_cpu_isa_avx512_core_amx: return "avx512_core_amx";
#if DNNL_VERSION_MAJOR >= 3
    case dnnl_cpu_isa_avx2_vnni_2: return "avx2_vnni_2";
    case dnnl_cpu_isa_avx512_core_fp16: return "avx512_core_fp16";
    case dnnl_cpu_isa_avx512_core_amx_fp16: return "avx512_core_amx_fp16";
#endif
    default: break;
  }
  return "isa_" + std::to_string(static_cast<int>(isa));
}

}  // namespace plumbline::onednn

#endif  // PLUMBLINE_COMPILER_ONEDNN_ONEDNN_H_
