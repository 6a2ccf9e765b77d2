// One function an op family, each defined in the file of its name. all_ops.cc lists them.
#ifndef PLUMBLINE_OPS_OP_LIST_H_
#define PLUMBLINE_OPS_OP_LIST_H_

#include <vector>

#include "compiler/ir/op_definition.h"

namespace plumbline {

std::vector<OpDefinition> SourceOps();
std::vector<OpDefinition> LinearOps();
std::vector<OpDefinition> MatmulOps();
std::vector<OpDefinition> ReluOps();
std::vector<OpDefinition> TanhOps();
std::vector<OpDefinition> SigmoidOps();
std::vector<OpDefinition> ExpOps();
std::vector<OpDefinition> LogOps();
std::vector<OpDefinition> SqrtOps();
std::vector<OpDefinition> NegOps();
std::vector<OpDefinition> ScaleOps();
std::vector<OpDefinition> GeluOps();
std::vector<OpDefinition> AddOps();
std::vector<OpDefinition> SubOps();
std::vector<OpDefinition> MulOps();
std::vector<OpDefinition> DivOps();
std::vector<OpDefinition> SoftmaxOps();
std::vector<OpDefinition> LogSoftmaxOps();
std::vector<OpDefinition> ReduceSumOps();
std::vector<OpDefinition> ReduceMeanOps();
std::vector<OpDefinition> ReduceMaxOps();
std::vector<OpDefinition> ContiguousOps();
std::vector<OpDefinition> BroadcastToOps();
std::vector<OpDefinition> ConvOps();
std::vector<OpDefinition> PoolOps();
std::vector<OpDefinition> LayerNormOps();
std::vector<OpDefinition> DropoutOps();
std::vector<OpDefinition> EmbeddingOps();
std::vector<OpDefinition> SinusoidalPositionsOps();
std::vector<OpDefinition> RecurrentOps();
std::vector<OpDefinition> RecurrentSequenceOps();
std::vector<OpDefinition> NegativeLogLikelihoodOps();
std::vector<OpDefinition> CrossEntropyOps();
std::vector<OpDefinition> AccuracyOps();
std::vector<OpDefinition> MeanSquaredErrorOps();
std::vector<OpDefinition> CausalMaskOps();
std::vector<OpDefinition> PooledConvOps();
std::vector<OpDefinition> ReshapeOps();
std::vector<OpDefinition> TransposeOps();
std::vector<OpDefinition> ConcatOps();
std::vector<OpDefinition> SliceOps();
std::vector<OpDefinition> WritePositionOps();
std::vector<OpDefinition> TaylorFeaturesOps();
std::vector<OpDefinition> SoftmaxAttentionOps();
std::vector<OpDefinition> TaylorAttentionOps();

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_OP_LIST_H_
