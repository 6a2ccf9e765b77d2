// How far the numbers of one traced value lie apart on two sides.
#ifndef PLUMBLINE_TOOLS_RERUN_VALUE_DIFFERENCE_H_
#define PLUMBLINE_TOOLS_RERUN_VALUE_DIFFERENCE_H_

#include <string>

#include "absl/status/statusor.h"

namespace plumbline {

// Reads the f32 array `name` of two .npz files and says how many elements differ, by how many units of the last place at
// most, and which element that is. Errors: as ReadArrays; InvalidArgument for another number of elements.
absl::StatusOr<std::string> DescribeValueDifference(const std::string& file_a, const std::string& file_b,
                                                    const std::string& name);

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_RERUN_VALUE_DIFFERENCE_H_
