// A file: the digest of what follows in 64 digits; for each clip two numbers of 64 bits, samples and values; all values.
#include "experiments/data/feature_cache.h"

#include <cstring>

#include "absl/strings/string_view.h"
#include "reports/digest.h"
#include "reports/files.h"

namespace plumbline {
namespace {

constexpr size_t kLargestFile = size_t{1} << 30;
constexpr size_t kClipHeader = 2 * sizeof(int64_t);

void Append(std::string& bytes, int64_t number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

int64_t NumberAt(absl::string_view bytes, size_t at) {
  int64_t number = 0;
  std::memcpy(&number, bytes.data() + at, sizeof(number));
  return number;
}

}  // namespace

std::optional<std::vector<ClipFeatures>> ReadFeatures(const std::string& folder, const std::string& key, size_t clips) {
  const absl::StatusOr<std::string> file = ReadFile(RealSystemCalls(), JoinPath(folder, key), kLargestFile);
  if (!file.ok() || file->size() < kSha256HexDigits + clips * kClipHeader) return std::nullopt;
  const absl::string_view bytes = absl::string_view(*file).substr(kSha256HexDigits);
  if (Sha256Hex(bytes) != absl::string_view(*file).substr(0, kSha256HexDigits)) return std::nullopt;
  std::vector<ClipFeatures> result(clips);
  size_t at = clips * kClipHeader;
  for (size_t i = 0; i < clips; ++i) {
    result[i].samples = NumberAt(bytes, i * kClipHeader);
    const size_t count = static_cast<size_t>(NumberAt(bytes, i * kClipHeader + sizeof(int64_t)));
    if (count > (bytes.size() - at) / sizeof(float)) return std::nullopt;
    result[i].values.resize(count);
    if (count > 0) std::memcpy(result[i].values.data(), bytes.data() + at, count * sizeof(float));
    at += count * sizeof(float);
  }
  if (at != bytes.size()) return std::nullopt;
  return result;
}

void WriteFeatures(const std::string& folder, const std::string& key, const std::vector<ClipFeatures>& clips) {
  size_t size = clips.size() * kClipHeader;
  for (const ClipFeatures& clip : clips) size += clip.values.size() * sizeof(float);
  if (size > kLargestFile - kSha256HexDigits) return;
  std::string bytes;
  bytes.reserve(size);
  for (const ClipFeatures& clip : clips) {
    Append(bytes, clip.samples);
    Append(bytes, static_cast<int64_t>(clip.values.size()));
  }
  for (const ClipFeatures& clip : clips) {
    bytes.append(reinterpret_cast<const char*>(clip.values.data()), clip.values.size() * sizeof(float));
  }
  if (!MakeFolders(RealSystemCalls(), folder).ok()) return;
  WriteFileAtomically(RealSystemCalls(), JoinPath(folder, key), Sha256Hex(bytes) + bytes).IgnoreError();
}

}  // namespace plumbline
