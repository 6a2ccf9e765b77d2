// OpenSSL's EVP interface. SHA-256 fails there only for lack of memory, which is reported as the
// containers report it.
#include "reports/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <new>

#include "absl/strings/escaping.h"

namespace plumbline {
namespace {

void Require(bool ok) {
  if (!ok) throw std::bad_alloc();
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  Require(context_ != nullptr);
  Require(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() = default;

Sha256& Sha256::Add(absl::string_view bytes) {
  Require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  return *this;
}

Sha256& Sha256::AddField(absl::string_view bytes) {
  std::array<char, 8> length;
  for (size_t i = 0; i < length.size(); ++i) {
    length[i] = static_cast<char>(static_cast<uint64_t>(bytes.size()) >> (8 * i));
  }
  return Add(absl::string_view(length.data(), length.size())).Add(bytes);
}

std::string Sha256::Hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  unsigned int size = 0;
  Require(EVP_DigestFinal_ex(context_.get(), bytes.data(), &size) == 1);
  Require(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), size));
}

std::string Sha256Hex(absl::string_view bytes) { return Sha256().Add(bytes).Hex(); }

bool IsSha256Hex(absl::string_view text) {
  return text.size() == kSha256HexDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace plumbline
