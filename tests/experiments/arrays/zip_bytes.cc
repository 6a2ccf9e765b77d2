// The layout is that of PKWARE's APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16.
#include "tests/experiments/arrays/zip_bytes.h"

#include <zip.h>

#include <cstdlib>

namespace plumbline::tests {
namespace {

constexpr uint64_t kVersion = 45, kDate = 0x21;

// The fields that both headers have, from the flags to the length of the extra field.
std::string Fields(const ZipEntry& entry, const ZipHeader& header) {
  const std::string& unpacked = entry.unpacked.empty() ? entry.data : entry.unpacked;
  return LittleEndian(header.flags, 2) + LittleEndian(header.method, 2) + LittleEndian(0, 2) + LittleEndian(kDate, 2) +
         LittleEndian(header.crc.value_or(Crc32(unpacked)), 4) +
         LittleEndian(header.packed_size.value_or(entry.data.size()), 4) +
         LittleEndian(header.size.value_or(unpacked.size()), 4) +
         LittleEndian(header.name.value_or(entry.name).size(), 2) + LittleEndian(header.extra.size(), 2);
}

}  // namespace

std::string LittleEndian(uint64_t value, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
  return bytes;
}

uint32_t Crc32(const std::string& bytes) {
  uint32_t crc = 0xffffffff;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
  }
  return ~crc;
}

std::string ZipBytes(const std::vector<ZipEntry>& entries, const ZipEnd& end) {
  std::string file = end.prefix;
  std::string directory;
  for (const ZipEntry& entry : entries) {
    const size_t offset = file.size();
    file += "PK\3\4" + LittleEndian(kVersion, 2) + Fields(entry, entry.local) + entry.local.name.value_or(entry.name) +
            entry.local.extra + entry.data + entry.descriptor;
    directory += "PK\1\2" + LittleEndian(kVersion, 2) + LittleEndian(kVersion, 2) + Fields(entry, entry.central) +
                 std::string(10, '\0') + LittleEndian(entry.offset.value_or(offset), 4) +
                 entry.central.name.value_or(entry.name) + entry.central.extra;
  }
  const uint64_t offset = end.directory_offset.value_or(file.size());
  const std::string count = LittleEndian(end.entries.value_or(entries.size()), 2);
  file += directory + "PK\5\6" + LittleEndian(0, 4) + count + count +
          LittleEndian(end.directory_size.value_or(directory.size()), 4) + LittleEndian(offset, 4) +
          LittleEndian(end.comment.size(), 2) + end.comment;
  return file + end.trailing;
}

std::string ZipBytes(const std::vector<ZipEntry>& entries) { return ZipBytes(entries, ZipEnd{}); }

std::string Deflate(const std::string& bytes) {
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, nullptr);
  zip_source_keep(target);
  zip_t* archive = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
  const zip_int64_t index = zip_file_add(archive, "x", source, 0);
  if (index != 0 || zip_set_file_compression(archive, 0, ZIP_CM_DEFLATE, 9) != 0 || zip_close(archive) != 0) abort();
  archive = zip_open_from_source(target, ZIP_RDONLY, nullptr);
  zip_stat_t stat;
  if (archive == nullptr || zip_stat_index(archive, 0, 0, &stat) != 0 || stat.comp_method != ZIP_CM_DEFLATE) abort();
  std::string packed(stat.comp_size, '\0');
  zip_file_t* file = zip_fopen_index(archive, 0, ZIP_FL_COMPRESSED);
  if (zip_fread(file, &packed[0], packed.size()) != static_cast<zip_int64_t>(packed.size())) abort();
  zip_fclose(file);
  zip_discard(archive);
  return packed;
}

}  // namespace plumbline::tests
