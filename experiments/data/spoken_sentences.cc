// A sentence takes two blocks of random numbers: one for its words, one for its form and its voice.
#include "experiments/data/spoken_sentences.h"

#include <array>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "experiments/random.h"

namespace plumbline {
namespace {

constexpr const char* kArticles[] = {"the", "a", "my", "one"};
constexpr const char* kAdjectives[] = {"red", "big", "old", "new", "wet", "hot", "sad", "odd",
                                       "shy", "tall", "dark", "slow", "kind", "blue", "pale", "loud"};
constexpr const char* kNouns[] = {"cat", "dog", "cow", "hen", "pig", "bee", "ant", "owl", "bat", "hat", "cup", "car",
                                  "van", "jug", "king", "boy", "girl", "bird", "frog", "duck", "goat", "tree", "ship", "moon"};
constexpr const char* kTransitive[] = {"sees", "has", "met", "took", "likes", "finds",
                                       "wants", "lost", "hit", "held", "keeps", "feeds"};
constexpr const char* kIntransitive[] = {"runs", "sits", "fell", "ran", "sings", "left",
                                         "waits", "jumps", "came", "sleeps", "stood", "swims"};
constexpr const char* kNumbers[] = {"two", "three", "four", "five", "six", "ten"};
constexpr const char* kVoices[] = {"en-us", "en-gb", "en-us+f2", "en-gb+f4", "en-us+m3", "en-gb-scotland"};

// Takes choices out of random words, sixteen bits each.
class Choices {
 public:
  explicit Choices(const std::array<uint32_t, 4>& words) : words_(words) {}

  size_t Below(size_t count) {
    const uint32_t half = words_[next_ / 2] >> (next_ % 2 * 16) & 0xFFFF;
    ++next_;
    return half * count >> 16;
  }
  template <size_t kCount>
  const char* From(const char* const (&list)[kCount]) {
    return list[Below(kCount)];
  }

 private:
  std::array<uint32_t, 4> words_;
  size_t next_ = 0;
};

}  // namespace

SpokenSentence DrawSentence(uint64_t seed, absl::string_view split, int64_t index) {
  const RandomStream random(seed, absl::StrCat("spoken ", split));
  Choices form(random.Block(0, static_cast<uint64_t>(index)));
  Choices words(random.Block(1, static_cast<uint64_t>(index)));
  SpokenSentence sentence;
  const size_t pattern = form.Below(4);
  sentence.voice = form.From(kVoices);
  sentence.speed = 160 + static_cast<int>(form.Below(61));
  sentence.pitch = 30 + static_cast<int>(form.Below(41));
  std::string& text = sentence.text;
  text = words.From(kArticles);
  if (pattern != 1) absl::StrAppend(&text, " ", words.From(kAdjectives));
  absl::StrAppend(&text, " ", words.From(kNouns));
  if (pattern == 0) {  // "the red cat sings"
    absl::StrAppend(&text, " ", words.From(kIntransitive));
  } else if (pattern == 3) {  // "the red cat sees a dog"
    absl::StrAppend(&text, " ", words.From(kTransitive), " ", words.From(kArticles), " ", words.From(kNouns));
  } else {  // "the cat sees two dogs", "the red cat sees two dogs"
    absl::StrAppend(&text, " ", words.From(kTransitive), " ", words.From(kNumbers), " ", words.From(kNouns), "s");
  }
  return sentence;
}

}  // namespace plumbline
