// One product of matrices with what oneDNN fuses into it: what linear and matmul share.
#ifndef PLUMBLINE_OPS_PRODUCT_H_
#define PLUMBLINE_OPS_PRODUCT_H_

#include <cstdint>
#include <vector>

#include "compiler/ir/gradient_context.h"
#include "compiler/onednn/lowering_context.h"

namespace plumbline {

// An axis of the batch; a stride of 0 repeats the operand.
struct BatchAxis {
  int64_t size, a_stride, b_stride;
};

// y = a b for every index of the batch, with a [rows, inner] and b [inner, columns] of any strides
// and y row-major. Strides in elements.
struct Product {
  std::vector<BatchAxis> batch;  // outermost first
  int64_t rows = 1, inner = 1, columns = 1;
  int64_t a_strides[2] = {1, 1};
  int64_t b_strides[2] = {1, 1};
};

// Drops batch axes of size 1, merges neighbours along which both operands run on, and turns
// innermost ones that repeat b into further rows where a's rows run on.
void Simplify(Product& product);

// Appends the steps that put the product of inputs 0 and 1 in output 0: with input `bias`, of the
// size of a row, added to every row unless it is kNone, and with the node's post-ops applied.
void AddProduct(LoweringContext& context, Product product, int bias);

// For gradients: the value as a matrix, all axes but the last being rows.
ValueId AsRows(GradientContext& context, ValueId value);

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_PRODUCT_H_
