// A drawing of how a decoder's queries come to know the text: a chain of states, or links to all tokens before.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "experiments/ljspeech/report/report_parts.h"
#include "reports/svg.h"

namespace plumbline::ljspeech {
namespace {

constexpr const char* kTokens[] = {"<", "i", "n", "␣", "b", "e"};
constexpr int kCount = 6;

constexpr double kWidth = 720;
constexpr double kHeight = 330;
constexpr double kPanel = 360;   // width of one drawing
constexpr double kBetween = 52;  // from one token to the next
constexpr double kBox = 28;      // side of a token's or a state's square
constexpr double kQueries = 92;  // heights of the rows' middles
constexpr double kStates = 160;
constexpr double kInputs = 228;
constexpr char kInk[] = "#1a1a1a";
constexpr char kFaint[] = "#8a8a8a";
constexpr char kStrong[] = "#b03a00";  // also thicker, for those who do not see colours

double ColumnOf(double left, int token) { return left + 52 + kBetween * token; }

void DrawText(SvgWriter& svg, double x, double y, const std::string& text, double size, TextAnchor anchor, bool bold) {
  svg.Text(x, y, text, {size, anchor, kInk, bold, false, false, 0});
}

// A line with a head at its end.
void DrawArrow(SvgWriter& svg, double x1, double y1, double x2, double y2, bool strong) {
  const std::string color = strong ? kStrong : kFaint;
  const double length = std::hypot(x2 - x1, y2 - y1);
  const double dx = (x2 - x1) / length;
  const double dy = (y2 - y1) / length;
  const double head = strong ? 9 : 6;
  const double back_x = x2 - head * dx;
  const double back_y = y2 - head * dy;
  svg.Line(x1, y1, back_x, back_y, {{"stroke", color}, {"stroke-width", strong ? "2.6" : "1"}});
  const auto point = [](double x, double y) { return absl::StrCat(SvgNumber(x), " ", SvgNumber(y)); };
  const double half = 0.42 * head;
  svg.Element("path", {{"d", absl::StrCat("M", point(x2, y2), "L", point(back_x - half * dy, back_y + half * dx), "L",
                                          point(back_x + half * dy, back_y - half * dx), "Z")},
                       {"fill", color}});
}

void DrawBox(SvgWriter& svg, double x, double y, const std::string& text, bool round) {
  svg.Element("rect", {{"x", SvgNumber(x - kBox / 2)},
                       {"y", SvgNumber(y - kBox / 2)},
                       {"width", SvgNumber(kBox)},
                       {"height", SvgNumber(kBox)},
                       {"rx", round ? "14" : "3"},
                       {"fill", round ? "#eef3fa" : "#ffffff"},
                       {"stroke", kInk}});
  DrawText(svg, x, y + 5, text, 13, TextAnchor::kMiddle, false);
}

// Tokens below and queries above.
void DrawEnds(SvgWriter& svg, double left, const std::string& title) {
  DrawText(svg, left + 14, 26, title, 15, TextAnchor::kStart, true);
  DrawText(svg, left + 14, 52, "queries to the audio", 12, TextAnchor::kStart, false);
  for (int i = 0; i < kCount; ++i) {
    DrawBox(svg, ColumnOf(left, i), kQueries, absl::StrCat("q", i + 1), true);
    DrawBox(svg, ColumnOf(left, i), kInputs, kTokens[i], false);
  }
}

void DrawRecurrent(SvgWriter& svg, double left) {
  for (int i = 0; i < kCount; ++i) {
    const double x = ColumnOf(left, i);
    DrawArrow(svg, x, kInputs - kBox / 2, x, kStates + kBox / 2, i == 0);
    DrawArrow(svg, x, kStates - kBox / 2, x, kQueries + kBox / 2, i + 1 == kCount);
    if (i + 1 < kCount) {
      DrawArrow(svg, x + kBox / 2, kStates, ColumnOf(left, i + 1) - kBox / 2, kStates, true);
    }
    DrawBox(svg, x, kStates, absl::StrCat("h", i + 1), false);
  }
  DrawEnds(svg, left, "LSTM: one state after another");
  DrawText(svg, left + 14, 278, "The first token reaches the last query", 12.5, TextAnchor::kStart, false);
  DrawText(svg, left + 14, 296, absl::StrCat("through ", kCount, " updates of the state, in turn."), 12.5,
           TextAnchor::kStart, false);
}

void DrawAttention(SvgWriter& svg, double left) {
  for (int query = 0; query < kCount; ++query) {
    for (int token = 0; token <= query; ++token) {
      if (token == 0 && query + 1 == kCount) continue;
      DrawArrow(svg, ColumnOf(left, token), kInputs - kBox / 2, ColumnOf(left, query), kQueries + kBox / 2, false);
    }
  }
  DrawArrow(svg, ColumnOf(left, 0), kInputs - kBox / 2, ColumnOf(left, kCount - 1), kQueries + kBox / 2, true);
  DrawEnds(svg, left, "Attention: all tokens at once");
  for (int i = 0; i < kCount; ++i) {
    DrawText(svg, ColumnOf(left, i), kInputs + 29, absl::StrCat("+ p", i + 1), 11, TextAnchor::kMiddle, false);
  }
  DrawText(svg, left + 14, 278, "The first token reaches the last query in one", 12.5, TextAnchor::kStart, false);
  DrawText(svg, left + 14, 296, "step; the order comes from positions p.", 12.5, TextAnchor::kStart, false);
}

}  // namespace

std::string ProcessingDiagram() {
  SvgWriter svg(kWidth, kHeight, "How an LSTM and attention turn a text into queries");
  DrawRecurrent(svg, 0);
  DrawAttention(svg, kPanel);
  return svg.Finish();
}

}  // namespace plumbline::ljspeech
