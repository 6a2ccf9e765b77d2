// The framing of TFRecord files and the events in them, read back byte by byte.
#include "tools/export/event_file.h"

#include <cstring>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "reports/record_values.h"
#include "tools/export/event.pb.h"

namespace plumbline {
namespace {

template <typename T>
T Number(const std::string& bytes, size_t at) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value |= static_cast<T>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return value;
}

// The payloads of a file; failures where the framing or a checksum is wrong.
std::vector<std::string> Payloads(const std::string& file) {
  std::vector<std::string> payloads;
  for (size_t at = 0; at < file.size();) {
    if (file.size() - at < 16) {
      ADD_FAILURE() << "cut off";
      break;
    }
    const uint64_t size = Number<uint64_t>(file, at);
    EXPECT_EQ(Number<uint32_t>(file, at + 8), MaskedCrc32c(file.substr(at, 8)));
    payloads.push_back(file.substr(at + 12, size));
    EXPECT_EQ(Number<uint32_t>(file, at + 12 + size), MaskedCrc32c(payloads.back()));
    at += 16 + size;
  }
  return payloads;
}

record::Record Training() {
  record::Record record;
  record.set_experiment("images");
  record.set_seed(3);
  record::AxisValue& rate = *record.add_point();
  rate.set_axis("rate");
  rate.set_value("0.1");
  *record.mutable_exact()->add_series() = RealSeries("loss", "", "epoch", {1, 2}, {0.75, 0.1});
  *record.mutable_exact()->add_series() = IntegerSeries("correct", "", "epoch", {2}, {90});
  *record.mutable_exact()->add_series() = RealSeries("recall", "", "class", {0, 1}, {0.5, 0.5});
  *record.mutable_exact()->add_series() = DigestSeries("parameters", "epoch", {1}, {std::string(64, 'a')});
  return record;
}

// RFC 3720, B.4, and the check value of the CRC catalogues.
TEST(EventFile, ChecksumIsCrc32c) {
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(""), 0u);
  // ((crc >> 15) | (crc << 17)) + 0xa282ead8, worked out by hand.
  EXPECT_EQ(MaskedCrc32c(""), 0xa282ead8u);
  EXPECT_EQ(MaskedCrc32c("123456789"), 0xc78ab0e5u);
}

TEST(EventFile, BeginsWithTheVersionAndHasOneEventAStep) {
  const std::vector<std::string> payloads = Payloads(EventFile(Training()));
  ASSERT_EQ(payloads.size(), 3u);
  tensorboard::Event head;
  ASSERT_TRUE(head.ParseFromString(payloads[0]));
  EXPECT_EQ(head.file_version(), "brain.Event:2");
  tensorboard::Event second;
  ASSERT_TRUE(second.ParseFromString(payloads[2]));
  EXPECT_EQ(second.step(), 2);
  EXPECT_EQ(second.wall_time(), 2);
  ASSERT_EQ(second.summary().value_size(), 2);
  EXPECT_EQ(second.summary().value(0).tag(), "loss");
  EXPECT_EQ(second.summary().value(0).simple_value(), 0.1f);
  EXPECT_EQ(second.summary().value(1).tag(), "correct");
  EXPECT_EQ(second.summary().value(1).simple_value(), 90);
}

// TensorFlow's field numbers: wall_time 1 (double), step 2, summary 5, value 1, tag 1, simple_value 2 (float).
TEST(EventFile, HasTensorFlowsFieldNumbers) {
  const std::string payload = Payloads(EventFile(Training()))[1];
  const std::string expected("\x09\0\0\0\0\0\0\xf0\x3f\x10\x01\x2a\x0d\x0a\x0b\x0a\x04loss\x15\0\0\x40\x3f", 26);
  EXPECT_EQ(payload.substr(0, expected.size()), expected);
}

TEST(EventFile, IsEmptyWithoutCurves) {
  record::Record record;
  *record.mutable_exact()->add_series() = RealSeries("recall", "", "class", {0}, {0.5});
  EXPECT_EQ(EventFile(record), "");
}

TEST(EventFile, RunsHaveFoldersOfTheirOwn) {
  record::Record record = Training();
  EXPECT_EQ(RunFolder(record), "images/rate=0.1/seed=3");
  record.mutable_point(0)->set_value("../a,b=c");
  EXPECT_EQ(RunFolder(record), "images/rate=%2E.%2Fa%2Cb%3Dc/seed=3");
  record.clear_point();
  EXPECT_EQ(RunFolder(record), "images/run/seed=3");
}

}  // namespace
}  // namespace plumbline
