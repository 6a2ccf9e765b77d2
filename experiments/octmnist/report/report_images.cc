// Pixels are strokes one unit wide, one path for each grey level: plain SVG that every viewer shows, unlike embedded
// files.
#include "experiments/octmnist/report/report_images.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "reports/svg.h"

namespace plumbline::octmnist {
namespace {

constexpr int kColumns = 4;
constexpr double kCell = 186;   // width of an example with its margin
constexpr double kScale = 4.5;  // pixels of the figure for one of the image
constexpr double kTextSize = 11.5;
constexpr double kLine = 14;
constexpr double kTop = 40;  // of the first row, below the title
constexpr char kInk[] = "#1a1a1a";

int Level(char pixel) { return static_cast<unsigned char>(pixel) & ~3; }

// Runs of equal level in rows, as path data by level.
std::map<int, std::string> Paths(const std::string& pixels) {
  std::map<int, std::string> paths;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide;) {
      const int level = Level(pixels[y * kSide + x]);
      int end = x + 1;
      while (end < kSide && Level(pixels[y * kSide + end]) == level) ++end;
      absl::StrAppend(&paths[level], "M", x, " ", y, ".5h", end - x);
      x = end;
    }
  }
  return paths;
}

void DrawImage(SvgWriter& svg, const Example& example, double left, double top) {
  std::map<int, std::string> paths = Paths(example.pixels);
  // The level that takes the longest path is the ground.
  const auto ground = std::max_element(paths.begin(), paths.end(),
                                       [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  const auto grey = [](int level) {
    const std::string hex = absl::StrCat(absl::Hex(level, absl::kZeroPad2));
    return absl::StrCat("#", hex, hex, hex);
  };
  svg.Open("g", {{"transform",
                  absl::StrCat("translate(", SvgNumber(left), " ", SvgNumber(top), ") scale(", SvgNumber(kScale), ")")},
                 {"shape-rendering", "crispEdges"},
                 {"fill", "none"}});
  svg.Element("rect", {{"width", absl::StrCat(kSide)}, {"height", absl::StrCat(kSide)}, {"fill", grey(ground->first)}});
  for (const auto& [level, path] : paths) {
    if (level != ground->first) svg.Element("path", {{"stroke", grey(level)}, {"d", path}});
  }
  svg.Close();
}

struct Caption {
  std::string text;
  bool wrong;
};

std::vector<Caption> CaptionsOf(const DataSet& set, const Example& example, const std::vector<Predictor>& predictors) {
  const int label = set.labels[example.index];
  std::vector<Caption> captions = {{absl::StrCat("item ", example.index, ": ", set.classes[label]), false}};
  for (const Predictor& predictor : predictors) {
    if (predictor.run == nullptr || predictor.run->predictions.empty()) continue;
    const int predicted = predictor.run->predictions[example.index];
    const bool wrong = predicted != label;
    captions.push_back(
        {wrong ? absl::StrCat("✗ ", predictor.name, ": ", set.classes[predicted]) : absl::StrCat("✓ ", predictor.name),
         wrong});
  }
  return captions;
}

}  // namespace

std::string ExampleImages(const DataSet& set, const std::vector<Predictor>& predictors) {
  const double width = kColumns * kCell + 8;
  std::vector<std::vector<std::pair<std::string, bool>>> lines;  // of each example, with whether it is wrong
  std::vector<size_t> row_lines;                                 // the most of each row
  for (const Example& example : set.examples) {
    if (lines.size() % kColumns == 0) row_lines.push_back(0);
    lines.emplace_back();
    for (const Caption& caption : CaptionsOf(set, example, predictors)) {
      // Bold type is about a tenth wider.
      const double room = (kCell - 14) / (caption.wrong ? 1.1 : 1.0);
      for (const std::string& line : WrapText(caption.text, room, kTextSize)) {
        lines.back().emplace_back(line, caption.wrong);
      }
    }
    row_lines.back() = std::max(row_lines.back(), lines.back().size());
  }
  constexpr double kImage = kSide * kScale;
  std::vector<double> tops = {kTop};
  for (const size_t most : row_lines) tops.push_back(tops.back() + kImage + kLine * static_cast<double>(most) + 20);
  SvgWriter svg(width, tops.back(), "Test images with labels and predictions");
  const TextStyle style = {15, TextAnchor::kStart, kInk, true, false, false, 0};
  svg.Text(12, 25, "Test images with labels; ✓ predicted so, ✗ predicted otherwise", style);
  for (size_t i = 0; i < set.examples.size(); ++i) {
    const double left = 10 + kCell * static_cast<double>(i % kColumns);
    const double top = tops[i / kColumns];
    DrawImage(svg, set.examples[i], left, top);
    double baseline = top + kImage + kLine;
    for (const auto& [line, wrong] : lines[i]) {
      svg.Text(left, baseline, line, {kTextSize, TextAnchor::kStart, kInk, wrong, false, false, 0});
      baseline += kLine;
    }
  }
  return svg.Finish();
}

}  // namespace plumbline::octmnist
