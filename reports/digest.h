// SHA-256 in hexadecimal, for run keys, record files and whatever else is named by its content.
#ifndef PLUMBLINE_REPORTS_DIGEST_H_
#define PLUMBLINE_REPORTS_DIGEST_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

struct evp_md_ctx_st;

namespace plumbline {

inline constexpr int kSha256HexDigits = 64;

// A digest over parts. Parts added with AddField cannot be confused by moving bytes from one to the
// next, because each is preceded by its length.
//   Sha256 digest;
//   digest.AddField(model).AddField(experiment);
//   std::string key = digest.Hex();
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  // Adds the bytes themselves: Add("a"), Add("b") is Add("ab").
  Sha256& Add(absl::string_view bytes);

  // Adds the length of `bytes` as eight bytes, lowest first, then the bytes.
  Sha256& AddField(absl::string_view bytes);

  // 64 lower-case hexadecimal digits of all that was added; begins anew afterwards.
  std::string Hex();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// The digest of `bytes` alone, as sha256sum prints it.
std::string Sha256Hex(absl::string_view bytes);

// True for 64 lower-case hexadecimal digits.
bool IsSha256Hex(absl::string_view text);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_DIGEST_H_
