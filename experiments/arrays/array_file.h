// Files of named arrays: numpy's .npz and .safetensors.
#ifndef PLUMBLINE_EXPERIMENTS_ARRAYS_ARRAY_FILE_H_
#define PLUMBLINE_EXPERIMENTS_ARRAYS_ARRAY_FILE_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "experiments/arrays/npy.h"

namespace plumbline {

using NamedArrays = std::map<std::string, FileArray>;

// From bytes in memory. Errors (invalid argument) name the entry; sizes are checked before anything is unpacked.
absl::StatusOr<NamedArrays> ParseNpz(absl::string_view file);
absl::StatusOr<NamedArrays> ParseSafetensors(absl::string_view file);
// Equal arrays give equal bytes: entries in order of their names, stored, without times.
absl::StatusOr<std::string> SerializeNpz(const NamedArrays& arrays);
// Equal arrays and metadata give equal bytes. Errors (invalid argument): a tensor named __metadata__, a name or a text
// that is no UTF-8.
absl::StatusOr<std::string> SerializeSafetensors(const NamedArrays& arrays,
                                                 const std::map<std::string, std::string>& metadata);

// Reads PATH by its ending, .npz or .safetensors; any other ending is an error. Errors: "FILE: error: WHAT".
absl::StatusOr<NamedArrays> ReadArrays(const std::string& path);
// Write a file whole or not at all.
absl::Status WriteNpz(const std::string& path, const NamedArrays& arrays);
absl::Status WriteSafetensors(const std::string& path, const NamedArrays& arrays,
                              const std::map<std::string, std::string>& metadata);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_ARRAYS_ARRAY_FILE_H_
