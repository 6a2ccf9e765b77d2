// Between transcripts and the 35 tokens of the speech models: < start, > stop, @ padding, # unknown, space, the marks
// , . ? - and the letters a to z, in this order.
#ifndef PLUMBLINE_EXPERIMENTS_DATA_SPEECH_TOKENS_H_
#define PLUMBLINE_EXPERIMENTS_DATA_SPEECH_TOKENS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace plumbline {

inline constexpr char kSpeechAlphabet[] = "<>@# ,.?-abcdefghijklmnopqrstuvwxyz";
inline constexpr int64_t kSpeechTokens = sizeof(kSpeechAlphabet) - 1;
inline constexpr int64_t kStart = 0;
inline constexpr int64_t kStop = 1;
inline constexpr int64_t kPadding = 2;
inline constexpr int64_t kUnknown = 3;

// `positions` tokens, at least 2: start, the first positions - 2 characters of the text, stop, padding. ASCII letters
// are lowered; a character outside the alphabet, however many bytes it has in UTF-8, is one unknown token. The
// characters < > @ # of a text give the tokens that bear them, as in the published code.
std::vector<int64_t> EncodeText(absl::string_view text, int64_t positions);

// The characters of the tokens, one each; what is no token gives #.
std::string DecodeTokens(absl::Span<const int64_t> tokens);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_DATA_SPEECH_TOKENS_H_
