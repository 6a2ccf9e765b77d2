// The embedded speech corpus: sentences that are a function of the seed, recordings that are made once.
#include "experiments/data/spoken_corpus.h"

#include <sys/stat.h>

#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "experiments/data/speech_corpus.h"
#include "experiments/data/wav_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/files.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

bool GoOn(absl::string_view, int64_t, int64_t) { return true; }

int64_t InodeOf(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 ? static_cast<int64_t>(status.st_ino) : -1;
}

class SpokenCorpus : public ::testing::Test {
 protected:
  SpokenCorpus() {
    std::string name = ::testing::TempDir() + "/spoken-XXXXXX";
    request_.folder = mkdtemp(name.data());
    request_.train = 4;
    request_.validation = 1;
    request_.test = 2;
    request_.threads = 2;
  }

  SpokenCorpusRequest request_;
};

TEST(DrawSentence, IsAFunctionOfSeedSplitAndIndex) {
  // A change of these is a change of kSpokenGrammar.
  EXPECT_EQ(DrawSentence(1, "train", 0).text, DrawSentence(1, "train", 0).text);
  std::set<std::string> texts;
  for (const uint64_t seed : {1, 2}) {
    for (const char* const split : {"train", "test"}) {
      for (int64_t i = 0; i < 10; ++i) texts.insert(DrawSentence(seed, split, i).text);
    }
  }
  EXPECT_THAT(texts, SizeIs(::testing::Ge(38u)));
}

TEST(DrawSentence, MakesShortSentencesOfLettersThatAreMostlyNew) {
  std::set<std::string> texts;
  for (int64_t i = 0; i < 10000; ++i) {
    const SpokenSentence sentence = DrawSentence(1, "train", i);
    EXPECT_GE(sentence.text.size(), 11u) << sentence.text;
    EXPECT_LE(sentence.text.size(), 36u) << sentence.text;
    EXPECT_EQ(sentence.text.find_first_not_of("abcdefghijklmnopqrstuvwxyz "), std::string::npos);
    EXPECT_GE(sentence.speed, 160);
    EXPECT_LE(sentence.speed, 220);
    texts.insert(sentence.text);
  }
  int seen = 0;
  for (int64_t i = 0; i < 1000; ++i) seen += static_cast<int>(texts.count(DrawSentence(1, "test", i).text));
  EXPECT_LT(seen, 200);
}

TEST_F(SpokenCorpus, HasTheLayoutOfLjSpeech) {
  const auto folder = MakeSpokenCorpus(request_, GoOn);
  ASSERT_TRUE(folder.ok()) << folder.status();
  const auto clips = ReadSpeechMetadata(*folder);
  ASSERT_TRUE(clips.ok()) << clips.status();
  ASSERT_THAT(*clips, SizeIs(7));
  EXPECT_EQ((*clips)[0].id, "train-000000");
  EXPECT_EQ((*clips)[6].id, "test-000001");
  EXPECT_EQ((*clips)[6].text, DrawSentence(1, "test", 1).text);
  for (const SpeechClip& clip : *clips) {
    const auto samples = ReadWav(RecordingPath(*folder, clip));
    ASSERT_TRUE(samples.ok()) << samples.status();
    EXPECT_GT(samples->size(), 22050u / 2);
    EXPECT_LT(samples->size(), 22050u * 5);
  }
}

TEST_F(SpokenCorpus, IsMadeOnceForEachRequest) {
  const std::string folder = *MakeSpokenCorpus(request_, GoOn);
  const int64_t inode = InodeOf(folder + "/metadata.csv");
  EXPECT_EQ(*MakeSpokenCorpus(request_, GoOn), folder);
  EXPECT_EQ(InodeOf(folder + "/metadata.csv"), inode);
  request_.seed = 2;
  EXPECT_NE(*MakeSpokenCorpus(request_, GoOn), folder);
}

TEST_F(SpokenCorpus, GoesOnWhereItStoppedAndSpeaksDamagedClipsAgain) {
  const std::string folder = *MakeSpokenCorpus(request_, GoOn);
  const std::string first = folder + "/wavs/train-000000.wav", second = folder + "/wavs/train-000001.wav";
  const std::string whole = *ReadFile(RealSystemCalls(), second, 1 << 20);
  const int64_t inode = InodeOf(first);
  ASSERT_EQ(remove((folder + "/metadata.csv").c_str()), 0);
  ASSERT_TRUE(WriteFileAtomically(RealSystemCalls(), second, whole.substr(0, 1000)).ok());
  EXPECT_EQ(*MakeSpokenCorpus(request_, GoOn), folder);
  EXPECT_EQ(InodeOf(first), inode);
  EXPECT_TRUE(*ReadFile(RealSystemCalls(), second, 1 << 20) == whole);
}

TEST_F(SpokenCorpus, StopsWithoutMetadataWhenItIsTold) {
  const auto folder = MakeSpokenCorpus(request_, [](absl::string_view, int64_t, int64_t) { return false; });
  EXPECT_TRUE(absl::IsCancelled(folder.status())) << folder.status();
  const auto folders = ListEntries(request_.folder, EntryKind::kFolder);
  ASSERT_TRUE(folders.ok()) << folders.status();
  ASSERT_THAT(*folders, SizeIs(1));
  EXPECT_EQ(InodeOf(request_.folder + "/" + folders->front() + "/metadata.csv"), -1);
}

TEST_F(SpokenCorpus, NamesThePackageWhereEspeakIsMissing) {
  const std::string path = getenv("PATH");
  setenv("PATH", "/nowhere", 1);
  const auto folder = MakeSpokenCorpus(request_, GoOn);
  setenv("PATH", path.c_str(), 1);
  EXPECT_TRUE(absl::IsNotFound(folder.status())) << folder.status();
  EXPECT_THAT(std::string(folder.status().message()), HasSubstr("espeak-ng is not installed (Debian's package"));
}

TEST_F(SpokenCorpus, TellsWhatEspeakSaid) {
  const std::string path = request_.folder + "/a.wav";
  const absl::Status status = Speak({"hello", "zz-nowhere", 180, 50}, path);
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(path + ": error: espeak-ng ended with 1: "));
  EXPECT_THAT(std::string(status.message()), HasSubstr("voice does not exist"));
  EXPECT_THAT(*ListEntries(request_.folder, EntryKind::kFile), SizeIs(0));
}

}  // namespace
}  // namespace plumbline
