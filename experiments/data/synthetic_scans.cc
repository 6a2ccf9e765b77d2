// A scan is drawn column by column: the retina's surface, the pigment epithelium (its lowest, brightest layer) and the
// membrane below, then what the class adds to them; speckle and blur come last. Lengths are in pixels.
#include "experiments/data/synthetic_scans.h"

#include <algorithm>
#include <array>
#include <vector>

namespace plumbline {
namespace {

constexpr int kNeovascularization = 0, kMacularEdema = 1, kDrusen = 2, kNormal = 3;

// Shares of the classes before each in the real training set, 97,477 images.
constexpr std::array<double, kScanClasses - 1> kCumulativeShares = {0.3435, 0.4483, 0.5278};

// Chosen so that the small CNN of the experiments ends between 75 and 90 % accuracy.
constexpr double kWrongContent = 0.07;   // of the scans show another class than their label
constexpr double kFaint = 0.10;           // of the lesions are hardly visible
constexpr double kSpeckle = 0.30;        // standard deviation of the multiplicative noise before the blur
constexpr double kSensorNoise = 0.015;   // of full scale, after it
constexpr double kConfusing = 0.20;      // of the normal scans have an uneven epithelium or a vessel's dark spot

// Counters of the random blocks within a scan.
constexpr uint64_t kLabelBlock = 0, kShapeBlocks = 1, kSpeckleBlocks = 1 << 16, kSensorBlocks = 1 << 17;
constexpr uint64_t kOrderBlock = uint64_t{1} << 32;

constexpr double kMiddle = (kScanSide - 1) / 2.0;

double Share(uint32_t word) { return word * 0x1p-32; }

// Nearly normal with mean 0 and deviation 1: the sum of four bytes.
double Bell(uint32_t word) {
  const uint32_t sum = (word & 255) + (word >> 8 & 255) + (word >> 16 & 255) + (word >> 24);
  return (sum - 510.0) / 147.8;
}

// The draws that shape one scan, in order; never two in one expression whose order the language leaves open (a braced
// list is read from the left).
class Draws {
 public:
  Draws(const RandomStream& random, int64_t index) : random_(random), step_(static_cast<uint64_t>(index)) {}

  double Between(double low, double high) { return low + (high - low) * Share(Next()); }
  bool Chance(double probability) { return Share(Next()) < probability; }
  int Count(int low, int high) { return low + static_cast<int>(Share(Next()) * (high - low + 1)); }

 private:
  uint32_t Next() {
    if (used_ == 4) {
      words_ = random_.Block(step_, block_++);
      used_ = 0;
    }
    return words_[used_++];
  }

  const RandomStream& random_;
  uint64_t step_;
  uint64_t block_ = kShapeBlocks;
  std::array<uint32_t, 4> words_ = {};
  int used_ = 4;
};

// A smooth hill: height · (1 - t²)² within half_width of the centre.
struct Bump {
  double centre, half_width, height;

  double At(double x) const {
    const double t = (x - centre) / half_width;
    const double rest = 1 - t * t;
    return rest <= 0 ? 0 : height * rest * rest;
  }
};

double Sum(const std::vector<Bump>& bumps, double x) {
  double sum = 0;
  for (const Bump& bump : bumps) sum += bump.At(x);
  return sum;
}

// An elliptic spot that takes away `darkness` of the light in its middle.
struct Pocket {
  double x, y, half_width, half_height, darkness;

  double LightAt(double at_x, double at_y) const {
    const double dx = (at_x - x) / half_width;
    const double dy = (at_y - y) / half_height;
    const double inside = 1 - dx * dx - dy * dy;
    return inside <= 0 ? 1 : 1 - darkness * std::min(1.0, 2 * inside);
  }
};

// From the surface (0) to the epithelium (1): nerve fibres bright, nuclear layers dark.
constexpr int kLayers = 9;
constexpr std::array<double, kLayers> kLayerDepth = {0, 0.06, 0.16, 0.28, 0.40, 0.50, 0.62, 0.86, 1};
constexpr std::array<double, kLayers> kLayerLight = {0.62, 0.72, 0.52, 0.50, 0.30, 0.48, 0.26, 0.30, 0.62};

struct Scan {
  double surface, tilt, curvature, thickness, epithelium;  // epithelium: thickness of that layer
  double vitreous, choroid, choroid_depth, gain, lesion_light;
  std::array<double, kLayers> light;
  Bump pit;                    // of the fovea
  std::vector<Bump> swelling;  // of the surface, upwards
  std::vector<Bump> elevation; // of the epithelium above the membrane
  std::vector<Pocket> pockets; // y from the membrane, upwards
  std::vector<Bump> shadows;   // of vessels: the height is the light they take
};

// Light at fraction `depth` of the retina, linear between the layers' points.
double LayerLight(const std::array<double, kLayers>& light, double depth) {
  int i = 1;
  while (i < kLayers - 1 && depth > kLayerDepth[i]) ++i;
  const double t = (depth - kLayerDepth[i - 1]) / (kLayerDepth[i] - kLayerDepth[i - 1]);
  return light[i - 1] + (light[i] - light[i - 1]) * t;
}

Scan DrawHealthy(Draws& draws) {
  Scan scan;
  scan.surface = draws.Between(8, 10);
  scan.tilt = draws.Between(-0.06, 0.06);
  scan.curvature = draws.Between(-0.006, 0.012);
  scan.thickness = draws.Between(7.5, 9);
  scan.epithelium = draws.Between(1.1, 1.7);
  scan.vitreous = draws.Between(0.04, 0.10);
  scan.choroid = draws.Between(0.3, 0.5);
  scan.choroid_depth = draws.Between(2, 6);
  scan.gain = draws.Between(1.15, 1.45);
  scan.lesion_light = draws.Between(0.5, 0.8);
  const double contrast = draws.Between(0.8, 1.2);
  for (int i = 0; i < kLayers; ++i) {
    scan.light[i] = 0.45 + contrast * (kLayerLight[i] - 0.45) + draws.Between(-0.05, 0.05);
  }
  const bool fovea = draws.Chance(0.6);
  scan.pit = {draws.Between(6, 22), draws.Between(4, 8), fovea ? draws.Between(0.8, 3.0) : 0.0};
  for (int i = draws.Count(0, 3); i > 0; --i) {
    scan.shadows.push_back({draws.Between(0, kScanSide), draws.Between(0.8, 1.8), draws.Between(0.1, 0.4)});
  }
  // No epithelium is quite even.
  scan.elevation.push_back({draws.Between(0, kScanSide), draws.Between(3, 8), draws.Between(0, 0.5)});
  return scan;
}

// Of a lesion, 0 to 1. Some are about to vanish: below 0, down to -0.3.
double DrawSeverity(Draws& draws) { return draws.Chance(kFaint) ? draws.Between(-0.3, 0) : draws.Between(0, 1); }

// An irregular dome of new vessels that lifts the epithelium, with fluid at its slope.
void AddNeovascularization(Draws& draws, Scan& scan) {
  const double severity = DrawSeverity(draws);
  const double centre = draws.Between(5, 23);
  const double half_width = draws.Between(5, 7) + 4 * severity;
  const double height = draws.Between(1.6, 2.6) + 4 * severity;
  scan.elevation.push_back({centre, half_width, height});
  for (int i = draws.Count(1, 2); i > 0; --i) {
    scan.elevation.push_back({centre + half_width * draws.Between(-0.7, 0.7), half_width * draws.Between(0.25, 0.5),
                              height * draws.Between(0.15, 0.4)});
  }
  scan.swelling.push_back({centre, half_width * 1.5, height * draws.Between(0.5, 1.0)});
  const double side = draws.Chance(0.5) ? 1 : -1;
  scan.pockets.push_back({centre + side * half_width * draws.Between(0.4, 0.9), height * 0.4 + draws.Between(1.4, 2.4),
                          draws.Between(2, 3) + 2 * severity, draws.Between(0.8, 1.2) + 0.8 * severity,
                          draws.Between(0.5, 0.95)});
}

// Dark cysts inside a swollen retina.
void AddMacularEdema(Draws& draws, Scan& scan) {
  const double severity = DrawSeverity(draws);
  const double centre = draws.Between(6, 22);
  scan.swelling.push_back({centre, draws.Between(10, 15), draws.Between(1.2, 2.0) + 3 * severity});
  scan.pit.height *= 1 - severity;
  const int cysts = draws.Count(1, 3) + static_cast<int>(3 * severity);
  for (int i = 0; i < cysts; ++i) {
    scan.pockets.push_back({centre + draws.Between(-6, 6), scan.thickness * draws.Between(0.3, 0.75),
                            draws.Between(1.4, 2.2) + 1.2 * severity, draws.Between(1.1, 1.7) + severity,
                            draws.Between(0.6, 0.85) + 0.15 * severity});
  }
}

// Several small bumps of the epithelium.
void AddDrusen(Draws& draws, Scan& scan) {
  const double severity = DrawSeverity(draws);
  const int bumps = draws.Count(3, 4) + static_cast<int>(4 * severity);
  for (int i = 0; i < bumps; ++i) {
    const double growth = 1.6 * severity * draws.Between(0.5, 1);
    scan.elevation.push_back({draws.Between(2, 26), draws.Between(1.5, 2.6), growth + draws.Between(0.9, 1.5)});
  }
}

// What might be taken for a disease.
void AddConfusion(Draws& draws, Scan& scan) {
  if (draws.Chance(0.5)) {
    for (int i = draws.Count(1, 2); i > 0; --i) {
      scan.elevation.push_back({draws.Between(2, 26), draws.Between(1.2, 3), draws.Between(0.4, 0.9)});
    }
  } else {
    scan.pockets.push_back({draws.Between(4, 24), scan.thickness * draws.Between(0.4, 0.85), draws.Between(0.8, 1.4),
                            draws.Between(0.6, 1.0), draws.Between(0.2, 0.6)});
  }
}

Scan Draw(Draws& draws, int label) {
  int content = label;
  if (draws.Chance(kWrongContent)) content = (label + draws.Count(1, kScanClasses - 1)) % kScanClasses;
  Scan scan = DrawHealthy(draws);
  switch (content) {
    case kNeovascularization: AddNeovascularization(draws, scan); break;
    case kMacularEdema: AddMacularEdema(draws, scan); break;
    case kDrusen: AddDrusen(draws, scan); break;
    case kNormal:
      if (draws.Chance(kConfusing)) AddConfusion(draws, scan);
      break;
  }
  return scan;
}

// The boundaries in one column, from the top; membrane >= epithelium.
struct Column {
  double x, surface, epithelium, membrane, light;
};

Column At(const Scan& scan, double x) {
  const double from_middle = x - kMiddle;
  const double sheet = scan.surface + scan.tilt * from_middle + scan.curvature * from_middle * from_middle;
  Column column;
  column.x = x;
  column.membrane = sheet + scan.thickness;
  column.epithelium = column.membrane - Sum(scan.elevation, x);
  column.surface = sheet + scan.pit.At(x) - Sum(scan.swelling, x);
  column.surface = std::min(column.surface, column.epithelium - 1.5);
  column.light = 1 - std::min(0.8, Sum(scan.shadows, x));
  return column;
}

double LightAt(const Scan& scan, const Column& column, double y) {
  if (y < column.surface) return scan.vitreous;
  if (y < column.epithelium) {
    double light = LayerLight(scan.light, (y - column.surface) / (column.epithelium - column.surface));
    for (const Pocket& pocket : scan.pockets) light *= pocket.LightAt(column.x, column.membrane - y);
    return light * column.light;
  }
  if (y < column.epithelium + scan.epithelium) return 0.92 * column.light;
  if (y < column.membrane) return scan.lesion_light * column.light;
  const double depth = (y - column.membrane) / scan.choroid_depth;
  return (scan.choroid / (1 + depth * depth) + 0.04) * column.light;
}

using Plane = std::array<double, kScanPixels>;

// Three samples a pixel, one above the other, soften the boundaries.
Plane Paint(const Scan& scan) {
  Plane plane;
  for (int x = 0; x < kScanSide; ++x) {
    const Column column = At(scan, x);
    for (int y = 0; y < kScanSide; ++y) {
      const double sum =
          LightAt(scan, column, y - 1 / 3.0) + LightAt(scan, column, y) + LightAt(scan, column, y + 1 / 3.0);
      plane[y * kScanSide + x] = scan.gain * sum / 3;
    }
  }
  return plane;
}

void Speckle(const RandomStream& random, uint64_t step, Plane& plane) {
  for (int i = 0; i < kScanPixels; i += 4) {
    const std::array<uint32_t, 4> words = random.Block(step, kSpeckleBlocks + i / 4);
    for (int j = 0; j < 4; ++j) plane[i + j] *= std::max(0.0, 1 + kSpeckle * Bell(words[j]));
  }
}

// One row or column by (1 2 1) / 4, its ends repeated.
void BlurLine(double* line, int stride) {
  double before = line[0];
  for (int i = 0; i < kScanSide; ++i) {
    const double here = line[i * stride];
    const double after = i + 1 < kScanSide ? line[(i + 1) * stride] : here;
    line[i * stride] = (before + 2 * here + after) / 4;
    before = here;
  }
}

void Blur(Plane& plane) {
  for (int i = 0; i < kScanSide; ++i) BlurLine(&plane[i * kScanSide], 1);
  for (int i = 0; i < kScanSide; ++i) BlurLine(&plane[i], kScanSide);
}

const char* StreamName(ScanSplit split) {
  switch (split) {
    case ScanSplit::kTrain: return "synthetic scans, train";
    case ScanSplit::kValidation: return "synthetic scans, validation";
    case ScanSplit::kTest: break;
  }
  return "synthetic scans, test";
}

}  // namespace

SyntheticScans::SyntheticScans(uint64_t seed, ScanSplit split) : random_(seed, StreamName(split)), split_(split) {}

int SyntheticScans::Label(int64_t index) const {
  if (split_ == ScanSplit::kTest) {
    // The index-th place in a random order of the four classes.
    std::array<int, kScanClasses> order = {0, 1, 2, 3};
    const std::array<uint32_t, 4> words = random_.Block(static_cast<uint64_t>(index / kScanClasses), kOrderBlock);
    for (int i = kScanClasses - 1; i > 0; --i) std::swap(order[i], order[static_cast<int>(Share(words[i]) * (i + 1))]);
    return order[index % kScanClasses];
  }
  const double share = Share(random_.Block(static_cast<uint64_t>(index), kLabelBlock)[0]);
  int label = 0;
  while (label < kScanClasses - 1 && share >= kCumulativeShares[label]) ++label;
  return label;
}

void SyntheticScans::Render(int64_t index, absl::Span<uint8_t> pixels) const {
  Draws draws(random_, index);
  Plane plane = Paint(Draw(draws, Label(index)));
  const uint64_t step = static_cast<uint64_t>(index);
  Speckle(random_, step, plane);
  Blur(plane);
  for (int i = 0; i < kScanPixels; i += 4) {
    const std::array<uint32_t, 4> words = random_.Block(step, kSensorBlocks + i / 4);
    for (int j = 0; j < 4; ++j) {
      const double value = plane[i + j] + kSensorNoise * Bell(words[j]);
      pixels[i + j] = static_cast<uint8_t>(std::min(255.0, std::max(0.0, value * 255 + 0.5)));
    }
  }
}

}  // namespace plumbline
