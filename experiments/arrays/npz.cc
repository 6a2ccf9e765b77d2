// Zip archives by libzip, always from and to memory.
#include <zip.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "experiments/arrays/array_file.h"

namespace plumbline {
namespace {

// What a megabyte of deflated data can at most become: deflate's own limit is 1032 to 1.
constexpr uint64_t kLargestRatio = 1032;
// All arrays of an archive together.
constexpr uint64_t kLargestUnpacked = uint64_t{16} << 30;
// A local header, an entry of the central directory and its end, each without names: an archive has room for these.
constexpr uint64_t kLocalHeader = 30, kCentralEntry = 46, kEndOfDirectory = 22;
constexpr zip_uint64_t kChunk = 1 << 20;

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
    const bool twice = zip_error_code_zip(&error) == ZIP_ER_EXISTS;
    const std::string message = Message(error);
    return absl::InvalidArgumentError(
        absl::StrCat("it is no readable .npz (zip) archive: ", twice ? "a name is there twice" : message));
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
  std::string bytes;  // grows with what is there, not with what is claimed
  std::string chunk(std::min<zip_uint64_t>(kChunk, stat.size + 1), '\0');
  while (true) {
    const zip_int64_t count = zip_fread(entry.get(), &chunk[0], chunk.size());
    if (count < 0) return Invalid(name, zip_error_strerror(zip_file_get_error(entry.get())));
    if (count == 0) break;  // the CRC has been checked
    bytes.append(chunk, 0, static_cast<size_t>(count));
    if (bytes.size() > stat.size) return Invalid(name, "it is longer than it claims");
  }
  if (bytes.size() < stat.size) return Invalid(name, "it is shorter than it claims");
  return bytes;
}

// What the directory says of every entry. Names are keys of arrays and never become paths; what looks like one that
// leaves its folder is refused all the same.
absl::StatusOr<std::vector<zip_stat_t>> ReadDirectory(zip_t* archive, uint64_t file_size) {
  std::vector<zip_stat_t> entries;
  uint64_t packed = kEndOfDirectory;
  uint64_t unpacked = 0;
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    if (zip_stat_index(archive, i, 0, &stat) != 0 || (stat.valid & kNeeded) != kNeeded) {
      return absl::InvalidArgumentError(absl::StrCat("entry ", i, " of the archive is damaged"));
    }
    const absl::string_view name = stat.name;
    if (!absl::EndsWith(name, ".npy")) return Invalid(name, "its name does not end in .npy");
    if (absl::StartsWith(name, "/") || absl::StrContains(absl::StrCat("/", name), "/../")) {
      return Invalid(name, "its name is a path that leaves the archive");
    }
    if (stat.comp_size > file_size) return Invalid(name, "it is longer than the file");
    packed += kLocalHeader + kCentralEntry + stat.comp_size;
    if (packed > file_size) return Invalid(name, "the entries overlap: together they are longer than the file");
    if (stat.size > kLargestUnpacked - unpacked) {
      return Invalid(name, absl::StrCat("unpacked, the archive is larger than the limit of ", kLargestUnpacked, " bytes"));
    }
    unpacked += stat.size;
    entries.push_back(stat);
  }
  return entries;
}

}  // namespace

absl::StatusOr<NamedArrays> ParseNpz(absl::string_view file) {
  absl::StatusOr<Archive> archive = OpenForReading(file);
  if (!archive.ok()) return archive.status();
  const absl::StatusOr<std::vector<zip_stat_t>> entries = ReadDirectory(archive->get(), file.size());
  if (!entries.ok()) return entries.status();
  NamedArrays arrays;
  for (size_t i = 0; i < entries->size(); ++i) {
    const std::string full = (*entries)[i].name;
    const std::string name(absl::StripSuffix(full, ".npy"));
    absl::StatusOr<std::string> bytes = ReadEntry(archive->get(), i, (*entries)[i]);
    if (!bytes.ok()) return bytes.status();
    absl::StatusOr<FileArray> array = ParseNpy(*bytes);
    if (!array.ok()) return Invalid(full, array.status().message());
    if (!arrays.emplace(name, *std::move(array)).second) return Invalid(full, "it is there twice");
  }
  return arrays;
}

absl::StatusOr<std::string> SerializeNpz(const NamedArrays& arrays) {
  // libzip writes nothing at all for an archive without entries: this is the end of an empty directory.
  if (arrays.empty()) return absl::StrCat("PK\5\6", std::string(kEndOfDirectory - 4, '\0'));
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
