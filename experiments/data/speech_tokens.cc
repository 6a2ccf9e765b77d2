#include "experiments/data/speech_tokens.h"

#include "absl/strings/ascii.h"

namespace plumbline {
namespace {

bool ContinuesCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

int64_t TokenOf(char byte) {
  const size_t place = absl::string_view(kSpeechAlphabet).find(absl::ascii_tolower(byte));
  return place == absl::string_view::npos ? kUnknown : static_cast<int64_t>(place);
}

}  // namespace

std::vector<int64_t> EncodeText(absl::string_view text, int64_t positions) {
  std::vector<int64_t> tokens = {kStart};
  for (const char byte : text) {
    if (ContinuesCharacter(byte)) continue;
    if (static_cast<int64_t>(tokens.size()) == positions - 1) break;
    tokens.push_back(TokenOf(byte));
  }
  tokens.push_back(kStop);
  tokens.resize(static_cast<size_t>(positions), kPadding);
  return tokens;
}

std::string DecodeTokens(absl::Span<const int64_t> tokens) {
  std::string text;
  for (const int64_t token : tokens) {
    text += kSpeechAlphabet[token >= 0 && token < kSpeechTokens ? token : kUnknown];
  }
  return text;
}

}  // namespace plumbline
