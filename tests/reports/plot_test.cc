// Plots: what is drawn, what is left out and said, and that equal plots have equal bytes.
#include "reports/plot.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/plot_axis.h"
#include "reports/plot_marks.h"
#include "reports/svg.h"

namespace plumbline {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const double kInfinity = std::numeric_limits<double>::infinity();
const double kNan = std::numeric_limits<double>::quiet_NaN();

int CountOf(const std::string& text, const std::string& what) {
  int count = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

// Every element is closed and nothing is left open.
void ExpectWellFormed(const std::string& svg) {
  std::vector<std::string> open;
  for (size_t at = svg.find('<'); at != std::string::npos; at = svg.find('<', at + 1)) {
    const size_t end = svg.find('>', at);
    ASSERT_NE(end, std::string::npos);
    const std::string tag = svg.substr(at + 1, end - at - 1);
    const std::string name = tag.substr(0, tag.find(' '));
    if (tag[0] == '/') {
      ASSERT_FALSE(open.empty());
      EXPECT_EQ(open.back(), tag.substr(1));
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(name);
    }
  }
  EXPECT_THAT(open, IsEmpty());
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

Plot Example() {
  Plot plot;
  plot.title = "Time of one forward pass";
  plot.x = {"sequence length L", "", AxisScale::kLog2, TickText::kNumber};
  plot.y = {"time", "s", AxisScale::kLog10, TickText::kSi};
  plot.series.push_back({"softmax", {{128, 1e-5, 0.9e-5, 1.1e-5}, {256, 4e-5}, {512, 1.6e-4}}});
  plot.series.push_back({"Taylor", {{128, 5e-5}, {256, 1e-4}, {512, 2e-4}}});
  plot.slopes.push_back({"slope 2", 2, 128, 2e-5, 512});
  plot.lines.push_back({"predicted", LineDirection::kVertical, 300, 280.0, 330.0});
  return plot;
}

std::vector<std::string> Labels(const std::vector<Tick>& ticks) {
  std::vector<std::string> labels;
  for (const Tick& tick : ticks) {
    if (!tick.label.empty()) labels.push_back(tick.label);
  }
  return labels;
}

std::vector<std::string> LabelsOf(const Axis& axis, const std::vector<double>& values, int most) {
  return Labels(TicksOf(RangeOf(axis, values), axis, most));
}

TEST(PlotTest, EqualPlotsHaveEqualBytes) {
  EXPECT_EQ(RenderPlot(Example()).svg, RenderPlot(Example()).svg);
}

TEST(PlotTest, DrawsTitleAxesSeriesAndReferences) {
  const RenderedPlot rendered = RenderPlot(Example());
  EXPECT_THAT(rendered.notes, IsEmpty());
  ExpectWellFormed(rendered.svg);
  for (const char* text :
       {"Time of one forward pass", ">sequence length L<", ">time<", ">softmax<", ">Taylor<",
        ">slope 2<", ">predicted<", ">128<", ">100\u00A0\u00B5s<", "fill=\"#ffffff\""}) {
    EXPECT_THAT(rendered.svg, HasSubstr(text));
  }
  // Three points and the sample beside the name.
  EXPECT_EQ(CountOf(rendered.svg, "<circle"), 4);
}

TEST(PlotTest, SeriesDifferByDashAndMarkerNotByColourAlone) {
  for (int a = 0; a < 42; ++a) {
    for (int b = 0; b < a; ++b) {
      const Look first = LookOf(a);
      const Look second = LookOf(b);
      EXPECT_TRUE(first.dash != second.dash || first.shape != second.shape) << a << " " << b;
    }
  }
  EXPECT_EQ(LookOf(-1).color, LookOf(-1).color);
}

TEST(PlotTest, EscapesEveryText) {
  Plot plot = Example();
  plot.title = "<script>alert(\"1\")</script> & | ` \x1b \xff\n";
  plot.series[0].name = "a<b>&'\u202E";
  plot.x.label = "</text>";
  plot.lines[0].label = "\"><";
  const std::string svg = RenderPlot(plot).svg;
  ExpectWellFormed(svg);
  EXPECT_THAT(svg, Not(HasSubstr("<script")));
  EXPECT_THAT(svg, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(svg, HasSubstr("a&lt;b&gt;&amp;&#39;\uFFFD"));
  EXPECT_THAT(svg, Not(HasSubstr("\x1b")));
}

TEST(PlotTest, SaysWhichPointsHaveNoPlace) {
  Plot plot = Example();
  plot.series[0].points.push_back({1024, 0});
  plot.series[0].points.push_back({1024, -1});
  plot.series[0].points.push_back({kNan, 1});
  plot.series[1].points.push_back({1024, kInfinity});
  const RenderedPlot rendered = RenderPlot(plot);
  ExpectWellFormed(rendered.svg);
  EXPECT_THAT(rendered.notes,
              ElementsAre("Series 'softmax': 2 points not positive, without a place on a "
                          "logarithmic axis.",
                          "Series 'softmax': 1 point not finite or beyond 1e300.",
                          "Series 'Taylor': 1 point not finite or beyond 1e300."));
  EXPECT_EQ(CountOf(rendered.svg, "<circle"), 4);
}

TEST(PlotTest, NoPointsOnePointAndEqualPointsAreFigures) {
  for (const AxisScale scale : {AxisScale::kLinear, AxisScale::kLog10, AxisScale::kLog2}) {
    Plot plot;
    plot.x.scale = scale;
    plot.y.scale = scale;
    const RenderedPlot none = RenderPlot(plot);
    ExpectWellFormed(none.svg);
    EXPECT_THAT(none.svg, HasSubstr(">no data<"));
    EXPECT_THAT(none.notes, ElementsAre("There is no point to draw."));
    plot.series.push_back({"one", {{3, 4}}});
    ExpectWellFormed(RenderPlot(plot).svg);
    plot.series[0].points = {{5, 5}, {5, 5}, {5, 5}};
    ExpectWellFormed(RenderPlot(plot).svg);
    plot.series[0].points = {{1e-300, 1e-300}, {1e300, 1e300}};
    ExpectWellFormed(RenderPlot(plot).svg);
    plot.series[0].points = {{1, 1e15}, {2, 1e15 + 0.125}};
    ExpectWellFormed(RenderPlot(plot).svg);
  }
}

TEST(PlotTest, TenThousandPointsStaySmall) {
  Plot plot;
  for (const SeriesKind kind :
       {SeriesKind::kLine, SeriesKind::kMarkers, SeriesKind::kLineAndMarkers}) {
    PlotSeries series = {"steps", {}, kind};
    for (int i = 0; i < 10000; ++i) {
      series.points.push_back({i * 1.0, std::sin(0.37 * i * i)});
    }
    plot.series = {series};
    const std::string svg = RenderPlot(plot).svg;
    ExpectWellFormed(svg);
    EXPECT_LT(svg.size(), kind == SeriesKind::kMarkers ? 1500000u : 100000u);
  }
}

TEST(PlotTest, ManySeriesMakeTheFigureHigher) {
  Plot plot;
  for (int i = 0; i < 40; ++i) {
    plot.series.push_back({"a name that needs more than one line " + std::to_string(i),
                           {{0, i * 1.0}, {1, i * 2.0}}});
  }
  const std::string svg = RenderPlot(plot).svg;
  ExpectWellFormed(svg);
  EXPECT_THAT(svg, Not(HasSubstr("viewBox=\"0 0 720 430\"")));
}

TEST(PlotTest, PanelsStandBelowEachOtherWithClipsOfTheirOwn) {
  Plot wide_labels = Example();
  wide_labels.title = "Second";
  wide_labels.y = {"a very large number", "", AxisScale::kLinear, TickText::kNumber};
  wide_labels.series = {{"softmax", {{128, 1e9}, {256, 2e9}}}};
  const RenderedPlot panels = RenderPanels({Example(), wide_labels});
  ExpectWellFormed(panels.svg);
  EXPECT_EQ(CountOf(panels.svg, "<svg "), 1);
  EXPECT_THAT(panels.svg, HasSubstr("width=\"720\" height=\"860\""));
  EXPECT_THAT(panels.svg, HasSubstr("aria-label=\"Time of one forward pass; Second\""));
  EXPECT_THAT(panels.svg, HasSubstr("translate(0 430)"));
  for (const char* clip : {"frame0", "frame1"}) {
    EXPECT_EQ(CountOf(panels.svg, std::string("id=\"") + clip + "\""), 1);
    EXPECT_EQ(CountOf(panels.svg, std::string("url(#") + clip + ")"), 1);
  }
  // The frames are of one width: their clips begin and end alike.
  const auto clip_of = [&](const std::string& id) {
    const size_t at = panels.svg.find("<rect x=", panels.svg.find("id=\"" + id + "\""));
    const size_t y = panels.svg.find(" y=", at);
    const size_t width = panels.svg.find(" width=", y);
    return panels.svg.substr(at, y - at) +
           panels.svg.substr(width, panels.svg.find(" height=", width) - width);
  };
  EXPECT_EQ(clip_of("frame0"), clip_of("frame1"));
}

TEST(PlotTest, SlopesNeedLogarithmicAxes) {
  Plot plot = Example();
  plot.y.scale = AxisScale::kLinear;
  EXPECT_THAT(RenderPlot(plot).notes, ElementsAre("Slope 'slope 2' has no place on these axes."));
}

TEST(PlotAxisTest, LabelsFollowTheScale) {
  const Axis length = {"L", "", AxisScale::kLog2};
  EXPECT_THAT(LabelsOf(length, {128, 4096}, 8),
              ElementsAre("128", "256", "512", "1024", "2048", "4096"));
  EXPECT_THAT(LabelsOf(length, {128, 4096}, 4), ElementsAre("256", "1024", "4096"));
  const Axis time = {"time", "s", AxisScale::kLog10, TickText::kSi};
  EXPECT_THAT(LabelsOf(time, {2e-6, 3e-3}, 8),
              ElementsAre("10\u00A0\u00B5s", "100\u00A0\u00B5s", "1\u00A0ms"));
  const Axis bytes = {"memory", "B", AxisScale::kLog2, TickText::kBytes};
  EXPECT_THAT(LabelsOf(bytes, {1024, 8192}, 8),
              ElementsAre("1\u00A0KiB", "2\u00A0KiB", "4\u00A0KiB", "8\u00A0KiB"));
  const Axis error = {"error", "", AxisScale::kLog10};
  EXPECT_THAT(LabelsOf(error, {0.001, 1}, 8), ElementsAre("0.001", "0.01", "0.1", "1"));
  EXPECT_THAT(LabelsOf(error, {1e-6, 1e-2}, 8),
              ElementsAre("10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²"));
  EXPECT_THAT(LabelsOf(error, {1, 6}, 8), ElementsAre("1", "2", "5"));
}

TEST(PlotAxisTest, LinearStepsAreRound) {
  const Axis axis;
  EXPECT_THAT(LabelsOf(axis, {0.35, 0.92}, 7),
              ElementsAre("0.4", "0.5", "0.6", "0.7", "0.8", "0.9"));
  EXPECT_THAT(LabelsOf(axis, {-1.5, 1.5}, 4), ElementsAre("-1", "0", "1"));
  EXPECT_THAT(LabelsOf(axis, {0.5, 40000.5}, 5),
              ElementsAre("0", "10\u202F000", "20\u202F000", "30\u202F000", "40\u202F000"));
  EXPECT_THAT(LabelsOf(axis, {0, 4.5e7}, 5), ElementsAre("0", "10⁷", "2·10⁷", "3·10⁷", "4·10⁷"));
}

TEST(PlotAxisTest, WholeNumbersHaveNoTicksBetweenThem) {
  const Axis axis;
  const AxisRange range = RangeOf(axis, {1, 2, 3});
  for (const Tick& tick : TicksOf(range, axis, 12)) EXPECT_EQ(tick.value, std::floor(tick.value));
}

TEST(PlotAxisTest, FixedEndsAreKeptWhereTheyMakeSense) {
  Axis axis;
  axis.low = 0;
  axis.high = 1;
  EXPECT_EQ(RangeOf(axis, {0.4, 0.5}).low, 0);
  EXPECT_EQ(RangeOf(axis, {0.4, 0.5}).high, 1);
  axis.high = -1;
  EXPECT_GT(RangeOf(axis, {0.4, 0.5}).high, 0.5);
  axis.scale = AxisScale::kLog10;
  axis.high = 1;
  EXPECT_GT(RangeOf(axis, {0.4, 0.5}).low, 0);
  axis.scale = AxisScale::kLinear;
  axis.low = 1;
  axis.high = std::nextafter(1, 2);
  EXPECT_LT(TicksOf(RangeOf(axis, {1, 2}), axis, 8).size(), 100u);
}

TEST(PlotAxisTest, AMarginDoesNotPassZero) {
  const AxisRange range = RangeOf(Axis(), {0, 10});
  EXPECT_EQ(range.low, 0);
  EXPECT_GT(range.high, 10);
}

TEST(PlotMarksTest, LabelsAreSpreadWithTheLeastMovement) {
  // Two that want the same place share the distance; a third is far and stays.
  EXPECT_THAT(SpreadLabels({100, 100, 200}, {20, 20, 20}, 0, 300),
              ElementsAre(DoubleNear(90, 1e-9), DoubleNear(110, 1e-9), DoubleNear(200, 1e-9)));
  // Against the ends.
  EXPECT_THAT(SpreadLabels({0, 0}, {20, 20}, 0, 300),
              ElementsAre(DoubleNear(10, 1e-9), DoubleNear(30, 1e-9)));
  EXPECT_THAT(SpreadLabels({300, 300}, {20, 40}, 0, 300),
              ElementsAre(DoubleNear(250, 1e-9), DoubleNear(280, 1e-9)));
  EXPECT_THAT(SpreadLabels({}, {}, 0, 300), IsEmpty());
}

TEST(PlotMarksTest, ThinningKeepsTheExtremesOfEachPixel) {
  std::vector<PixelPoint> points;
  for (int i = 0; i < 3000; ++i) points.push_back({i / 1000.0, i == 500 ? 9.0 : 1.0});
  const std::vector<PixelPoint> thinned = Thinned(points);
  EXPECT_LE(thinned.size(), 12u);
  EXPECT_TRUE(std::any_of(thinned.begin(), thinned.end(),
                          [](const PixelPoint& point) { return point.y == 9; }));
  EXPECT_EQ(thinned.back().x, points.back().x);
}

TEST(SvgTest, NumbersAreShort) {
  EXPECT_EQ(SvgNumber(1.5), "1.5");
  EXPECT_EQ(SvgNumber(-0.001), "0");
  EXPECT_EQ(SvgNumber(100), "100");
  EXPECT_EQ(SvgNumber(1.005), "1");
  EXPECT_EQ(SvgNumber(kNan), "0");
}

TEST(SvgTest, WrapsAtSpaces) {
  EXPECT_THAT(WrapText("one two three", TextWidth("one two", 12), 12),
              ElementsAre("one two", "three"));
  EXPECT_THAT(WrapText("", 100, 12), ElementsAre(""));
  EXPECT_THAT(WrapText("unbreakable", 1, 12), ElementsAre("unbreakable"));
}

}  // namespace
}  // namespace plumbline
