// The training curves of a record as a TensorBoard event file.
#ifndef PLUMBLINE_TOOLS_EXPORT_EVENT_FILE_H_
#define PLUMBLINE_TOOLS_EXPORT_EVENT_FILE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "reports/record.pb.h"

namespace plumbline {

// CRC-32C (Castagnoli), and the form in which TFRecord files store it.
uint32_t Crc32c(absl::string_view bytes);
uint32_t MaskedCrc32c(absl::string_view bytes);

// One record of a TFRecord file: length, its checksum, the bytes, their checksum; numbers little-endian.
std::string TfRecord(absl::string_view bytes);

// The exact series of numbers over epochs or steps as scalars, one event a step; empty when there are none. TensorBoard
// holds f32. A record has no clock time, so an event's time is its step in seconds: the same record, the same bytes.
std::string EventFile(const record::Record& record);

// The folder of a run, "EXPERIMENT/sweep=training,rate=0.1/seed=1". Characters that a path or TensorBoard might read
// otherwise are written as %XX, so that different runs have different folders.
std::string RunFolder(const record::Record& record);

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_EXPORT_EVENT_FILE_H_
