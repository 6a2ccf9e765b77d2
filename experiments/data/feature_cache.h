// Features of speech kept on disk, in files of a few hundred clips. Each file bears the digest of all that its contents
// follow from, and carries a digest of its contents: what is damaged, cut off or of another version is as if it were not
// there. Files are of this machine's byte order and are not meant to be moved.
#ifndef PLUMBLINE_EXPERIMENTS_DATA_FEATURE_CACHE_H_
#define PLUMBLINE_EXPERIMENTS_DATA_FEATURE_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plumbline {

struct ClipFeatures {
  int64_t samples = 0;        // of the recording
  std::vector<float> values;  // [bands, frames]
};

// The clips of FOLDER/KEY, which must be `clips`; nothing otherwise.
std::optional<std::vector<ClipFeatures>> ReadFeatures(const std::string& folder, const std::string& key, size_t clips);

// Writes FOLDER/KEY, whole or not at all, and makes the folder. A failure is no error: the features are then computed
// again the next time.
void WriteFeatures(const std::string& folder, const std::string& key, const std::vector<ClipFeatures>& clips);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_DATA_FEATURE_CACHE_H_
