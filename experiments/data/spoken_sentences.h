// The sentences of the embedded speech corpus and how they are spoken: short, from a small grammar over common words of
// two to six letters, "the red cat sees two dogs". There are about two million of them, so that what a model has not
// been trained on is mostly new to it.
#ifndef PLUMBLINE_EXPERIMENTS_DATA_SPOKEN_SENTENCES_H_
#define PLUMBLINE_EXPERIMENTS_DATA_SPOKEN_SENTENCES_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace plumbline {

// Changes with the grammar, the voices or their choice.
inline constexpr char kSpokenGrammar[] = "1";

struct SpokenSentence {
  std::string text;   // lower-case letters and spaces
  std::string voice;  // of espeak-ng: "en-us+f2"
  int speed = 0;      // words a minute, 160 to 220
  int pitch = 0;      // 30 to 70
};

// A function of the three alone. `split` is "train", "validation" or "test".
SpokenSentence DrawSentence(uint64_t seed, absl::string_view split, int64_t index);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_DATA_SPOKEN_SENTENCES_H_
