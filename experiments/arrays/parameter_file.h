// A file of trained parameters, held against the parameters that a model has.
#ifndef PLUMBLINE_EXPERIMENTS_ARRAYS_PARAMETER_FILE_H_
#define PLUMBLINE_EXPERIMENTS_ARRAYS_PARAMETER_FILE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace plumbline {

// Shapes and values by parameter name.
using ParameterShapes = std::map<std::string, std::vector<int64_t>>;
using ParameterValues = std::map<std::string, std::vector<float>>;

// Reads exactly these parameters from PATH (.npz or .safetensors). Errors: those of ReadArrays, and one (invalid
// argument) with a line for every parameter that is missing, unexpected, or of another shape or type. `shown` is the
// path as the user wrote it.
absl::StatusOr<ParameterValues> ReadParameters(const std::string& path, const std::string& shown,
                                               const ParameterShapes& shapes);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_ARRAYS_PARAMETER_FILE_H_
