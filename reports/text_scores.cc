// Edit distances by Wagner and Fischer's dynamic programme, a row at a time.
#include "reports/text_scores.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/types/span.h"

namespace plumbline {
namespace {

// Σ min(a_t, b_t).
int64_t CommonTokens(absl::string_view a, absl::string_view b) {
  std::array<int64_t, 256> counts = {};
  for (const char c : a) ++counts[static_cast<unsigned char>(c)];
  int64_t common = 0;
  for (const char c : b) common += counts[static_cast<unsigned char>(c)]-- > 0;
  return common;
}

// An alignment costs this much for each error, less 1 for each that is a substitution: the cheapest one has the fewest
// errors and, of those, the most substitutions. No text has as many tokens.
constexpr int64_t kError = int64_t{1} << 31;

template <typename Token>
EditCounts Edits(absl::Span<const Token> reference, absl::Span<const Token> hypothesis) {
  std::vector<int64_t> row(hypothesis.size() + 1);
  for (size_t j = 0; j < row.size(); ++j) row[j] = kError * static_cast<int64_t>(j);
  for (size_t i = 0; i < reference.size(); ++i) {
    int64_t diagonal = row[0];
    row[0] += kError;
    for (size_t j = 0; j < hypothesis.size(); ++j) {
      const int64_t paired = diagonal + (reference[i] == hypothesis[j] ? 0 : kError - 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min(paired, std::min(row[j], row[j + 1]) + kError);
    }
  }
  const int64_t errors = (row.back() + kError - 1) / kError;
  EditCounts counts;
  counts.reference = static_cast<int64_t>(reference.size());
  counts.substitutions = errors * kError - row.back();
  // Insertions less deletions are what the hypothesis is longer by; together they are the other errors.
  const int64_t longer = static_cast<int64_t>(hypothesis.size()) - counts.reference;
  counts.insertions = (errors - counts.substitutions + longer) / 2;
  counts.deletions = counts.insertions - longer;
  return counts;
}

std::vector<absl::string_view> WordsOf(absl::string_view text) {
  return absl::StrSplit(text, ' ', absl::SkipEmpty());
}

}  // namespace

double JaccardSimilarity(absl::string_view a, absl::string_view b) {
  const int64_t common = CommonTokens(a, b);
  const int64_t either = static_cast<int64_t>(a.size() + b.size()) - common;
  return either == 0 ? 1 : static_cast<double>(common) / static_cast<double>(either);
}

double CosineSimilarity(absl::string_view a, absl::string_view b) {
  if (a.empty() && b.empty()) return 1;
  if (a.empty() || b.empty()) return 0;
  return static_cast<double>(CommonTokens(a, b)) / std::sqrt(static_cast<double>(a.size() * b.size()));
}

int64_t OptimalStringAlignmentDistance(absl::string_view a, absl::string_view b) {
  std::vector<int64_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int64_t>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int64_t>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last.back();
}

double DamerauLevenshteinSimilarity(absl::string_view a, absl::string_view b) {
  const auto longest = static_cast<int64_t>(std::max(a.size(), b.size()));
  if (longest == 0) return 1;
  return static_cast<double>(longest - OptimalStringAlignmentDistance(a, b)) / static_cast<double>(longest);
}

TextSimilarities SimilaritiesOf(absl::string_view a, absl::string_view b) {
  return {JaccardSimilarity(a, b), CosineSimilarity(a, b), DamerauLevenshteinSimilarity(a, b)};
}

EditCounts& EditCounts::operator+=(const EditCounts& other) {
  substitutions += other.substitutions;
  insertions += other.insertions;
  deletions += other.deletions;
  reference += other.reference;
  return *this;
}

EditCounts CharacterEdits(absl::string_view reference, absl::string_view hypothesis) {
  return Edits<char>(absl::MakeConstSpan(reference.data(), reference.size()),
                     absl::MakeConstSpan(hypothesis.data(), hypothesis.size()));
}

EditCounts WordEdits(absl::string_view reference, absl::string_view hypothesis) {
  return Edits<absl::string_view>(WordsOf(reference), WordsOf(hypothesis));
}

absl::StatusOr<double> ErrorRate(const EditCounts& counts) {
  if (counts.reference <= 0) return absl::FailedPreconditionError("the reference is empty");
  return static_cast<double>(counts.errors()) / static_cast<double>(counts.reference);
}

}  // namespace plumbline
