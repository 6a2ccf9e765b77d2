// The programme of Wagner and Fischer with its whole table, walked back from the end.
#include "reports/text_difference.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace plumbline {
namespace {

constexpr char kGap = '\0';

// As in reports/text_scores.cc: fewest errors, then most substitutions.
constexpr int64_t kError = int64_t{1} << 31;

class Table {
 public:
  Table(absl::string_view target, absl::string_view prediction)
      : target_(target), prediction_(prediction), width_(prediction.size() + 1), costs_((target.size() + 1) * width_) {
    for (size_t i = 0; i <= target.size(); ++i) {
      for (size_t j = 0; j <= prediction.size(); ++j) {
        const auto alone = static_cast<int64_t>(i + j) * kError;
        At(i, j) = i == 0 || j == 0 ? alone : std::min({Paired(i, j), At(i - 1, j) + kError, At(i, j - 1) + kError});
      }
    }
  }

  int64_t& At(size_t i, size_t j) { return costs_[i * width_ + j]; }

  // The cost up to here when the last tokens belong together.
  int64_t Paired(size_t i, size_t j) {
    return At(i - 1, j - 1) + (target_[i - 1] == prediction_[j - 1] ? 0 : kError - 1);
  }

 private:
  const absl::string_view target_, prediction_;
  const size_t width_;
  std::vector<int64_t> costs_;
};

std::string Shown(absl::string_view tokens) {
  std::string shown;
  for (const char c : tokens) {
    if (c == kGap) {
      shown += "·";
    } else {
      shown += c >= ' ' && c <= '~' ? c : '?';
    }
  }
  return shown;
}

// Columns of the piece that starts at `begin`.
size_t PieceLength(const std::string& target, size_t begin, size_t width) {
  if (target.size() - begin <= width) return target.size() - begin;
  const size_t space = target.rfind(' ', begin + width - 1);
  const bool late = space != std::string::npos && space >= begin + width / 2;
  return late ? space + 1 - begin : width;
}

std::string Line(absl::string_view name, size_t indent, absl::string_view content) {
  const std::string line = absl::StrCat(name, std::string(indent - name.size(), ' '), content);
  return absl::StrCat(absl::StripTrailingAsciiWhitespace(line), "\n");
}

}  // namespace

TextDifference CompareTexts(absl::string_view target, absl::string_view prediction) {
  Table table(target, prediction);
  TextDifference result;
  size_t i = target.size();
  size_t j = prediction.size();
  while (i > 0 || j > 0) {
    const bool both = i > 0 && j > 0;
    if (both && table.At(i, j) == table.Paired(i, j)) {
      result.marks += target[i - 1] == prediction[j - 1] ? ' ' : '^';
      result.target += target[--i];
      result.prediction += prediction[--j];
    } else if (i > 0 && (!both || table.At(i, j) == table.At(i - 1, j) + kError)) {
      result.marks += '-';
      result.target += target[--i];
      result.prediction += kGap;
    } else {
      result.marks += '+';
      result.target += kGap;
      result.prediction += prediction[--j];
    }
  }
  for (std::string* const text : {&result.target, &result.prediction, &result.marks}) {
    std::reverse(text->begin(), text->end());
  }
  return result;
}

std::string DifferenceLines(absl::string_view target_name, absl::string_view target, absl::string_view prediction_name,
                            absl::string_view prediction, int width) {
  const TextDifference difference = CompareTexts(target, prediction);
  const size_t indent = std::max(target_name.size(), prediction_name.size()) + 2;
  std::string lines;
  for (size_t begin = 0; begin == 0 || begin < difference.target.size();) {
    const size_t length = PieceLength(difference.target, begin, static_cast<size_t>(width));
    const std::string marks = difference.marks.substr(begin, length);
    absl::StrAppend(&lines, Line(target_name, indent, Shown(difference.target.substr(begin, length))),
                    Line(prediction_name, indent, Shown(difference.prediction.substr(begin, length))));
    if (marks.find_first_not_of(' ') != std::string::npos) absl::StrAppend(&lines, Line("", indent, marks));
    begin += std::max<size_t>(1, length);
  }
  return lines;
}

}  // namespace plumbline
