// Runs of cells in a row are one stroke as high as the row, all strokes of a shade one path, darker over lighter ones.
#include "reports/heat_map.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "reports/csv.h"
#include "reports/number_text.h"
#include "reports/plot_axis.h"
#include "reports/plot_frame.h"
#include "reports/report_data.h"
#include "reports/svg.h"

namespace plumbline {
namespace {

constexpr double kWidth = 720;
constexpr double kTitleSize = 15;
constexpr double kTitleLine = 19;
constexpr double kMostLabelSize = 12;
constexpr double kScaleWidth = 12;  // of the bar that explains the shades
constexpr char kGray[] = "#6b6b6b";

int RowCount(const HeatMap& map) { return static_cast<int>(map.rows.size()); }

// Few rows are high, many are low but can be told apart.
double RowHeight(const HeatMap& map) {
  constexpr double kWanted = 560;
  return std::clamp(std::floor(kWanted / std::max(1, RowCount(map))), 6.0, 16.0);
}

double LabelSize(const HeatMap& map) { return std::min(kMostLabelSize, RowHeight(map) + 1); }

uint8_t ValueAt(const HeatMap& map, int row, int column) {
  const size_t at = static_cast<size_t>(row) * map.columns + column;
  return at < map.values.size() ? map.values[at] : 0;
}

int ShadeOf(uint8_t value, int shades) { return (value * (shades - 1) + 127) / 255; }

// From white to a dark blue whose lightness falls evenly.
std::string ColorOf(int shade, int shades) {
  constexpr int kDarkest[] = {0x08, 0x24, 0x4f};
  std::string color = "#";
  for (const int channel : kDarkest) {
    const int value = 255 - ((255 - channel) * shade + (shades - 1) / 2) / (shades - 1);
    absl::StrAppend(&color, absl::Hex(value, absl::kZeroPad2));
  }
  return color;
}

// Path data by shade, in columns and rows: all cells of at least that shade, so that none needs to meet its neighbours
// exactly. The least shade is the ground, which takes one rectangle and has no path. Within a row moves are relative to
// where the last stroke ended, which is short; over more of them the rounding of some viewers would add up.
struct Shading {
  int ground = 0;
  std::map<int, std::string> paths = {};

  size_t bytes() const {
    size_t sum = 0;
    for (const auto& [shade, data] : paths) sum += data.size();
    return sum;
  }
};

std::string PathOf(const HeatMap& map, int shade, int shades) {
  std::string data;
  const auto covered = [&](int row, int column) { return ShadeOf(ValueAt(map, row, column), shades) >= shade; };
  for (int row = 0; row < RowCount(map); ++row) {
    int end = -1;  // of the stroke before in this row
    for (int column = 0; column < map.columns; ++column) {
      if (!covered(row, column)) continue;
      const int begin = column;
      while (column < map.columns && covered(row, column)) ++column;
      if (end < 0) {
        absl::StrAppend(&data, "M", begin, " ", row);
      } else {
        absl::StrAppend(&data, "m", begin - end, " 0");
      }
      absl::StrAppend(&data, "h", column - begin);
      end = column;
    }
  }
  return data;
}

Shading ShadingOf(const HeatMap& map, int shades) {
  std::set<int> present;
  for (int row = 0; row < RowCount(map); ++row) {
    for (int column = 0; column < map.columns; ++column) {
      present.insert(ShadeOf(ValueAt(map, row, column), shades));
    }
  }
  Shading shading;
  if (present.empty()) return shading;
  shading.ground = *present.begin();
  for (const int shade : present) {
    if (shade != shading.ground) shading.paths[shade] = PathOf(map, shade, shades);
  }
  return shading;
}

int ShadesFor(const std::vector<HeatMap>& maps) {
  for (const int shades : {64, 32, 16, 8, 4}) {
    size_t bytes = 0;
    for (const HeatMap& map : maps) bytes += ShadingOf(map, shades).bytes();
    if (bytes <= kMostCellBytes) return shades;
  }
  return 2;
}

// A map with all that must be known before the first mark is made.
struct Layout {
  const HeatMap* map;
  std::vector<std::string> title;
  Frame frame;
  double height;
};

Layout LayOut(const HeatMap& map) {
  Layout layout = {&map, WrapText(map.title, kWidth - 2 * kPlotEdge, kTitleSize), {}, 0};
  Axis axis = map.x;
  axis.scale = AxisScale::kLinear;
  axis.low = map.first;
  axis.high = map.last;
  double labels = 0;
  for (const std::string& label : map.rows) labels = std::max(labels, TextWidth(label, LabelSize(map)));
  const double above = map.title.empty() ? 2 * kPlotEdge : 16 + kTitleLine * static_cast<double>(layout.title.size());
  constexpr double kBelow = 54;
  Frame& frame = layout.frame;
  frame.x = RangeOf(axis, {});
  frame.left = kPlotEdge + (map.row_title.empty() ? 0 : kAxisTitleSize + 8) + labels + 8;
  const double scale = std::max(TextWidth(map.low_text, kTickSize), TextWidth(map.high_text, kTickSize));
  frame.right = kWidth - kPlotEdge - (map.high_text.empty() ? 10 : 12 + kScaleWidth + 6 + scale);
  frame.top = above;
  frame.bottom = above + std::max(60.0, RowHeight(map) * RowCount(map));
  layout.height = frame.bottom + kBelow;
  return layout;
}

void DrawCells(SvgWriter& svg, const Layout& layout, int shades) {
  const HeatMap& map = *layout.map;
  const Frame& frame = layout.frame;
  const double across = (frame.right - frame.left) / map.columns;
  const double down = RowHeight(map);
  const Shading shading = ShadingOf(map, shades);
  // A stroke is one row high and runs along its middle.
  // A scale of two decimals would be too coarse for hundreds of columns.
  svg.Open("g", {{"transform", absl::StrCat("translate(", SvgNumber(frame.left), " ", SvgNumber(frame.top + down / 2),
                                            ") scale(", FixedText(across, 5), " ", SvgNumber(down), ")")},
                 {"shape-rendering", "crispEdges"},
                 {"fill", "none"}});
  svg.Element("rect", {{"y", "-0.5"},
                       {"width", absl::StrCat(map.columns)},
                       {"height", absl::StrCat(RowCount(map))},
                       {"fill", ColorOf(shading.ground, shades)}});
  for (const auto& [shade, data] : shading.paths) {
    svg.Element("path", {{"stroke", ColorOf(shade, shades)}, {"d", data}});
  }
  svg.Close();
}

void DrawLines(SvgWriter& svg, const Layout& layout) {
  const Frame& frame = layout.frame;
  for (const ReferenceLine& line : layout.map->lines) {
    const bool inside = line.value >= frame.x.low && line.value <= frame.x.high;
    if (line.direction != LineDirection::kVertical || !inside) continue;
    const double x = frame.X(line.value);
    SvgAttributes stroke = Stroke("#b03a00", "1.2");
    stroke.push_back({"stroke-dasharray", "4 3"});
    svg.Line(x, frame.top, x, frame.bottom, stroke);
    const bool to_left = x + 5 + TextWidth(line.label, kTickSize) > frame.right;
    TextStyle text = PlainText(kTickSize, to_left ? TextAnchor::kEnd : TextAnchor::kStart, "#8a2d00");
    text.italic = true;
    text.halo = true;
    svg.Text(to_left ? x - 5 : x + 5, frame.top + kTickSize + 2, line.label, text);
  }
}

// The bar at the right: darkest at the top.
void DrawScale(SvgWriter& svg, const Layout& layout, int shades) {
  const HeatMap& map = *layout.map;
  if (map.high_text.empty()) return;
  const Frame& frame = layout.frame;
  constexpr double kMostHeight = 120;
  const double height = std::min(kMostHeight, frame.bottom - frame.top);
  const double left = frame.right + 12;
  const int steps = std::min(shades, 16);
  const double step = height / steps;
  for (int i = 0; i < steps; ++i) {
    const int shade = (steps - 1 - i) * (shades - 1) / (steps - 1);
    svg.Element("rect", {{"x", SvgNumber(left)},
                         {"y", SvgNumber(frame.top + i * step)},
                         {"width", SvgNumber(kScaleWidth)},
                         {"height", SvgNumber(step)},
                         {"fill", ColorOf(shade, shades)},
                         {"shape-rendering", "crispEdges"}});
  }
  svg.Element("rect", {{"x", SvgNumber(left)},
                       {"y", SvgNumber(frame.top)},
                       {"width", SvgNumber(kScaleWidth)},
                       {"height", SvgNumber(height)},
                       {"fill", "none"},
                       {"stroke", kGray}});
  const TextStyle text = PlainText(kTickSize, TextAnchor::kStart, kPlotInk);
  svg.Text(left + kScaleWidth + 6, frame.top + 0.75 * kTickSize, map.high_text, text);
  svg.Text(left + kScaleWidth + 6, frame.top + height, map.low_text, text);
}

void DrawAround(SvgWriter& svg, const Layout& layout) {
  const HeatMap& map = *layout.map;
  const Frame& frame = layout.frame;
  TextStyle title = PlainText(kTitleSize, TextAnchor::kStart, kPlotInk);
  title.bold = true;
  for (size_t i = 0; i < layout.title.size() && !map.title.empty(); ++i) {
    svg.Text(kPlotEdge + 2, 10 + kTitleSize + kTitleLine * static_cast<double>(i), layout.title[i], title);
  }
  svg.Element("rect", {{"x", SvgNumber(frame.left)},
                       {"y", SvgNumber(frame.top)},
                       {"width", SvgNumber(frame.right - frame.left)},
                       {"height", SvgNumber(frame.bottom - frame.top)},
                       {"fill", "none"},
                       {"stroke", kPlotInk}});
  const double size = LabelSize(map);
  for (int row = 0; row < RowCount(map); ++row) {
    svg.Text(frame.left - 5, frame.top + RowHeight(map) * (row + 0.5) + 0.36 * size, map.rows[row],
             PlainText(size, TextAnchor::kEnd, kPlotInk));
  }
  const std::vector<Tick> ticks = FittingTicks(frame.x, map.x, frame.right - frame.left);
  svg.Open("g", Stroke(kPlotInk, "1"));
  for (const Tick& tick : ticks) {
    svg.Line(frame.X(tick.value), frame.bottom, frame.X(tick.value), frame.bottom + (tick.label.empty() ? 2.5 : 5), {});
  }
  svg.Close();
  for (const Tick& tick : ticks) {
    if (tick.label.empty()) continue;
    svg.Text(frame.X(tick.value), frame.bottom + 5 + kTickSize, tick.label,
             PlainText(kTickSize, TextAnchor::kMiddle, kPlotInk));
  }
  TextStyle axis = PlainText(kAxisTitleSize, TextAnchor::kMiddle, kPlotInk);
  svg.Text((frame.left + frame.right) / 2, frame.bottom + 40,
           map.x.unit.empty() ? map.x.label : absl::StrCat(map.x.label, " (", map.x.unit, ")"), axis);
  axis.turned = 90;
  if (map.row_title.empty()) return;
  svg.Text(kPlotEdge + kAxisTitleSize - 2, (frame.top + frame.bottom) / 2, map.row_title, axis);
}

void Draw(SvgWriter& svg, const Layout& layout, int shades) {
  const HeatMap& map = *layout.map;
  const Frame& frame = layout.frame;
  if (map.columns > 0 && !map.rows.empty()) {
    DrawCells(svg, layout, shades);
    DrawLines(svg, layout);
    DrawScale(svg, layout, shades);
  } else {
    svg.Text((frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2, "no data",
             PlainText(kAxisTitleSize, TextAnchor::kMiddle, kGray));
  }
  DrawAround(svg, layout);
}

// One line a cell: plot, row, from, to, value; `from` and `to` are the edges of its column along x.
std::string HeatMapCsv(const std::vector<HeatMap>& maps) {
  std::string csv = CsvRow({"plot", "row", "from", "to", "value"});
  for (const HeatMap& map : maps) {
    const double width = (map.last - map.first) / std::max(map.columns, 1);
    for (size_t i = 0; i < map.values.size() && map.columns > 0; ++i) {
      const size_t row = i / map.columns;
      const double column = static_cast<double>(i % map.columns);
      if (row >= map.rows.size()) break;
      csv += CsvRow({map.title, map.rows[row], ShortestText(map.first + width * column),
                     ShortestText(map.first + width * (column + 1)), absl::StrCat(map.values[i])});
    }
  }
  return csv;
}

}  // namespace

std::string RenderHeatMaps(const std::vector<HeatMap>& maps) {
  std::vector<Layout> layouts;
  std::vector<std::string> titles;
  double left = 0;
  double right = kWidth;
  double height = 0;
  for (const HeatMap& map : maps) {
    layouts.push_back(LayOut(map));
    titles.push_back(map.title);
    left = std::max(left, layouts.back().frame.left);
    right = std::min(right, layouts.back().frame.right);
    height += layouts.back().height;
  }
  SvgWriter svg(kWidth, height, absl::StrJoin(titles, "; "));
  const int shades = ShadesFor(maps);
  double top = 0;
  for (Layout& layout : layouts) {
    layout.frame.left = left;
    layout.frame.right = right;
    svg.Open("g", {{"transform", absl::StrCat("translate(0 ", SvgNumber(top), ")")}});
    Draw(svg, layout, shades);
    svg.Close();
    top += layout.height;
  }
  std::string text = svg.Finish();
  if (ReportData::Current() != nullptr) ReportData::Current()->AddPlot(text, HeatMapCsv(maps));
  return text;
}

int ColumnsLeft(int columns, int most) {
  if (columns <= 0) return 0;
  const int together = (columns + most - 1) / most;
  return (columns + together - 1) / together;
}

std::vector<float> WithFewerColumns(absl::Span<const float> values, int columns, int most) {
  if (columns <= 0) return {};
  const int together = (columns + most - 1) / most;
  std::vector<float> result;
  for (size_t row = 0; row + columns <= values.size(); row += columns) {
    for (int begin = 0; begin < columns; begin += together) {
      const auto first = values.begin() + row + begin;
      result.push_back(*std::max_element(first, first + std::min(together, columns - begin)));
    }
  }
  return result;
}

}  // namespace plumbline
