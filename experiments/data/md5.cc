// OpenSSL's one-shot digest.
#include "experiments/data/md5.h"

#include <openssl/evp.h>

#include "absl/strings/escaping.h"

namespace plumbline {

absl::StatusOr<std::string> Md5Hex(absl::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_md5(), nullptr) != 1) {
    return absl::UnavailableError("OpenSSL on this system computes no MD5");
  }
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), size));
}

}  // namespace plumbline
