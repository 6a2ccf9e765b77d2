#include "dsl/source.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace plumbline {

Source::Source(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)) {
  size_t start = 0;
  while (start < text_.size()) {
    line_starts_.push_back(start);
    const size_t end = text_.find('\n', start);
    if (end == std::string::npos) break;
    start = end + 1;
  }
}

absl::string_view Source::Line(int line) const {
  if (line < 1 || line > line_count()) return {};
  const size_t start = line_starts_[line - 1];
  const size_t end = line < line_count() ? line_starts_[line] : text_.size();
  absl::string_view text = absl::string_view(text_).substr(start, end - start);
  if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return text;
}

SourceLocation Source::Locate(size_t offset) const {
  if (line_starts_.empty()) return {1, 1};
  offset = std::min(offset, text_.size());
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const size_t line = static_cast<size_t>(next - line_starts_.begin());
  return {static_cast<int>(line), static_cast<int>(offset - line_starts_[line - 1]) + 1};
}

size_t Source::Offset(SourceLocation location) const {
  if (location.line < 1 || location.line > line_count()) return text_.size();
  return std::min(text_.size(), line_starts_[location.line - 1] +
                                    static_cast<size_t>(std::max(location.column, 1) - 1));
}

}  // namespace plumbline
