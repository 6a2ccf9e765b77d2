// Heat maps: what is drawn of a matrix by hand, how large it may become, and that equal maps have equal bytes.
#include "reports/heat_map.h"

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Rendered, and kept among the test's outputs to be looked at.
std::string Render(const std::vector<HeatMap>& maps) {
  const std::string svg = RenderHeatMaps(maps);
  if (const char* folder = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR")) {
    const std::string test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::ofstream(absl::StrCat(folder, "/", test, ".svg")) << svg;
  }
  return svg;
}

HeatMap Small() {
  HeatMap map;
  map.title = "Attention";
  map.rows = {"a", "␣"};
  map.columns = 4;
  map.values = {0, 0, 255, 255, 255, 0, 0, 0};
  map.high_text = "0.81";
  map.row_title = "character";
  map.x.label = "time";
  map.x.unit = "s";
  map.last = 2;
  return map;
}

TEST(HeatMap, RunsOfCellsAreOneStroke) {
  const std::string svg = Render({Small()});
  // White is the ground: the dark cells are columns 2 and 3 of the first row and column 0 of the second.
  EXPECT_THAT(svg, HasSubstr("<path stroke=\"#08244f\" d=\"M2 0h2m-4 1h1\"/>"));
  EXPECT_THAT(svg, HasSubstr("fill=\"#ffffff\""));
  EXPECT_THAT(svg, HasSubstr(">␣</text>"));
  EXPECT_THAT(svg, HasSubstr(">time (s)</text>"));
  EXPECT_THAT(svg, HasSubstr(">0.81</text>"));
  EXPECT_THAT(svg, HasSubstr(">1.6</text>"));
}

TEST(HeatMap, DarkerCellsLieOverLighterOnes) {
  HeatMap map = Small();
  // Shades 16 and 32 of 64 above the ground, 8: the lighter one runs on below the darker.
  map.values = {32, 65, 130, 65, 32, 32, 32, 32};
  const std::string svg = Render({map});
  EXPECT_THAT(svg, HasSubstr("d=\"M1 0h3\""));
  EXPECT_THAT(svg, HasSubstr("d=\"M2 0h1\""));
  EXPECT_LT(svg.find("d=\"M1 0h3\""), svg.find("d=\"M2 0h1\""));
  EXPECT_THAT(svg, HasSubstr("height=\"2\" fill=\"#e0e3e9\""));
}

TEST(HeatMap, EqualCellsAreOneRectangle) {
  HeatMap map = Small();
  map.values.assign(8, 255);
  const std::string svg = Render({map});
  EXPECT_THAT(svg, Not(HasSubstr("<path")));
  EXPECT_THAT(svg, HasSubstr("height=\"2\" fill=\"#08244f\""));
}

TEST(HeatMap, SameMapSameBytes) {
  EXPECT_EQ(RenderHeatMaps({Small(), Small()}), RenderHeatMaps({Small(), Small()}));
}

// A ridge along the diagonal as of a trained decoder, and noise everywhere.
HeatMap Large(bool noise) {
  HeatMap map = Small();
  map.title = noise ? "Noise" : "A ridge, as long texts have it";
  map.rows.clear();
  map.columns = 300;
  map.values.clear();
  map.last = 6.4;
  map.lines.push_back({"end of the audio", LineDirection::kVertical, 5.1});
  uint32_t state = 1;
  for (int row = 0; row < 98; ++row) {
    map.rows.push_back(std::string(1, static_cast<char>('a' + row % 26)));
    for (int column = 0; column < 300; ++column) {
      state = state * 1664525 + 1013904223;
      const int distance = std::abs(column - (row * 5 / 2 + 10));
      const int ridge = distance < 12 ? 255 - 20 * distance : 0;
      map.values.push_back(static_cast<uint8_t>(noise ? state >> 24 : ridge));
    }
  }
  return map;
}

TEST(HeatMap, ARidgeIsSmallAndKeepsItsShades) {
  const std::string svg = Render({Large(false), Large(false)});
  EXPECT_LT(svg.size(), 90'000);
  EXPECT_THAT(svg, HasSubstr("end of the audio"));
  EXPECT_THAT(svg, HasSubstr("stroke=\"#08244f\""));
}

TEST(HeatMap, NoiseHasFewerShadesRatherThanMoreBytes) {
  EXPECT_LT(Render({Large(true)}).size(), 150'000);
}

TEST(HeatMap, NothingToDrawIsSaid) {
  HeatMap map = Small();
  map.columns = 0;
  EXPECT_THAT(Render({map}), HasSubstr("no data"));
  map = Small();
  map.values.resize(3);  // the rest is white
  EXPECT_THAT(Render({map}), HasSubstr("M2 0h1"));
}

TEST(HeatMap, TitlesAreEscaped) {
  HeatMap map = Small();
  map.title = "<b> & \"c\"";
  EXPECT_THAT(Render({map}), HasSubstr("&lt;b&gt; &amp; &quot;c&quot;"));
}

TEST(HeatMap, FewerColumnsKeepTheMaximum) {
  EXPECT_THAT(WithFewerColumns({1, 2, 3, 4, 5, 9, 8, 7, 6, 5}, 5, 3), ElementsAre(2, 4, 5, 9, 7, 5));
  EXPECT_EQ(ColumnsLeft(5, 3), 3);
  EXPECT_THAT(WithFewerColumns({1, 2, 3}, 3, 300), ElementsAre(1, 2, 3));
  EXPECT_EQ(ColumnsLeft(1377, 300), 276);
  EXPECT_EQ(ColumnsLeft(300, 300), 300);
  EXPECT_EQ(ColumnsLeft(301, 300), 151);
  EXPECT_THAT(WithFewerColumns({}, 0, 3), IsEmpty());
}

}  // namespace
}  // namespace plumbline
