// Archives whose headers lie: each is refused in words or read rightly, never trusted with memory, never a crash.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "experiments/arrays/array_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/experiments/arrays/zip_bytes.h"

namespace plumbline {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using tests::Crc32;
using tests::Deflate;
using tests::LittleEndian;
using tests::ZipBytes;
using tests::ZipEnd;
using tests::ZipEntry;

std::string Ramp(int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<char>(i * 7));
  return bytes;
}

std::string NpyBytes(const std::string& payload) {
  FileArray array;
  array.type = ElementType::kU8;
  array.shape = {static_cast<int64_t>(payload.size())};
  array.bytes = payload;
  return SerializeNpy(array);
}

ZipEntry Stored(const std::string& name) {
  ZipEntry entry;
  entry.name = name;
  entry.data = NpyBytes(Ramp(40));
  return entry;
}

ZipEntry Deflated(const std::string& name, const std::string& unpacked) {
  ZipEntry entry;
  entry.name = name;
  entry.unpacked = unpacked;
  entry.data = Deflate(unpacked);
  entry.local.method = entry.central.method = 8;
  return entry;
}

void SetFlags(ZipEntry& entry, uint16_t flags) { entry.local.flags = entry.central.flags = flags; }
void SetMethod(ZipEntry& entry, uint16_t method) { entry.local.method = entry.central.method = method; }

// As numpy.savez writes: the local header's sizes lie in a zip64 field, the directory's do not.
void ForceZip64(ZipEntry& entry) {
  const size_t size = entry.unpacked.empty() ? entry.data.size() : entry.unpacked.size();
  entry.local.size = entry.local.packed_size = 0xffffffff;
  entry.local.extra = LittleEndian(1, 2) + LittleEndian(16, 2) + LittleEndian(size, 8) + LittleEndian(entry.data.size(), 8);
}

void ExpectReads(const std::string& file, const std::string& name) {
  const auto arrays = ParseNpz(file);
  ASSERT_TRUE(arrays.ok()) << arrays.status();
  ASSERT_EQ(arrays->count(name), 1u);
  EXPECT_EQ(arrays->at(name).bytes, Ramp(40));
}

std::string Error(const std::string& file) {
  const auto arrays = ParseNpz(file);
  EXPECT_FALSE(arrays.ok());
  EXPECT_TRUE(arrays.ok() || absl::IsInvalidArgument(arrays.status())) << arrays.status();
  return std::string(arrays.status().message());
}

TEST(Npz, ReadsStoredDeflatedAndNumpysZip64Entries) {
  ExpectReads(ZipBytes({Stored("a.npy")}), "a");
  ExpectReads(ZipBytes({Deflated("a.npy", NpyBytes(Ramp(40)))}), "a");
  ZipEntry stored = Stored("a.npy");
  ForceZip64(stored);
  ZipEntry deflated = Deflated("b.npy", NpyBytes(Ramp(40)));
  ForceZip64(deflated);
  ExpectReads(ZipBytes({stored, deflated}), "a");
  ExpectReads(ZipBytes({stored, deflated}), "b");
}

TEST(Npz, ReadsAnArchiveWithACommentAndOneWithoutEntries) {
  ZipEnd end;
  end.comment = std::string(65535, 'c');
  ExpectReads(ZipBytes({Stored("a.npy")}, end), "a");
  const auto none = ParseNpz(ZipBytes({}));
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_TRUE(none->empty());
}

TEST(Npz, RefusesWhatIsNoArchive) {
  EXPECT_THAT(Error(""), HasSubstr("empty"));
  EXPECT_THAT(Error(std::string(21, 'x')), HasSubstr("no readable .npz"));
  EXPECT_THAT(Error(NpyBytes(Ramp(40))), HasSubstr("no readable .npz"));
}

TEST(Npz, RefusesADirectoryThatLies) {
  const std::vector<ZipEntry> entries = {Stored("a.npy")};
  ZipEnd end;
  end.directory_offset = 0x7fffffff;
  EXPECT_THAT(Error(ZipBytes(entries, end)), HasSubstr("no readable .npz"));
  end = ZipEnd();
  end.directory_size = 0x7fffffff;
  EXPECT_THAT(Error(ZipBytes(entries, end)), HasSubstr("no readable .npz"));
  for (const uint16_t count : {0, 2, 65535}) {
    end = ZipEnd();
    end.entries = count;
    EXPECT_THAT(Error(ZipBytes(entries, end)), HasSubstr("no readable .npz")) << count;
  }
  end = ZipEnd();
  end.prefix = "#!/bin/sh\nexit\n";
  end.directory_offset = 130;  // as if the archive began where the file does
  EXPECT_THAT(Error(ZipBytes(entries, end)), HasSubstr("no readable .npz"));
}

TEST(Npz, SurvivesManyEndsOfDirectory) {
  ZipEnd end;
  while (end.comment.size() < 60000) end.comment += "PK\5\6" + std::string(18, '\0');
  const auto arrays = ParseNpz(ZipBytes({Stored("a.npy")}, end));
  if (arrays.ok() && !arrays->empty()) {
    EXPECT_EQ(arrays->at("a").bytes, Ramp(40));
  }
}

TEST(Npz, RefusesNamesThatAreNoArrays) {
  EXPECT_THAT(Error(ZipBytes({Stored("a")})), HasSubstr("does not end in .npy"));
  EXPECT_THAT(Error(ZipBytes({Stored("folder/")})), HasSubstr("does not end in .npy"));
  EXPECT_THAT(Error(ZipBytes({Stored("../a.npy")})), HasSubstr("leaves the archive"));
  EXPECT_THAT(Error(ZipBytes({Stored("b/../../a.npy")})), HasSubstr("leaves the archive"));
  EXPECT_THAT(Error(ZipBytes({Stored("/a.npy")})), HasSubstr("leaves the archive"));
  EXPECT_THAT(Error(ZipBytes({Stored("a.npy"), Stored("a.npy")})), HasSubstr("twice"));
}

TEST(Npz, RefusesEncryptionAndOtherMethods) {
  ZipEntry encrypted = Stored("a.npy");
  SetFlags(encrypted, 1);
  encrypted.unpacked = encrypted.data;
  encrypted.data.insert(0, 12, '\0');  // the header of PKWARE's encryption
  EXPECT_THAT(Error(ZipBytes({encrypted})), HasSubstr("encrypted"));
  for (const uint16_t method : {12, 14, 93}) {
    ZipEntry entry = Stored("a.npy");
    SetMethod(entry, method);
    EXPECT_THAT(Error(ZipBytes({entry})), HasSubstr("neither stored nor deflated")) << method;
  }
  ZipEntry aes = Stored("a.npy");  // the sign of AES encryption, without the field that belongs to it
  SetMethod(aes, 99);
  EXPECT_THAT(Error(ZipBytes({aes})), HasSubstr("no readable .npz"));
}

TEST(Npz, ReadsSizesThatFollowTheData) {
  ZipEntry entry = Deflated("a.npy", NpyBytes(Ramp(40)));
  SetFlags(entry, 8);
  entry.descriptor = "PK\7\10" + LittleEndian(Crc32(entry.unpacked), 4) + LittleEndian(entry.data.size(), 4) +
                     LittleEndian(entry.unpacked.size(), 4);
  entry.local.crc = entry.local.size = entry.local.packed_size = 0;
  ExpectReads(ZipBytes({entry}), "a");
}

TEST(Npz, RefusesHeadersThatDisagree) {
  ZipEntry entry = Stored("a.npy");
  entry.local.name = "b.npy";
  EXPECT_THAT(Error(ZipBytes({entry})), HasSubstr("no readable .npz"));
  entry = Stored("a.npy");
  entry.local.size = 4;
  EXPECT_THAT(Error(ZipBytes({entry})), HasSubstr("no readable .npz"));
  entry = Stored("a.npy");
  entry.local.method = 8;
  EXPECT_THAT(Error(ZipBytes({entry})), HasSubstr("no readable .npz"));
}

TEST(Npz, RefusesAWrongChecksum) {
  for (ZipEntry entry : {Stored("a.npy"), Deflated("a.npy", NpyBytes(Ramp(40)))}) {
    entry.local.crc = entry.central.crc = 1;
    EXPECT_THAT(Error(ZipBytes({entry})), HasSubstr("CRC"));
  }
}

TEST(Npz, RefusesSizesThatLie) {
  for (const int difference : {-8, 8}) {
    ZipEntry entry = Deflated("a.npy", NpyBytes(Ramp(40)));
    entry.local.size = entry.central.size = static_cast<uint32_t>(entry.unpacked.size() + difference);
    EXPECT_THAT(Error(ZipBytes({entry})), AnyOf(HasSubstr("than it claims"), HasSubstr("inconsistent")));
    entry = Stored("a.npy");
    entry.local.size = entry.central.size = static_cast<uint32_t>(entry.data.size() + difference);
    EXPECT_NE(Error(ZipBytes({entry})), "");
  }
  ZipEntry empty = Stored("a.npy");
  empty.local.packed_size = empty.central.packed_size = 0;
  EXPECT_NE(Error(ZipBytes({empty})), "");
}

TEST(Npz, DoesNotAllocateWhatAnEntryOnlyClaims) {
  ZipEntry entry = Deflated("a.npy", NpyBytes(Ramp(40)));
  entry.local.size = entry.central.size = 0xfffffffe;
  EXPECT_THAT(Error(ZipBytes({entry})), HasSubstr("it claims 4294967294 bytes"));
  // A terabyte, in a zip64 field.
  entry.local.size = entry.central.size = 0xffffffff;
  entry.local.extra = LittleEndian(1, 2) + LittleEndian(16, 2) + LittleEndian(uint64_t{1} << 40, 8) +
                      LittleEndian(entry.data.size(), 8);
  entry.local.packed_size = 0xffffffff;
  entry.central.extra = LittleEndian(1, 2) + LittleEndian(8, 2) + LittleEndian(uint64_t{1} << 40, 8);
  EXPECT_THAT(Error(ZipBytes({entry})), HasSubstr("larger than the limit"));
}

TEST(Npz, RefusesEntriesThatShareTheirBytes) {
  // Two directory entries for one local header of 10,000 bytes.
  ZipEntry first = Stored("a.npy");
  first.data = NpyBytes(Ramp(10000));
  std::vector<ZipEntry> entries = {first};
  ZipEntry again = Stored("b.npy");
  again.data.clear();
  again.central.size = again.central.packed_size = static_cast<uint32_t>(first.data.size());
  again.central.crc = Crc32(first.data);
  again.central.name = "a.npy";
  again.offset = 0;
  entries.push_back(again);
  EXPECT_THAT(Error(ZipBytes(entries)), AnyOf(HasSubstr("overlap"), HasSubstr("no readable .npz")));
}

TEST(Npz, ReadsZerosThatPackAThousandfold) {
  const std::string zeros(4 << 20, '\0');
  const auto arrays = ParseNpz(ZipBytes({Deflated("a.npy", NpyBytes(zeros))}));
  ASSERT_TRUE(arrays.ok()) << arrays.status();
  EXPECT_EQ(arrays->at("a").size(), static_cast<int64_t>(zeros.size()));
}

// A damaged archive is refused, or damaged where nothing depends on it (times, versions, attributes).
void ExpectHarmless(const std::string& file) {
  const auto arrays = ParseNpz(file);
  if (!arrays.ok()) return;
  for (const auto& [name, array] : *arrays) EXPECT_EQ(array.bytes, Ramp(40)) << name;
}

TEST(Npz, RefusesEveryTruncation) {
  ZipEntry zip64 = Stored("b.npy");
  ForceZip64(zip64);
  const std::string whole = ZipBytes({Deflated("a.npy", NpyBytes(Ramp(40))), zip64});
  for (size_t length = 0; length < whole.size(); ++length) EXPECT_FALSE(ParseNpz(whole.substr(0, length)).ok()) << length;
}

TEST(Npz, SurvivesEveryFlippedBit) {
  ZipEntry zip64 = Stored("b.npy");
  ForceZip64(zip64);
  std::string file = ZipBytes({Deflated("a.npy", NpyBytes(Ramp(40))), zip64});
  for (size_t i = 0; i < file.size() * 8; ++i) {
    const char flip = static_cast<char>(1 << (i % 8));
    file[i / 8] = static_cast<char>(file[i / 8] ^ flip);
    ExpectHarmless(file);
    file[i / 8] = static_cast<char>(file[i / 8] ^ flip);
  }
  ASSERT_TRUE(ParseNpz(file).ok());
}

TEST(Npz, SurvivesTrailingBytes) {
  ZipEnd end;
  end.trailing = "junk";
  ExpectHarmless(ZipBytes({Stored("a.npy")}, end));
}

}  // namespace
}  // namespace plumbline
