// Copies between strided arrays of one shape, prepared once: axes are merged and ordered so that
// the inner loop is a block copy where memory allows, and a tiled transposition otherwise. What is
// left of views when they cannot be views.
#ifndef PLUMBLINE_OPS_STRIDED_COPY_H_
#define PLUMBLINE_OPS_STRIDED_COPY_H_

#include <cstdint>
#include <vector>

#include "compiler/onednn/lowering_context.h"

namespace plumbline {

class StridedCopy {
 public:
  // Strides in elements. Source and destination must not overlap.
  StridedCopy(DataType type, const std::vector<int64_t>& shape,
              const std::vector<int64_t>& source_strides,
              const std::vector<int64_t>& destination_strides);

  // Allocates nothing.
  void Run(const void* source, void* destination) const;

 private:
  struct Axis {
    int64_t size, source_stride, destination_stride;
  };
  template <typename T>
  void CopyAxis(size_t axis, const T* source, T* destination) const;

  std::vector<Axis> axes_;  // outermost first
  DataType type_;
};

// Appends a step that copies `shape` elements of `type` from one place to another.
void AddCopy(LoweringContext& context, DataType type, const std::vector<int64_t>& shape,
             Operand source, const std::vector<int64_t>& source_strides, Operand destination,
             const std::vector<int64_t>& destination_strides);

// Appends a step that copies input 0, whose layout may be any, to output 0: with the strides
// `source_strides` it is read in the shape of the output.
void AddCopyToOutput(LoweringContext& context, const std::vector<int64_t>& source_strides);

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_STRIDED_COPY_H_
