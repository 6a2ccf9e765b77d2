// Zip archives byte by byte, so that a test can let any field of one lie.
#ifndef PLUMBLINE_TESTS_EXPERIMENTS_ARRAYS_ZIP_BYTES_H_
#define PLUMBLINE_TESTS_EXPERIMENTS_ARRAYS_ZIP_BYTES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plumbline::tests {

// One header of an entry, local or central; what is not set is told truly.
struct ZipHeader {
  std::optional<uint32_t> crc, packed_size, size;
  std::optional<std::string> name;
  uint16_t flags = 0;
  uint16_t method = 0;  // stored
  std::string extra;
};

struct ZipEntry {
  std::string name;
  std::string data;      // as it lies in the archive
  std::string unpacked;  // what it unpacks to; empty: `data`
  ZipHeader local, central;
  std::optional<uint32_t> offset;  // of the local header, as the directory gives it
  std::string descriptor;          // after the data
};

struct ZipEnd {
  std::string prefix, comment, trailing;
  std::optional<uint16_t> entries;
  std::optional<uint32_t> directory_size, directory_offset;
};

std::string ZipBytes(const std::vector<ZipEntry>& entries, const ZipEnd& end);
// The same, all true.
std::string ZipBytes(const std::vector<ZipEntry>& entries);

uint32_t Crc32(const std::string& bytes);
// The lowest `count` bytes, lowest first.
std::string LittleEndian(uint64_t value, int count);
// A raw deflate stream of these bytes, by libzip.
std::string Deflate(const std::string& bytes);

}  // namespace plumbline::tests

#endif  // PLUMBLINE_TESTS_EXPERIMENTS_ARRAYS_ZIP_BYTES_H_
