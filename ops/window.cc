// Reading of window attributes and the sizes of windowed outputs.
#include "ops/window.h"

#include "absl/strings/str_cat.h"
#include "ops/checks.h"

namespace plumbline {
namespace {

absl::StatusOr<std::vector<int64_t>> ReadEntries(const Attributes& attributes, absl::string_view op,
                                                 absl::string_view name, int axes, int64_t low) {
  std::vector<int64_t> entries = attributes.integers(name);
  for (const int64_t entry : entries) {
    if (entry >= low && entry <= kLargestAttribute) continue;
    const std::string range =
        entry < low ? absl::StrCat("at least ", low) : absl::StrCat("at most ", kLargestAttribute);
    return AttributeError(name, absl::StrCat(op, ": ", name, " must be ", range, ", not ", entry));
  }
  if (entries.size() == 1) entries.resize(axes, entries[0]);
  if (static_cast<int>(entries.size()) == axes) return entries;
  return AttributeError(name,
                        absl::StrCat(op, ": ", name, " has ", entries.size(), " entries, expected ",
                                     axes == 1 ? "1" : absl::StrCat("1 or ", axes)));
}

}  // namespace

absl::StatusOr<Window> ReadWindow(const Attributes& attributes, absl::string_view op, int axes) {
  struct Part {
    const char* name;
    int64_t low;
    std::vector<int64_t> Window::*entries;
  };
  constexpr Part kParts[] = {{"kernel", 1, &Window::kernel},
                             {"stride", 1, &Window::stride},
                             {"padding", 0, &Window::padding},
                             {"dilation", 1, &Window::dilation}};
  Window window;
  window.dilation.assign(axes, 1);
  for (const Part& part : kParts) {
    if (!attributes.Has(part.name)) {
      if (part.entries == &Window::stride) window.stride = window.kernel;
      continue;
    }
    absl::StatusOr<std::vector<int64_t>> entries =
        ReadEntries(attributes, op, part.name, axes, part.low);
    if (!entries.ok()) return entries.status();
    window.*part.entries = *std::move(entries);
  }
  return window;
}

absl::StatusOr<Shape> WindowOutput(const InferContext& context, absl::string_view op,
                                   const Window& window) {
  const Shape& input = context.inputs[0].shape;
  const size_t axes = window.kernel.size();
  Shape output;
  for (size_t i = 0; i < axes; ++i) {
    const Size padded = input[input.size() - axes + i] + Size(2 * window.padding[i]);
    const Size extent = Size(window.dilation[i]) * Size(window.kernel[i] - 1) + Size(1);
    if (CertainlyLess(padded, extent, context.symbols)) {
      return AttributeError("kernel", absl::StrCat(op, ": the kernel spans ", context.Print(extent),
                                                   " positions, but axis ", input.size() - axes + i,
                                                   " of ", context.Print(0), " has ",
                                                   context.Print(padded), " with its padding"));
    }
    const Size steps =
        context.symbols.Derive(DerivedKind::kFloorDiv, padded - extent, Size(window.stride[i]));
    output.push_back(steps + Size(1));
  }
  return output;
}

}  // namespace plumbline
