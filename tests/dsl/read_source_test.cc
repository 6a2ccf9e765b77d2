#include "dsl/read_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "dsl/source.h"

namespace plumbline {
namespace {

using testing::HasSubstr;

std::string Write(const std::string& name, const std::string& content) {
  const std::string path = absl::StrCat(testing::TempDir(), "/", name);
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

std::string WhatIs(const std::string& content) {
  const auto source = MakeSource("m", content);
  return source.ok() ? "text" : std::string(source.status().message());
}

TEST(ReadSourceTest, ReadsARegularFileUnderThePathAsGiven) {
  const std::string path = Write("plain.textproto", "language: 1\n");
  const auto source = ReadSource(path);
  ASSERT_TRUE(source.ok());
  EXPECT_EQ((*source)->name(), path);
  EXPECT_EQ((*source)->text(), "language: 1\n");
}

TEST(ReadSourceTest, DropsAByteOrderMark) {
  const auto source = ReadSource(Write("bom", "\xEF\xBB\xBFlanguage: 1"));
  ASSERT_TRUE(source.ok());
  EXPECT_EQ((*source)->text(), "language: 1");
}

TEST(ReadSourceTest, RefusesWhatIsNoRegularFile) {
  const auto code = [](const std::string& path) { return ReadSource(path).status().code(); };
  EXPECT_EQ(code(""), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(std::string("a\0b", 3)), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(std::string(10000, 'a')), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(testing::TempDir() + "/missing"), absl::StatusCode::kNotFound);
  EXPECT_EQ(code(testing::TempDir()), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code("/dev/zero"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code("/dev/null"), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(ReadSource("/proc/self/mem").ok());
  const std::string fifo = testing::TempDir() + "/fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(code(fifo), absl::StatusCode::kInvalidArgument);
  unlink(fifo.c_str());
}

TEST(ReadSourceTest, RefusesAFileThatMayNotBeRead) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const std::string path = Write("secret", "language: 1");
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  EXPECT_EQ(ReadSource(path).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST(ReadSourceTest, RefusesALargeFileWithoutReadingIt) {
  const std::string path = Write("large", "");
  ASSERT_EQ(truncate(path.c_str(), kMaxSourceBytes), 0);
  EXPECT_THAT(std::string(ReadSource(path).status().message()), testing::Not(HasSubstr("MiB")));
  ASSERT_EQ(truncate(path.c_str(), kMaxSourceBytes + 1), 0);
  EXPECT_THAT(std::string(ReadSource(path).status().message()), HasSubstr("larger than 16 MiB"));
  ASSERT_EQ(truncate(path.c_str(), int64_t{1} << 40), 0);
  EXPECT_THAT(std::string(ReadSource(path).status().message()), HasSubstr("larger than 16 MiB"));
  unlink(path.c_str());
}

TEST(ReadSourceTest, SaysWhatAForeignFileIs) {
  EXPECT_THAT(WhatIs("\x1F\x8B\x08\x00 anything"), HasSubstr("gzip"));
  EXPECT_THAT(WhatIs("PK\x03\x04rest"), HasSubstr("zip"));
  EXPECT_THAT(WhatIs("\x93NUMPY\x01"), HasSubstr("NumPy"));
  EXPECT_THAT(WhatIs("\x7f" "ELF\x02"), HasSubstr("program"));
  EXPECT_THAT(WhatIs(std::string("\x08\x07\x12\x07pytorch", 11)), HasSubstr("ONNX"));
  EXPECT_THAT(WhatIs(std::string("\x08\x01\x2a\x03" "abc\x02", 8)), HasSubstr("binary"));
  EXPECT_THAT(WhatIs("{ \"language\": 1 }"), HasSubstr("JSON"));
  EXPECT_THAT(WhatIs("[ { \"a\": 1 } ]"), HasSubstr("JSON"));
  EXPECT_THAT(WhatIs("---\nlanguage: 1\n"), HasSubstr("YAML"));
  EXPECT_THAT(WhatIs("\xFF\xFEl\0"), HasSubstr("UTF-16"));
}

TEST(ReadSourceTest, TakesNoTextForForeign) {
  for (const char* text : {"", "# comment", "language: 1", "{{{{", "[a.b] {}", "name: \"\\001\"",
                           "caf\xe9", "\r\n\tlanguage: 1"}) {
    EXPECT_EQ(WhatIs(text), "text") << text;
  }
}

TEST(DeclaredMessageTest, ReadsTheHeaderOnly) {
  const auto declared = [](const std::string& text) { return DeclaredMessage(Source("m", text)); };
  EXPECT_EQ(declared("# proto-file: a.proto\n# proto-message: Model\n"), "Model");
  EXPECT_EQ(declared("\n#proto-message:  plumbline.Model  \r\n"), "Model");
  EXPECT_EQ(declared("language: 1\n# proto-message: Model\n"), "");
  EXPECT_EQ(declared(""), "");
}

}  // namespace
}  // namespace plumbline
