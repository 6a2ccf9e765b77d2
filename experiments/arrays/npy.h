// Arrays as numpy's .npy files hold them (format versions 1, 2 and 3). Only plain numbers: an object array is refused,
// because reading one would run code from the file.
#ifndef PLUMBLINE_EXPERIMENTS_ARRAYS_NPY_H_
#define PLUMBLINE_EXPERIMENTS_ARRAYS_NPY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace plumbline {

enum class ElementType { kBool, kU8, kS8, kU16, kS16, kU32, kS32, kU64, kS64, kF32, kF64 };

int64_t ByteSize(ElementType type);
const char* Name(ElementType type);  // "f32", "s64", ...

// A dense row-major array, elements in this machine's byte order.
struct FileArray {
  ElementType type = ElementType::kF32;
  std::vector<int64_t> shape;
  std::string bytes;

  int64_t size() const;
};

FileArray MakeArray(std::vector<int64_t> shape, const std::vector<float>& values);
FileArray MakeArray(std::vector<int64_t> shape, const std::vector<double>& values);

// The elements converted; an error when a value does not fit (a fraction or a magnitude beyond 2^53 as integer).
std::vector<float> ToFloats(const FileArray& array);
std::vector<double> ToDoubles(const FileArray& array);
absl::StatusOr<std::vector<int64_t>> ToIntegers(const FileArray& array);

// Reads a whole .npy file from memory. Fortran order is transposed to row-major, big-endian elements are swapped.
// Errors (invalid argument) say what is wrong in the file's terms; nothing larger than the file is allocated.
absl::StatusOr<FileArray> ParseNpy(absl::string_view file);
// The bytes that numpy.save would write (version 1.0).
std::string SerializeNpy(const FileArray& array);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_ARRAYS_NPY_H_
