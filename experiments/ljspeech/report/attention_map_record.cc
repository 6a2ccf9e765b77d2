// Writing and reading stand beside each other, so that the names agree.
#include "experiments/ljspeech/report/attention_map_record.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "reports/heat_map.h"
#include "reports/record_values.h"

namespace plumbline::ljspeech {
namespace {

constexpr char kShape[] = "attention map shape";
constexpr char kTarget[] = "attention map target";
constexpr char kPositions[] = "attention map positions";
constexpr char kAudioPositions[] = "attention map audio positions";
constexpr char kSeconds[] = "attention map seconds a position";
constexpr char kPeak[] = "attention map peak";
constexpr int kMostHeads = 64;
constexpr int64_t kMostCells = 1 << 20;  // of one head

std::string HeadName(size_t head) { return absl::StrCat("attention map ", head); }

std::vector<int64_t> Counting(size_t count) {
  std::vector<int64_t> index(count);
  std::iota(index.begin(), index.end(), int64_t{0});
  return index;
}

absl::Status CheckWeights(const AttentionWeights& attention) {
  const bool shaped = attention.heads > 0 && attention.heads <= kMostHeads && attention.rows > 0 &&
                      attention.positions > 0 &&
                      attention.weights.size() ==
                          static_cast<size_t>(attention.heads) * attention.rows * attention.positions;
  if (!shaped) {
    return absl::InvalidArgumentError(absl::StrCat("attention map: ", attention.weights.size(), " weights for [",
                                                   attention.heads, ", ", attention.rows, ", ", attention.positions,
                                                   "]"));
  }
  if (attention.target.empty()) return absl::InvalidArgumentError("attention map: the target is empty");
  for (const float weight : attention.weights) {
    if (!(weight >= 0) || !std::isfinite(weight)) {
      return absl::InvalidArgumentError("attention map: a weight is negative or not finite");
    }
  }
  return absl::OkStatus();
}

absl::Status Contradiction(const record::Record& record, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("the record of ", record.experiment(), " at ", PointText(record), ": attention map: ", what));
}

// The three numbers of "[heads, rows, columns]"; empty for any other text.
std::vector<int64_t> ShapeOf(absl::string_view text) {
  std::vector<int64_t> shape;
  if (!absl::ConsumePrefix(&text, "[") || !absl::ConsumeSuffix(&text, "]")) return {};
  for (const absl::string_view extent : absl::StrSplit(text, ',')) {
    int64_t value = 0;
    if (!absl::SimpleAtoi(extent, &value) || value <= 0) return {};
    shape.push_back(value);
  }
  return shape.size() == 3 ? shape : std::vector<int64_t>();
}

}  // namespace

absl::StatusOr<record::Exact> AttentionMapValues(const AttentionWeights& attention) {
  const absl::Status status = CheckWeights(attention);
  if (!status.ok()) return status;
  const int rows = std::min(attention.rows, static_cast<int>(attention.target.size()));
  const int columns = ColumnsLeft(attention.positions, kMostMapColumns);
  record::Exact exact;
  *exact.add_value() = TextValue(kShape, absl::StrCat("[", attention.heads, ", ", rows, ", ", columns, "]"));
  *exact.add_value() = TextValue(kTarget, attention.target.substr(0, rows));
  *exact.add_value() = IntegerValue(kPositions, "", attention.positions);
  if (attention.audio_positions > 0) {
    *exact.add_value() = IntegerValue(kAudioPositions, "", attention.audio_positions);
  }
  if (attention.seconds_per_position > 0) *exact.add_value() = RealValue(kSeconds, "s", attention.seconds_per_position);
  std::vector<double> peaks;
  std::vector<record::ExactSeries> maps;
  const size_t head_size = static_cast<size_t>(attention.rows) * attention.positions;
  for (int head = 0; head < attention.heads; ++head) {
    const absl::Span<const float> weights =
        attention.weights.subspan(head * head_size, static_cast<size_t>(rows) * attention.positions);
    const std::vector<float> reduced = WithFewerColumns(weights, attention.positions, kMostMapColumns);
    const double peak = *std::max_element(reduced.begin(), reduced.end());
    std::vector<int64_t> cells;
    for (const float weight : reduced) cells.push_back(peak > 0 ? std::llround(255 * (weight / peak)) : 0);
    peaks.push_back(peak);
    maps.push_back(IntegerSeries(HeadName(maps.size()), "", "cell", Counting(cells.size()), cells));
  }
  *exact.add_series() = RealSeries(kPeak, "", "head", Counting(peaks.size()), peaks);
  for (record::ExactSeries& map : maps) *exact.add_series() = std::move(map);
  return exact;
}

absl::StatusOr<AttentionMap> ReadAttentionMap(const record::Record& record) {
  const absl::StatusOr<std::string> shape_text = ExactText(record, kShape);
  if (!shape_text.ok()) return shape_text.status();
  const std::vector<int64_t> shape = ShapeOf(*shape_text);
  if (shape.empty() || shape[0] > kMostHeads || shape[1] > kMostCells / shape[2]) {
    return Contradiction(record, absl::StrCat("'", *shape_text, "' is no shape"));
  }
  AttentionMap map;
  map.columns = static_cast<int>(shape[2]);
  map.target = ExactText(record, kTarget).value_or("");
  map.positions = ExactInteger(record, kPositions).value_or(map.columns);
  map.audio_positions = ExactInteger(record, kAudioPositions).value_or(0);
  map.seconds_per_position = ExactReal(record, kSeconds).value_or(0);
  map.peaks = ExactReals(record, kPeak);
  if (map.rows() != shape[1]) return Contradiction(record, "the target has not one character a row");
  if (static_cast<int64_t>(map.peaks.size()) != shape[0]) return Contradiction(record, "not one peak a head");
  if (map.positions < map.columns || map.audio_positions < 0 || map.audio_positions > map.positions) {
    return Contradiction(record, "fewer positions than are shown");
  }
  for (int64_t head = 0; head < shape[0]; ++head) {
    const record::ExactSeries* series = FindExactSeries(record, HeadName(head));
    if (series == nullptr || series->integer_size() != shape[1] * shape[2]) {
      return Contradiction(record, absl::StrCat("head ", head, " has not one value a cell"));
    }
    std::vector<uint8_t> cells;
    for (const int64_t cell : series->integer()) {
      if (cell < 0 || cell > 255) return Contradiction(record, "a value is not in 0 to 255");
      cells.push_back(static_cast<uint8_t>(cell));
    }
    map.heads.push_back(std::move(cells));
  }
  return map;
}

}  // namespace plumbline::ljspeech
