// MD5, only to recognise files whose publishers name them by it. It protects against damage, not against malice.
#ifndef PLUMBLINE_EXPERIMENTS_DATA_MD5_H_
#define PLUMBLINE_EXPERIMENTS_DATA_MD5_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace plumbline {

// 32 lower-case hexadecimal digits, as md5sum prints them. An error when the system's OpenSSL has no MD5 (a policy may
// forbid it).
absl::StatusOr<std::string> Md5Hex(absl::string_view bytes);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_DATA_MD5_H_
