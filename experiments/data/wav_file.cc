// The chunks are checked here, because libsndfile repairs silently what should be refused; libsndfile then decodes.
#include "experiments/data/wav_file.h"

#include <sndfile.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "reports/files.h"

namespace plumbline {
namespace {

constexpr size_t kRiffHeader = 12;
constexpr size_t kChunkHeader = 8;
constexpr size_t kLeastFormat = 16;
constexpr size_t kExtensibleFormat = 40;
constexpr uint32_t kPcm = 1;
constexpr uint32_t kExtensible = 0xFFFE;
// The rest of the GUID whose first two bytes are the format tag (KSDATAFORMAT_SUBTYPE).
constexpr absl::string_view kGuidTail("\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71", 14);

absl::Status Invalid(absl::string_view what) { return absl::InvalidArgumentError(what); }

uint32_t Number(absl::string_view bytes, size_t at, size_t width) {
  uint32_t number = 0;
  for (size_t i = width; i > 0; --i) number = number << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
  return number;
}

// Other containers, by how they begin.
const char* OtherContainer(absl::string_view bytes) {
  static constexpr std::pair<absl::string_view, const char*> kMagic[] = {
      {"RIFX", "big-endian WAV (RIFX)"}, {"RF64", "RF64"}, {"BW64", "BW64"}, {"riff", "Wave64"}, {"FORM", "AIFF"},
      {"fLaC", "FLAC"}, {"OggS", "Ogg"}, {"ID3", "MP3"}, {".snd", "AU"}, {"<", "markup"}};
  for (const auto& [magic, name] : kMagic) {
    if (absl::StartsWith(bytes, magic)) return name;
  }
  return nullptr;
}

const char* CodingName(uint32_t tag) {
  switch (tag) {
    case kPcm: return "PCM";
    case 2: return "Microsoft ADPCM";
    case 3: return "floating point";
    case 6: return "A-law";
    case 7: return "mu-law";
    case 0x11: return "IMA ADPCM";
    case 0x55: return "MP3";
    default: return "unknown";
  }
}

absl::Status CheckContainer(absl::string_view bytes) {
  constexpr absl::string_view kWanted = ", not a WAV file of one channel, 16 bits and 22050 Hz";
  if (bytes.empty()) return Invalid("the file is empty");
  if (const char* const name = OtherContainer(bytes)) return Invalid(absl::StrCat("it is ", name, kWanted));
  if (!absl::StartsWith(bytes, "RIFF")) return Invalid(absl::StrCat("it does not begin with RIFF", kWanted));
  if (bytes.size() < kRiffHeader) return Invalid("the header is cut off");
  if (bytes.substr(8, 4) != "WAVE") {
    return Invalid(absl::StrCat("it is RIFF of the kind '", absl::CHexEscape(bytes.substr(8, 4)), "'", kWanted));
  }
  return absl::OkStatus();
}

absl::Status CheckFormat(absl::string_view format) {
  if (format.size() < kLeastFormat) {
    return Invalid(absl::StrCat("its format chunk has ", format.size(), " bytes, at least 16 are wanted"));
  }
  uint32_t tag = Number(format, 0, 2);
  if (tag == kExtensible) {
    if (format.size() < kExtensibleFormat) return Invalid("its extensible format chunk is cut off");
    if (format.substr(26, 14) != kGuidTail) return Invalid("its coding is unknown (by its GUID), not PCM");
    tag = Number(format, 24, 2);
  }
  if (tag != kPcm) return Invalid(absl::StrCat("its coding is ", CodingName(tag), " (", tag, "), not PCM (1)"));
  const uint32_t channels = Number(format, 2, 2);
  const uint32_t rate = Number(format, 4, 4);
  const uint32_t block = Number(format, 12, 2);
  const uint32_t bits = Number(format, 14, 2);
  if (channels != 1) return Invalid(absl::StrCat("it has ", channels, " channels, not one"));
  if (rate != kRecordingRate) {
    return Invalid(absl::StrCat("its rate is ", rate, " Hz, not ", kRecordingRate, "; resample it first"));
  }
  if (bits != 16) return Invalid(absl::StrCat("its samples have ", bits, " bits, not 16"));
  if (block != 2) return Invalid(absl::StrCat("its blocks have ", block, " bytes, not 2"));
  return absl::OkStatus();
}

// The bytes of the samples.
absl::StatusOr<absl::string_view> FindSamples(absl::string_view bytes) {
  std::optional<absl::string_view> format, samples;
  size_t at = kRiffHeader;
  while (bytes.size() - at >= kChunkHeader) {
    const absl::string_view name = bytes.substr(at, 4);
    const size_t size = Number(bytes, at + 4, 4);
    at += kChunkHeader;
    if (size > bytes.size() - at) {
      return Invalid(absl::StrCat("its chunk '", absl::CHexEscape(name), "' states ", size, " bytes, the file has ",
                                  bytes.size() - at, " more: it is cut off, or was written as a stream"));
    }
    std::optional<absl::string_view>* const known = name == "fmt " ? &format : name == "data" ? &samples : nullptr;
    if (known != nullptr) {
      if (known->has_value()) return Invalid(absl::StrCat("it has two chunks '", name, "'"));
      *known = bytes.substr(at, size);
      if (!format.has_value()) return Invalid("its samples come before their format");
    }
    at = std::min(bytes.size(), at + size + size % 2);
  }
  if (!format.has_value()) return Invalid("it has no format chunk");
  const absl::Status status = CheckFormat(*format);
  if (!status.ok()) return status;
  if (!samples.has_value()) return Invalid("it has no samples");
  if (samples->empty()) return Invalid("it has no samples");
  if (samples->size() % 2 != 0) return Invalid("its last sample is cut off");
  return *samples;
}

// A file in memory, as libsndfile reads it.
struct Memory {
  absl::string_view bytes;
  sf_count_t at = 0;

  sf_count_t size() const { return static_cast<sf_count_t>(bytes.size()); }
};

SF_VIRTUAL_IO ReadingMemory() {
  SF_VIRTUAL_IO io = {};
  io.get_filelen = [](void* user) { return static_cast<Memory*>(user)->size(); };
  io.seek = [](sf_count_t offset, int whence, void* user) {
    Memory& memory = *static_cast<Memory*>(user);
    const sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? memory.at : memory.size();
    memory.at = std::clamp(base + offset, sf_count_t{0}, memory.size());
    return memory.at;
  };
  io.read = [](void* to, sf_count_t count, void* user) {
    Memory& memory = *static_cast<Memory*>(user);
    count = std::clamp(count, sf_count_t{0}, memory.size() - memory.at);
    std::memcpy(to, memory.bytes.data() + memory.at, static_cast<size_t>(count));
    memory.at += count;
    return count;
  };
  io.write = [](const void*, sf_count_t, void*) { return sf_count_t{0}; };
  io.tell = [](void* user) { return static_cast<Memory*>(user)->at; };
  return io;
}

absl::StatusOr<std::vector<int16_t>> Decode(absl::string_view bytes, size_t count) {
  struct Close {
    void operator()(SNDFILE* file) const { sf_close(file); }
  };
  Memory memory{bytes};
  SF_VIRTUAL_IO io = ReadingMemory();
  SF_INFO info = {};
  const std::unique_ptr<SNDFILE, Close> file(sf_open_virtual(&io, SFM_READ, &info, &memory));
  if (file == nullptr) return Invalid(absl::StrCat("libsndfile refuses it: ", sf_strerror(nullptr)));
  std::vector<int16_t> samples(count);
  const sf_count_t wanted = static_cast<sf_count_t>(count);
  if (info.frames != wanted || info.channels != 1 || sf_read_short(file.get(), samples.data(), wanted) != wanted) {
    return Invalid(absl::StrCat("libsndfile finds ", info.frames, " samples in it, not ", count));
  }
  return samples;
}

void Append(std::string& bytes, uint32_t number, size_t width) {
  for (size_t i = 0; i < width; ++i) bytes += static_cast<char>(number >> 8 * i & 0xFF);
}

}  // namespace

absl::StatusOr<std::vector<int16_t>> ParseWav(absl::string_view bytes) {
  const absl::Status status = CheckContainer(bytes);
  if (!status.ok()) return status;
  const absl::StatusOr<absl::string_view> samples = FindSamples(bytes);
  if (!samples.ok()) return samples.status();
  return Decode(bytes, samples->size() / 2);
}

absl::StatusOr<std::vector<int16_t>> ReadWav(const std::string& path) {
  const absl::StatusOr<std::string> bytes = ReadFile(RealSystemCalls(), path, kLargestRecording);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<std::vector<int16_t>> samples = ParseWav(*bytes);
  if (samples.ok()) return samples;
  return absl::Status(samples.status().code(), absl::StrCat(path, ": error: ", samples.status().message()));
}

std::string FormatWav(absl::Span<const int16_t> samples) {
  const uint32_t size = static_cast<uint32_t>(samples.size() * 2);
  std::string bytes = "RIFF";
  Append(bytes, size + 36, 4);
  bytes += "WAVEfmt ";
  Append(bytes, kLeastFormat, 4);
  Append(bytes, kPcm, 2);
  Append(bytes, 1, 2);
  Append(bytes, kRecordingRate, 4);
  Append(bytes, kRecordingRate * 2, 4);
  Append(bytes, 2, 2);
  Append(bytes, 16, 2);
  bytes += "data";
  Append(bytes, size, 4);
  for (const int16_t sample : samples) Append(bytes, static_cast<uint16_t>(sample), 2);
  return bytes;
}

}  // namespace plumbline
