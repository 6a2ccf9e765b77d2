// The speech data set from a corpus written here, from the smoke corpus and from its cache.
#include "experiments/data/ljspeech.h"

#include <dirent.h>
#include <sys/stat.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "experiments/data/log_mel.h"
#include "experiments/data/speech_tokens.h"
#include "experiments/data/wav_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/files.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kSmoke[] = "experiments/ljspeech/smoke";

bool GoOn(absl::string_view, int64_t, int64_t) { return true; }

std::vector<int16_t> Tone(size_t samples, double hertz) {
  std::vector<int16_t> tone;
  for (size_t i = 0; i < samples; ++i) {
    tone.push_back(static_cast<int16_t>(8000 * std::sin(2 * 3.14159265 * hertz * static_cast<double>(i) / kRecordingRate)));
  }
  return tone;
}

// A data folder of its own with a corpus of six clips, 10, 20, ... 60 frames long.
class Ljspeech : public ::testing::Test {
 protected:
  Ljspeech() {
    std::string name = ::testing::TempDir() + "/ljspeech-XXXXXX";
    request_.folder = mkdtemp(name.data());
    corpus_ = request_.folder + "/LJSpeech-1.1";
    mkdir(corpus_.c_str(), 0777);
    mkdir((corpus_ + "/wavs").c_str(), 0777);
    std::string metadata;
    for (int i = 1; i <= 6; ++i) {
      absl::StrAppend(&metadata, "LJ-", i, "|Clip ", i, "|clip number ", std::string(static_cast<size_t>(i), 'a'), "\n");
      WriteClip(i, Tone(static_cast<size_t>(i) * 1600 + 7, 200.0 * i));
    }
    Write("metadata.csv", metadata);
    request_.train_items = 3;
    request_.validation_items = 1;
    request_.test_items = 2;
    request_.frames = 40;
    request_.tokens = 20;
    request_.threads = 2;
  }

  void Write(const std::string& name, const std::string& bytes) {
    std::ofstream(corpus_ + "/" + name, std::ios::binary) << bytes;
  }
  void WriteClip(int number, const std::vector<int16_t>& samples) {
    Write(absl::StrCat("wavs/LJ-", number, ".wav"), FormatWav(samples));
  }
  std::string ErrorOf(absl::StatusCode code) {
    const auto data = LoadLjspeech(request_, GoOn);
    EXPECT_EQ(data.status().code(), code) << data.status();
    return std::string(data.status().message());
  }
  std::vector<std::string> Cached() {
    const auto names = ListEntries(request_.folder + "/features", EntryKind::kFile);
    return names.ok() ? *names : std::vector<std::string>();
  }

  LjspeechRequest request_;
  std::string corpus_;
};

TEST_F(Ljspeech, ReadsTheSplitsInTheOrderOfTheMetadata) {
  const auto data = LoadLjspeech(request_, GoOn);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ(data->name, "ljspeech");
  EXPECT_FALSE(data->embedded);
  EXPECT_EQ(data->description, "LJ Speech (3 clips to train)");
  EXPECT_EQ(data->train.items, 3);
  EXPECT_THAT(data->train.texts, ElementsAre("clip number a", "clip number aa", "clip number aaa"));
  EXPECT_THAT(data->validation.texts, ElementsAre("clip number aaaa"));
  EXPECT_THAT(data->test.texts, SizeIs(2));
  EXPECT_DOUBLE_EQ(data->test.seconds[1], 9607.0 / 22050);
}

TEST_F(Ljspeech, KeepsFeaturesAsLongAsTheRecordingAndCutsLongOnes) {
  const auto data = LoadLjspeech(request_, GoOn);
  ASSERT_TRUE(data.ok()) << data.status();
  const Column* const audio = data->train.Find("audio");
  ASSERT_NE(audio, nullptr);
  EXPECT_THAT(audio->item_shape, ElementsAre(80, 40));
  EXPECT_EQ(audio->LengthOf(0), 10);
  EXPECT_EQ(audio->LengthOf(2), 30);
  EXPECT_EQ(data->test.Find("audio")->LengthOf(1), 40);
  const std::vector<float> expected = LogMel(16000).Compute(Tone(3207, 400), 40);
  std::vector<float> item(80 * 40);
  GatherItems(*audio, {1}, item.data());
  for (size_t band = 0; band < 80; ++band) {
    for (size_t t = 0; t < 40; ++t) EXPECT_EQ(item[band * 40 + t], t < 20 ? expected[band * 20 + t] : 0);
  }
}

TEST_F(Ljspeech, GivesTheTokensWithoutTheLastAndWithoutTheFirst) {
  const auto data = LoadLjspeech(request_, GoOn);
  ASSERT_TRUE(data.ok()) << data.status();
  std::vector<int64_t> tokens(19), targets(19);
  GatherItems(*data->train.Find("tokens"), {1}, tokens.data());
  GatherItems(*data->train.Find("targets"), {1}, targets.data());
  EXPECT_EQ(DecodeTokens(tokens), "<clip number aa>@@@");
  EXPECT_EQ(DecodeTokens(targets), "clip number aa>@@@@");
}

TEST_F(Ljspeech, ComputesTheFeaturesOnceAndTheSameWithAnyNumberOfThreads) {
  const auto first = LoadLjspeech(request_, GoOn);
  ASSERT_TRUE(first.ok()) << first.status();
  const std::vector<std::string> cached = Cached();
  EXPECT_THAT(cached, SizeIs(3));  // one a split
  request_.threads = 1;
  EXPECT_EQ(LoadLjspeech(request_, GoOn)->sha256, first->sha256);
  EXPECT_EQ(Cached(), cached);
}

TEST_F(Ljspeech, TakesADamagedCacheAsNone) {
  const std::string sha256 = LoadLjspeech(request_, GoOn)->sha256;
  for (const std::string& name : Cached()) {
    const std::string path = request_.folder + "/features/" + name;
    const std::string whole = *ReadFile(RealSystemCalls(), path, 1 << 30);
    std::string flipped = whole;
    flipped[whole.size() / 2] ^= 1;
    for (const std::string& damaged : {std::string(), whole.substr(0, 70), whole.substr(0, whole.size() - 1),
                                       whole + "x", flipped, std::string(whole.size(), '\0')}) {
      std::ofstream(path, std::ios::binary) << damaged;
      EXPECT_EQ(LoadLjspeech(request_, GoOn)->sha256, sha256);
      EXPECT_TRUE(*ReadFile(RealSystemCalls(), path, 1 << 30) == whole);
    }
  }
}

TEST_F(Ljspeech, SeesThatARecordingOrASettingHasChanged) {
  const std::string sha256 = LoadLjspeech(request_, GoOn)->sha256;
  WriteClip(2, Tone(3207, 401));
  const std::string changed = LoadLjspeech(request_, GoOn)->sha256;
  EXPECT_NE(changed, sha256);
  request_.mel_rate = 22050;
  const std::string other_rate = LoadLjspeech(request_, GoOn)->sha256;
  EXPECT_NE(other_rate, changed);
  request_.mel_rate = 16000;
  request_.frames = 41;
  EXPECT_NE(LoadLjspeech(request_, GoOn)->sha256, changed);
}

TEST_F(Ljspeech, NeedsNoCache) {
  const std::string sha256 = LoadLjspeech(request_, GoOn)->sha256;
  ASSERT_EQ(system(("rm -r " + request_.folder + "/features && : > " + request_.folder + "/features").c_str()), 0);
  EXPECT_EQ(LoadLjspeech(request_, GoOn)->sha256, sha256);
}

TEST_F(Ljspeech, RefusesWhatCannotBeUsedAndSaysWhere) {
  const std::string metadata = corpus_ + "/metadata.csv";
  request_.test_items = 3;
  EXPECT_EQ(ErrorOf(absl::StatusCode::kInvalidArgument),
            metadata + ": error: it has 6 clips, 7 are asked for (3 to train, 1 to validate, 3 to test)");
  request_.test_items = 2;
  WriteClip(4, Tone(200, 100));
  EXPECT_EQ(ErrorOf(absl::StatusCode::kInvalidArgument),
            corpus_ + "/wavs/LJ-4.wav: error: it has 200 samples, fewer than the 201 that a spectrum needs");
  Write("wavs/LJ-4.wav", "fLaC");
  EXPECT_THAT(ErrorOf(absl::StatusCode::kInvalidArgument), StartsWith(corpus_ + "/wavs/LJ-4.wav: error: it is FLAC"));
  ASSERT_EQ(remove((corpus_ + "/wavs/LJ-4.wav").c_str()), 0);
  EXPECT_THAT(ErrorOf(absl::StatusCode::kNotFound),
              StartsWith(metadata + ":4: error: the recording of the clip is missing: "));
  Write("metadata.csv", "LJ-1|a|b\nLJ-2|a\n");
  EXPECT_THAT(ErrorOf(absl::StatusCode::kInvalidArgument), StartsWith(metadata + ":2: error: "));
}

TEST_F(Ljspeech, TakesRecordingsWithoutLinesAndTextsThatNobodyCouldSpeakSoFast) {
  WriteClip(99, Tone(1, 1));
  WriteClip(1, std::vector<int16_t>(201, 0));  // one frame, of silence
  const auto data = LoadLjspeech(request_, GoOn);
  ASSERT_TRUE(data.ok()) << data.status();
  std::vector<float> item(80 * 40);
  GatherItems(*data->train.Find("audio"), {0}, item.data());
  EXPECT_EQ(data->train.Find("audio")->LengthOf(0), 1);
  EXPECT_EQ(item[0], -1.5f);
  EXPECT_EQ(item[1], 0);
}

TEST_F(Ljspeech, SaysWhatToDoWhenTheCorpusIsMissing) {
  request_.source = LjspeechRequest::kFile;
  request_.folder += "/elsewhere";
  const std::string error = ErrorOf(absl::StatusCode::kNotFound);
  EXPECT_THAT(error, StartsWith(request_.folder + "/LJSpeech-1.1/metadata.csv: error: "));
  EXPECT_THAT(error, HasSubstr("plumbline download ljspeech"));
}

TEST_F(Ljspeech, StopsWhenItIsTold) {
  EXPECT_TRUE(absl::IsCancelled(LoadLjspeech(request_, [](absl::string_view, int64_t, int64_t) { return false; }).status()));
}

TEST_F(Ljspeech, HasASmokeCorpusOfItsOwn) {
  request_.source = LjspeechRequest::kSmoke;
  request_.smoke = kSmoke;
  request_.train_items = 10;
  request_.validation_items = request_.test_items = 3;
  const auto data = LoadLjspeech(request_, GoOn);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_TRUE(data->embedded);
  EXPECT_THAT(data->description, HasSubstr("not LJ Speech"));
  EXPECT_THAT(data->test.texts, ElementsAre("six cats", "hot dog", "old cat"));
  for (const float value : std::get<std::vector<float>>(data->train.Find("audio")->values)) {
    EXPECT_TRUE(std::isfinite(value));
  }
  EXPECT_THAT(Cached(), SizeIs(0));
}

}  // namespace
}  // namespace plumbline
