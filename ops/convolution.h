// What the ops around a convolution share: its geometry as the kernels take it, with one spatial
// axis seen as the columns of a single row, the places of images in memory, and the sums of the
// definition in double.
#ifndef PLUMBLINE_OPS_CONVOLUTION_H_
#define PLUMBLINE_OPS_CONVOLUTION_H_

#include <cstdint>
#include <vector>

#include "compiler/ir/array.h"
#include "compiler/ir/attributes.h"
#include "compiler/ir/op_definition.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/kernels/convolution.h"

namespace plumbline {

// The attributes of a convolution's window: kernel, stride, padding, dilation, groups.
std::vector<AttributeSpec> ConvolutionWindowAttributes(int axes);

// The problem of a convolution whose attributes were checked. Shapes [batch, channels, ...] of x
// and of its result.
ConvolutionProblem ConvolutionProblemOf(const Attributes& attributes,
                                        const std::vector<int64_t>& x,
                                        const std::vector<int64_t>& y);

// Bytes of the scratch memory that grows with the images: one padded image of x and one result, of
// one group.
Polynomial ImageScratchBytes(const Attributes& attributes, const Shape& x, const Shape& y);

// Strides of [batch, channels, columns] or [batch, channels, rows, columns].
ImageStrides ImageStridesOf(const Layout& layout);

// [batch, channels, ...] with the channels innermost in memory: what convolutions and pools write
// fastest. As OpDefinition::output_layout of outputs that are images.
Layout ChannelsLast(const std::vector<int64_t>& shape);

// The definitions, in double, of the result without bias and of the gradients; dense row-major
// arrays.
void AddConvolution(const ConvolutionProblem& problem, const Array& x, const Array& weight,
                    Array& y);
void AddInputGradient(const ConvolutionProblem& problem, const Array& dy, const Array& weight,
                      Array& dx);
void AddWeightGradient(const ConvolutionProblem& problem, const Array& x, const Array& dy,
                       Array& dweight);
// [batch, channels, ...]: adds the bias of each channel, or each channel's sum to the bias.
void AddBias(const Array& bias, Array& y);
void AddBiasGradient(const Array& dy, Array& dbias);

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_CONVOLUTION_H_
