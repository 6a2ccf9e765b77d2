// Choice of format by the file's ending.
#include "experiments/arrays/array_file.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "reports/files.h"

namespace plumbline {
namespace {

constexpr size_t kLargestFile = size_t{16} << 30;

absl::Status Write(const std::string& path, const absl::StatusOr<std::string>& bytes) {
  if (bytes.ok()) return WriteFileAtomically(RealSystemCalls(), path, *bytes);
  return absl::Status(bytes.status().code(), absl::StrCat(path, ": error: ", bytes.status().message()));
}

}  // namespace

absl::StatusOr<NamedArrays> ReadArrays(const std::string& path) {
  const bool npz = absl::EndsWith(path, ".npz");
  if (!npz && !absl::EndsWith(path, ".safetensors")) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": error: arrays are read from .npz and .safetensors files"));
  }
  const absl::StatusOr<std::string> file = ReadFile(RealSystemCalls(), path, kLargestFile);
  if (!file.ok()) return file.status();
  absl::StatusOr<NamedArrays> arrays = npz ? ParseNpz(*file) : ParseSafetensors(*file);
  if (arrays.ok()) return arrays;
  return absl::Status(arrays.status().code(), absl::StrCat(path, ": error: ", arrays.status().message()));
}

absl::Status WriteNpz(const std::string& path, const NamedArrays& arrays) {
  return Write(path, SerializeNpz(arrays));
}

absl::Status WriteSafetensors(const std::string& path, const NamedArrays& arrays,
                              const std::map<std::string, std::string>& metadata) {
  return Write(path, SerializeSafetensors(arrays, metadata));
}

}  // namespace plumbline
