// The CSV beside a report: what cells say to a program, and which data belongs to which file.
#include "reports/report_data.h"

#include <map>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reports/heat_map.h"
#include "reports/markdown.h"
#include "reports/plot.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::Key;

md::Table Times() {
  md::Table table({{md::Math("L"), md::Align::kRight}, {md::Text("time, s|"), md::Align::kRight}});
  const double samples[] = {1e-3, 2e-3, 1.0 / 3, 4e-3, 5e-3, 6e-3, 7e-3};
  table.AddRow({md::Exact(16384), md::MeasuredMedian(samples, "s", 3)});
  table.AddRow({md::Exact(1), md::Absent("not measured")});
  return table;
}

std::string Report() {
  md::Document document;
  document.Heading(1, md::Text("All of it"));
  document.Heading(2, md::Math("O(L^2)") + md::Text(": times!"));
  document.Add(Times());
  document.Add(Times());
  return document.Finish().value();
}

Plot SomePlot() {
  Plot plot;
  plot.title = "Times";
  plot.x = {"length"};
  plot.y = {"time", "s", AxisScale::kLog10, TickText::kSi};
  plot.series.push_back({"a, b", {{1, 0.1}, {2, -1, -2, 0.5}}});
  plot.lines.push_back({"crossover", LineDirection::kVertical, 1.5, 1, 2});
  return plot;
}

TEST(ReportData, NumbersHaveAllDigitsAndColumnsForIntervalAndUnit) {
  EXPECT_EQ(Times().Csv(),
            "L,\"time, s|\",\"time, s| low\",\"time, s| high\",\"time, s| unit\"\r\n"
            "16384,0.005,0.001,0.3333333333333333,s\r\n"
            "1,,,,\r\n");
}

TEST(ReportData, CellsSayTheirTextWithoutMarkup) {
  EXPECT_EQ(md::Bold("a*b").data().text, "a*b");
  EXPECT_EQ(md::Code("x_1").data().text, "x_1");
  EXPECT_EQ(md::Raw("*12* of `n` in $a*b$ \\[s\\]").data().text, "12 of n in $a*b$ [s]");
  EXPECT_EQ((md::Text("about ") + md::ExactBytes(2048, 3)).data().text, "about 2048 B");
  const double samples[] = {0.25};
  EXPECT_EQ(md::MeasuredMedian(samples, "s", 3).data().text, "0.25");
}

TEST(ReportData, PlotsGiveEveryPointDrawnOrNot) {
  const ReportData data;
  const std::map<std::string, std::string> files = {{"times.svg", RenderPlot(SomePlot()).svg}};
  EXPECT_EQ(data.CsvFiles(files).at("times.csv"),
            "plot,x axis,y axis,kind,series,x,y,low,high\r\n"
            "Times,length,time (s),point,\"a, b\",1,0.1,,\r\n"
            "Times,length,time (s),point,\"a, b\",2,-1,-2,0.5\r\n"
            "Times,length,time (s),vertical line,crossover,1.5,,1,2\r\n");
}

TEST(ReportData, HeatMapsGiveTheirCells) {
  const ReportData data;
  HeatMap map;
  map.title = "Weights";
  map.rows = {"a", "b"};
  map.columns = 2;
  map.values = {0, 255, 7};
  map.last = 3;
  const std::map<std::string, std::string> files = {{"weights.svg", RenderHeatMaps({map})}};
  EXPECT_EQ(data.CsvFiles(files).at("weights.csv"),
            "plot,row,from,to,value\r\nWeights,a,0,1.5,0\r\nWeights,a,1.5,3,255\r\nWeights,b,0,1.5,7\r\n");
}

TEST(ReportData, FilesAreNamedAfterTheirReportAndHeading) {
  const ReportData data;
  std::map<std::string, std::string> files;
  files["report.md"] = Report();
  files["panels.svg"] = RenderPanels({SomePlot(), SomePlot()}).svg;
  files["drawing.svg"] = "<svg/>";
  EXPECT_THAT(data.CsvFiles(files),
              ElementsAre(Key("panels.csv"), Key("report-01-o-l-2-times.csv"), Key("report-02-o-l-2-times.csv")));
}

TEST(ReportData, CatchesWhatItsOwnThreadRendersWhileItLives) {
  EXPECT_EQ(ReportData::Current(), nullptr);
  const std::string before = Report();
  const ReportData outer;
  {
    const ReportData inner;
    EXPECT_EQ(ReportData::Current(), &inner);
    EXPECT_EQ(Report(), before);  // the bytes of a report do not depend on who listens
  }
  EXPECT_EQ(ReportData::Current(), &outer);
  std::thread([] { Report(); }).join();
  EXPECT_TRUE(outer.CsvFiles({{"report.md", before}}).empty());
}

}  // namespace
}  // namespace plumbline
