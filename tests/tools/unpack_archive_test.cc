// A folder of an archive appears whole, or not at all.
#include "tools/plumbline/unpack_archive.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace plumbline {
namespace {

class UnpackArchiveTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ + "/made/speech/wavs");
    std::ofstream(folder_ + "/made/speech/metadata.csv") << "a|b|c\n";
  }
  void Pack() {
    ASSERT_EQ(std::system(("tar -C " + folder_ + "/made -cjf " + archive_ + " speech").c_str()), 0);
  }
  bool Exists(const std::string& name) const { return std::filesystem::exists(folder_ + "/" + name); }

  const std::string folder_ = std::string(std::getenv("TEST_TMPDIR")) + "/unpack";
  const std::string archive_ = folder_ + "/speech.tar.bz2";
};

TEST_F(UnpackArchiveTest, TheFolderAppears) {
  Pack();
  const absl::Status status = UnpackArchive(archive_, "speech");
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_TRUE(Exists("speech/metadata.csv"));
  EXPECT_TRUE(Exists("speech/wavs"));
  EXPECT_FALSE(Exists("speech.tar.bz2.unpacked"));
}

TEST_F(UnpackArchiveTest, WhatIsNoArchiveOrAnotherLeavesNothing) {
  Pack();
  EXPECT_THAT(std::string(UnpackArchive(archive_, "music").message()), testing::HasSubstr("it has no folder music"));
  std::filesystem::resize_file(archive_, std::filesystem::file_size(archive_) / 2);
  EXPECT_THAT(std::string(UnpackArchive(archive_, "speech").message()), testing::HasSubstr("it cannot be unpacked"));
  EXPECT_FALSE(Exists("speech"));
  EXPECT_FALSE(Exists("speech.tar.bz2.unpacked"));
}

}  // namespace
}  // namespace plumbline
