// The explicit list of ops, in the order that `plumbline ops` prints.
#include "ops/all_ops.h"

#include <utility>
#include <vector>

#include "ops/op_list.h"

namespace plumbline {
namespace {

constexpr std::vector<OpDefinition> (*kOps[])() = {
    SourceOps,
    LinearOps,
    MatmulOps,
    ReluOps,
    TanhOps,
    SigmoidOps,
    ExpOps,
    LogOps,
    SqrtOps,
    NegOps,
    ScaleOps,
    GeluOps,
    AddOps,
    SubOps,
    MulOps,
    DivOps,
    SoftmaxOps,
    LogSoftmaxOps,
    ReduceSumOps,
    ReduceMeanOps,
    ReduceMaxOps,
    ContiguousOps,
    BroadcastToOps,
    ConvOps,
    PoolOps,
    PooledConvOps,
    LayerNormOps,
    DropoutOps,
    EmbeddingOps,
    SinusoidalPositionsOps,
    RecurrentOps,
    RecurrentSequenceOps,
    NegativeLogLikelihoodOps,
    CrossEntropyOps,
    AccuracyOps,
    MeanSquaredErrorOps,
    CausalMaskOps,
    ReshapeOps,
    TransposeOps,
    ConcatOps,
    SliceOps,
    WritePositionOps,
    TaylorFeaturesOps,
    SoftmaxAttentionOps,
    TaylorAttentionOps,
};

}  // namespace

const OpRegistry& AllOps() {
  static const OpRegistry* const registry = [] {
    std::vector<OpDefinition> definitions;
    for (const auto make : kOps) {
      for (OpDefinition& definition : make()) definitions.push_back(std::move(definition));
    }
    return new OpRegistry(std::move(definitions));
  }();
  return *registry;
}

}  // namespace plumbline
