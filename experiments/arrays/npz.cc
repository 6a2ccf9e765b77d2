// Zip archives by libzip, always from and to memory.
#include <zip.h>

#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "experiments/arrays/array_file.h"

namespace plumbline {
namespace {

// What a megabyte of deflated data can at most become: deflate's own limit is 1032 to 1.
constexpr uint64_t kLargestRatio = 1032;

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Archive = std::unique_ptr<zip_t, Discard>;
using Entry = std::unique_ptr<zip_file_t, Discard>;

absl::Status Invalid(absl::string_view name, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("entry '", name, "': ", what));
}

std::string Message(zip_error_t& error) {
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

absl::StatusOr<Archive> OpenForReading(absl::string_view file) {
  // libzip takes nothing at all for an archive without entries.
  if (file.empty()) return absl::InvalidArgumentError("it is no readable .npz (zip) archive: it is empty");
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(file.data(), file.size(), 0, &error);
  if (source == nullptr) return absl::ResourceExhaustedError(Message(error));
  Archive archive(zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error));
  if (archive == nullptr) {
    zip_source_free(source);
    return absl::InvalidArgumentError(absl::StrCat("it is no readable .npz (zip) archive: ", Message(error)));
  }
  zip_error_fini(&error);
  return archive;
}

absl::StatusOr<std::string> ReadEntry(zip_t* archive, zip_uint64_t index, const zip_stat_t& stat) {
  const std::string name = stat.name;
  if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE) {
    return Invalid(name, "it is encrypted");
  }
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
    return Invalid(name, absl::StrCat("compression method ", stat.comp_method, " is neither stored nor deflated"));
  }
  if (stat.size > stat.comp_size * kLargestRatio + 64) {
    return Invalid(name, absl::StrCat("it claims ", stat.size, " bytes from ", stat.comp_size));
  }
  const Entry entry(zip_fopen_index(archive, index, 0));
  if (entry == nullptr) return Invalid(name, zip_strerror(archive));
  std::string bytes(stat.size, '\0');
  zip_uint64_t at = 0;
  while (at < stat.size) {
    const zip_int64_t count = zip_fread(entry.get(), &bytes[at], stat.size - at);
    if (count < 0) return Invalid(name, zip_error_strerror(zip_file_get_error(entry.get())));
    if (count == 0) return Invalid(name, "it is shorter than it claims");
    at += count;
  }
  char more = 0;  // reading to the end also checks the CRC
  const zip_int64_t rest = zip_fread(entry.get(), &more, 1);
  if (rest > 0) return Invalid(name, "it is longer than it claims");
  if (rest < 0) return Invalid(name, zip_error_strerror(zip_file_get_error(entry.get())));
  return bytes;
}

}  // namespace

absl::StatusOr<NamedArrays> ParseNpz(absl::string_view file) {
  absl::StatusOr<Archive> archive = OpenForReading(file);
  if (!archive.ok()) return archive.status();
  NamedArrays arrays;
  const zip_int64_t count = zip_get_num_entries(archive->get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    if (zip_stat_index(archive->get(), i, 0, &stat) != 0 || (stat.valid & kNeeded) != kNeeded) {
      return absl::InvalidArgumentError(absl::StrCat("entry ", i, " of the archive is damaged"));
    }
    const std::string full = stat.name;
    if (!absl::EndsWith(full, ".npy")) return Invalid(full, "its name does not end in .npy");
    const std::string name(absl::StripSuffix(full, ".npy"));
    absl::StatusOr<std::string> bytes = ReadEntry(archive->get(), i, stat);
    if (!bytes.ok()) return bytes.status();
    absl::StatusOr<FileArray> array = ParseNpy(*bytes);
    if (!array.ok()) return Invalid(full, array.status().message());
    if (!arrays.emplace(name, *std::move(array)).second) return Invalid(full, "it is there twice");
  }
  return arrays;
}

absl::StatusOr<std::string> SerializeNpz(const NamedArrays& arrays) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  if (target == nullptr) return absl::ResourceExhaustedError(Message(error));
  zip_source_keep(target);
  Archive archive(zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &error));
  if (archive == nullptr) {
    zip_source_free(target);
    zip_source_free(target);
    return absl::InternalError(Message(error));
  }
  std::vector<std::string> files;  // must live until the archive is closed
  files.reserve(arrays.size());
  for (const auto& [name, array] : arrays) {
    files.push_back(SerializeNpy(array));
    zip_source_t* source = zip_source_buffer(archive.get(), files.back().data(), files.back().size(), 0);
    const zip_int64_t index =
        source == nullptr ? -1 : zip_file_add(archive.get(), absl::StrCat(name, ".npy").c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      zip_source_free(target);
      return absl::InternalError(absl::StrCat("cannot add '", name, "': ", zip_strerror(archive.get())));
    }
    zip_set_file_compression(archive.get(), index, ZIP_CM_STORE, 0);
    zip_file_set_dostime(archive.get(), index, 0, 0x21, 0);  // 1980-01-01
  }
  if (zip_close(archive.get()) != 0) {
    zip_source_free(target);
    return absl::InternalError(zip_strerror(archive.get()));
  }
  (void)archive.release();  // closed, and freed with it
  std::string result;
  zip_stat_t stat;
  zip_stat_init(&stat);
  bool ok = zip_source_stat(target, &stat) == 0 && zip_source_open(target) == 0;
  if (ok) {
    result.resize(stat.size);
    ok = zip_source_read(target, &result[0], stat.size) == static_cast<zip_int64_t>(stat.size);
    zip_source_close(target);
  }
  zip_source_free(target);
  if (!ok) return absl::InternalError("the archive in memory cannot be read back");
  return result;
}

}  // namespace plumbline
