// What the decoders attend to in the audio: a figure for each, and how straight the path through the audio is.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "experiments/ljspeech/report/report_parts.h"
#include "reports/correlation.h"
#include "reports/heat_map.h"
#include "reports/number_text.h"

namespace plumbline::ljspeech {
namespace {

// Where column `column` of the map begins, in audio positions.
double PositionOf(const AttentionMap& map, double column) {
  const int together = (static_cast<int>(map.positions) + map.columns - 1) / map.columns;
  return std::min(static_cast<double>(map.positions), column * together);
}

// Audio positions, or seconds where it is known how long one is.
double Along(const AttentionMap& map, double positions) {
  return map.seconds_per_position > 0 ? positions * map.seconds_per_position : positions;
}

std::string RowLabel(char token) { return token == ' ' ? "␣" : std::string(1, token); }

// Only the columns with audio and a little of the padding are drawn, unless weight lies further out.
int ColumnsDrawn(const AttentionMap& map) {
  if (map.audio_positions == 0) return map.columns;
  constexpr int kFaint = 25;  // of 255
  int drawn = 0;
  for (int column = 0; column < map.columns; ++column) {
    bool dark = PositionOf(map, column) < 1.15 * static_cast<double>(map.audio_positions);
    for (const std::vector<uint8_t>& cells : map.heads) {
      for (int row = 0; row < map.rows() && !dark; ++row) dark = cells[row * map.columns + column] >= kFaint;
    }
    if (dark) drawn = column + 1;
  }
  return drawn;
}

HeatMap HeadMap(const AttentionMap& map, size_t head, Decoder decoder) {
  HeatMap result;
  result.title = absl::StrCat("Attention over the audio, ", NameOf(decoder), " decoder, head ", head + 1, " of ",
                              map.heads.size());
  for (const char token : map.target) result.rows.push_back(RowLabel(token));
  result.columns = ColumnsDrawn(map);
  for (int row = 0; row < map.rows(); ++row) {
    const auto begin = map.heads[head].begin() + row * map.columns;
    result.values.insert(result.values.end(), begin, begin + result.columns);
  }
  result.high_text = FixedText(map.peaks[head], 2);
  result.row_title = "character to be predicted";
  result.x.label = map.seconds_per_position > 0 ? "time in the audio" : "position in the encoded audio";
  result.x.unit = map.seconds_per_position > 0 ? "s" : "";
  result.last = Along(map, PositionOf(map, result.columns));
  if (map.audio_positions > 0) {
    result.lines.push_back({"end of the audio", LineDirection::kVertical,
                            Along(map, static_cast<double>(map.audio_positions))});
  }
  return result;
}

// The mean position of each row's weight, in columns; rows without weight are left out.
struct Centers {
  std::vector<double> rows;
  std::vector<double> columns;
};

Centers CentersOf(const AttentionMap& map, size_t head) {
  Centers centers;
  for (int row = 0; row < map.rows(); ++row) {
    int64_t weight = 0;
    int64_t moment = 0;
    for (int column = 0; column < map.columns; ++column) {
      const int64_t cell = map.heads[head][row * map.columns + column];
      weight += cell;
      moment += cell * column;
    }
    if (weight == 0) continue;
    centers.rows.push_back(row);
    centers.columns.push_back(static_cast<double>(moment) / static_cast<double>(weight));
  }
  return centers;
}

// The share of weight on padding, of what is kept of the map; nothing where the end of the audio is not known.
std::string PaddingShare(const AttentionMap& map, size_t head) {
  if (map.audio_positions == 0 || map.audio_positions == map.positions) return "";
  int64_t all = 0;
  int64_t padding = 0;
  for (int row = 0; row < map.rows(); ++row) {
    for (int column = 0; column < map.columns; ++column) {
      const int64_t cell = map.heads[head][row * map.columns + column];
      all += cell;
      if (PositionOf(map, column) >= static_cast<double>(map.audio_positions)) padding += cell;
    }
  }
  if (all == 0) return "";
  const double share = static_cast<double>(padding) / static_cast<double>(all);
  return absl::StrCat(", ", FixedText(100 * share, 1), " % of the weight on padding");
}

void AddMap(const AttentionMap& map, Decoder decoder, uint64_t seed, md::Document& report) {
  report.Paragraph(md::Text(absl::StrCat("The ", NameOf(decoder), " decoder, seed ", seed, ", on the utterance ")) +
                   md::Code(map.target) + md::Text(":"));
  report.Image(absl::StrCat("Attention of the ", NameOf(decoder), " decoder over the audio, by character"),
               absl::StrCat("attention-", NameOf(decoder), ".svg"));
  std::vector<md::Inline> items;
  for (size_t head = 0; head < map.heads.size(); ++head) {
    const Centers centers = CentersOf(map, head);
    const absl::StatusOr<double> order = SpearmanCorrelation(centers.rows, centers.columns);
    items.push_back(md::Text(absl::StrCat(
        "Head ", head + 1, ": largest weight ", FixedText(map.peaks[head], 3), "; rank correlation of a character's place "
        "with the mean place of its weight ",
        order.ok() ? FixedText(*order, 3) : absl::StrCat("— (", order.status().message(), ")"),
        PaddingShare(map, head), ".")));
  }
  report.Bullets(items);
}

}  // namespace

const Run* FirstAttending(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.attention.has_value()) return &run;
  }
  return nullptr;
}

void AddAttention(const Data& data, md::Document& report) {
  report.Heading(3, md::Text("What the decoders attend to in the audio"));
  report.Paragraph(
      md::Text("A row is the query that predicts one character, with the right text before it; a column is a stretch of "
               "encoded audio, of several positions the largest weight. Nothing in the model says that text and audio "
               "run in step; where a dark band rises from left to right with the text, this was learned. A rank "
               "correlation of 1 is a band that never turns back, 0 is no relation between text and time."));
  for (const Decoder decoder : kDecoders) {
    const Run* const run = FirstAttending(data.RunsOf(decoder));
    if (run == nullptr) {
      report.Paragraph(md::Text(absl::StrCat("No attention map is recorded of the ", NameOf(decoder), " decoder.")));
    } else {
      AddMap(*run->attention, decoder, run->seed, report);
    }
  }
}

std::map<std::string, std::string> AttentionPlots(const Data& data) {
  std::map<std::string, std::string> files;
  for (const Decoder decoder : kDecoders) {
    const Run* const run = FirstAttending(data.RunsOf(decoder));
    if (run == nullptr) continue;
    std::vector<HeatMap> heads;
    for (size_t head = 0; head < run->attention->heads.size(); ++head) {
      heads.push_back(HeadMap(*run->attention, head, decoder));
    }
    files[absl::StrCat("attention-", NameOf(decoder), ".svg")] = RenderHeatMaps(heads);
  }
  return files;
}

}  // namespace plumbline::ljspeech
