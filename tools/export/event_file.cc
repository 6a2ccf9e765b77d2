// Series are merged by step, since TensorBoard likes steps to rise.
#include "tools/export/event_file.h"

#include <array>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "tools/export/event.pb.h"

namespace plumbline {
namespace {

std::array<uint32_t, 256> CrcTable() {
  constexpr uint32_t kReversedPolynomial = 0x82F63B78;
  std::array<uint32_t, 256> table = {};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1) != 0 ? kReversedPolynomial : 0);
    table[byte] = rest;
  }
  return table;
}

template <typename T>
std::string LittleEndian(T value) {
  std::string bytes;
  for (size_t i = 0; i < sizeof(T); ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xff);
  return bytes;
}

double RealOfBits(uint64_t bits) {
  double value = 0;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

// A part of a path: a comma and an equals sign would look like those between parts, a dot in front would hide it.
std::string PathPart(absl::string_view text) {
  std::string part;
  for (const char c : text) {
    const bool plain = absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                       c == '_' || c == '-' || c == '+' || (c == '.' && !part.empty());
    absl::StrAppend(&part, plain ? std::string(1, c) : absl::StrFormat("%%%02X", static_cast<unsigned char>(c)));
  }
  return part;
}

}  // namespace

uint32_t Crc32c(absl::string_view bytes) {
  static const std::array<uint32_t, 256> table = CrcTable();
  uint32_t rest = 0xffffffff;
  for (const char c : bytes) rest = (rest >> 8) ^ table[(rest ^ static_cast<unsigned char>(c)) & 0xff];
  return ~rest;
}

uint32_t MaskedCrc32c(absl::string_view bytes) {
  constexpr uint32_t kMask = 0xa282ead8;
  const uint32_t crc = Crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + kMask;
}

std::string TfRecord(absl::string_view bytes) {
  const std::string length = LittleEndian(static_cast<uint64_t>(bytes.size()));
  return absl::StrCat(length, LittleEndian(MaskedCrc32c(length)), bytes, LittleEndian(MaskedCrc32c(bytes)));
}

std::string EventFile(const record::Record& record) {
  std::map<int64_t, tensorboard::Summary> steps;
  for (const record::ExactSeries& series : record.exact().series()) {
    if (series.index_name() != "epoch" && series.index_name() != "step") continue;
    for (int i = 0; i < series.index_size(); ++i) {
      const bool real = i < series.bits_size();
      if (!real && i >= series.integer_size()) continue;
      tensorboard::Summary::Value& value = *steps[series.index(i)].add_value();
      value.set_tag(series.name());
      value.set_simple_value(static_cast<float>(real ? RealOfBits(series.bits(i)) : series.integer(i)));
    }
  }
  if (steps.empty()) return "";
  tensorboard::Event head;
  head.set_file_version("brain.Event:2");
  std::string file = TfRecord(head.SerializeAsString());
  for (auto& [step, summary] : steps) {
    tensorboard::Event event;
    event.set_step(step);
    event.set_wall_time(static_cast<double>(step));
    *event.mutable_summary() = std::move(summary);
    file += TfRecord(event.SerializeAsString());
  }
  return file;
}

std::string RunFolder(const record::Record& record) {
  std::vector<std::string> point;
  for (const record::AxisValue& value : record.point()) {
    point.push_back(absl::StrCat(PathPart(value.axis()), "=", PathPart(value.value())));
  }
  return absl::StrCat(PathPart(record.experiment()), "/", point.empty() ? "run" : absl::StrJoin(point, ","), "/seed=",
                      record.seed());
}

}  // namespace plumbline
