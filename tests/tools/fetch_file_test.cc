// Files fetched by curl from file: addresses: resumed, verified, and never half a file under the name.
#include "tools/plumbline/fetch_file.h"

#include <stdlib.h>

#include <fstream>
#include <sstream>
#include <string>

#include "experiments/data/md5.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/tools/run_program.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

const char kContents[] = "an archive of many arrays";
const char kUnreachable[] = "http://127.0.0.1:9/octmnist.npz";  // the discard port, where nobody listens

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

class FetchFileTest : public ::testing::Test {
 protected:
  FetchFileTest() {
    std::string folder = ScratchPath("fetch-XXXXXX");
    folder = mkdtemp(folder.data());
    WriteText(folder + "/source", kContents);
    WriteText(folder + "/other", "<html>not found</html>");
    source_ = "file://" + folder + "/source";
    other_ = "file://" + folder + "/other";
    request_.path = folder + "/data/new/file";
    request_.md5 = *Md5Hex(kContents);
    request_.limit = 1000;
  }

  std::string Part() const { return request_.path + ".part"; }
  // Fails, and leaves nothing under the name.
  absl::Status Failure() {
    const absl::StatusOr<Fetched> fetched = FetchFile(request_);
    EXPECT_FALSE(fetched.ok());
    EXPECT_FALSE(Exists(request_.path));
    EXPECT_THAT(std::string(fetched.status().message()), HasSubstr(request_.path + ": error: "));
    return fetched.status();
  }

  FetchRequest request_;
  std::string source_, other_;
};

TEST_F(FetchFileTest, FetchesOnceIntoAFolderThatItMakes) {
  request_.addresses = {source_};
  const absl::StatusOr<Fetched> first = FetchFile(request_);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(*first, Fetched::kNow);
  EXPECT_EQ(Read(request_.path), kContents);
  EXPECT_FALSE(Exists(Part()));
  request_.addresses = {kUnreachable};
  const absl::StatusOr<Fetched> second = FetchFile(request_);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(*second, Fetched::kBefore);
}

TEST_F(FetchFileTest, GoesOnWhereItBrokeOff) {
  request_.addresses = {source_};
  ASSERT_TRUE(FetchFile(request_).ok());
  // What is there already is kept: a first part of other bytes shows in the digest.
  ASSERT_EQ(rename(request_.path.c_str(), Part().c_str()), 0);
  WriteText(Part(), std::string(kContents).substr(0, 10));
  ASSERT_TRUE(FetchFile(request_).ok());
  EXPECT_EQ(Read(request_.path), kContents);
  ASSERT_EQ(rename(request_.path.c_str(), Part().c_str()), 0);
  WriteText(Part(), "XXXXXXXXXX");
  const absl::Status status = Failure();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_FALSE(Exists(Part()));
  EXPECT_TRUE(FetchFile(request_).ok());  // and begins anew the next time
}

TEST_F(FetchFileTest, TakesAPartThatIsComplete) {
  request_.addresses = {source_};
  ASSERT_TRUE(FetchFile(request_).ok());
  ASSERT_EQ(rename(request_.path.c_str(), Part().c_str()), 0);
  request_.addresses = {kUnreachable};
  EXPECT_TRUE(FetchFile(request_).ok());
  EXPECT_EQ(Read(request_.path), kContents);
}

TEST_F(FetchFileTest, BeginsAnewWhenThePartIsTooLong) {
  request_.addresses = {source_};
  ASSERT_TRUE(FetchFile(request_).ok());
  ASSERT_EQ(rename(request_.path.c_str(), Part().c_str()), 0);
  WriteText(Part(), std::string(100, 'x'));
  FetchFile(request_).IgnoreError();  // curl may or may not see it; the digest does
  EXPECT_TRUE(FetchFile(request_).ok());
  EXPECT_EQ(Read(request_.path), kContents);
}

TEST_F(FetchFileTest, TriesTheNextAddress) {
  request_.addresses = {kUnreachable, other_, source_};
  EXPECT_TRUE(FetchFile(request_).ok());
  EXPECT_EQ(Read(request_.path), kContents);
}

TEST_F(FetchFileTest, RemovesAWrongFileAndSaysSo) {
  request_.addresses = {other_};
  const absl::Status status = Failure();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(request_.md5));
  EXPECT_THAT(std::string(status.message()), HasSubstr("it was removed"));
  EXPECT_FALSE(Exists(Part()));
}

TEST_F(FetchFileTest, SaysThatThereMayBeNoNetwork) {
  request_.addresses = {kUnreachable};
  const absl::Status status = Failure();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("is there a network?"));
  request_.addresses = {kUnreachable, other_};
  const std::string both(Failure().message());
  EXPECT_THAT(both, HasSubstr(kUnreachable));
  EXPECT_THAT(both, HasSubstr(other_));
}

TEST_F(FetchFileTest, RefusesWhatItMustNotFetch) {
  request_.addresses = {"file:///nowhere/at/all"};
  EXPECT_THAT(std::string(Failure().message()), HasSubstr("no such local file"));
  request_.addresses = {"ftp://127.0.0.1/file"};
  EXPECT_THAT(std::string(Failure().message()), HasSubstr("not supported"));
  request_.addresses = {"--help"};
  EXPECT_TRUE(absl::IsUnavailable(Failure()));
  request_.addresses = {source_};
  request_.limit = 10;
  EXPECT_THAT(std::string(Failure().message()), HasSubstr("larger than the limit"));
  EXPECT_FALSE(Exists(Part()));
}

TEST_F(FetchFileTest, LeavesAnotherFileOfTheNameAlone) {
  request_.addresses = {source_};
  ASSERT_TRUE(FetchFile(request_).ok());
  WriteText(request_.path, "precious");
  const absl::StatusOr<Fetched> fetched = FetchFile(request_);
  EXPECT_TRUE(absl::IsAlreadyExists(fetched.status())) << fetched.status();
  EXPECT_EQ(Read(request_.path), "precious");
}

TEST_F(FetchFileTest, SaysWhenCurlIsMissing) {
  const std::string path = getenv("PATH");
  setenv("PATH", "/nowhere", 1);
  request_.addresses = {source_};
  const absl::Status status = Failure();
  setenv("PATH", path.c_str(), 1);
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("curl is not installed"));
}

}  // namespace
}  // namespace plumbline
