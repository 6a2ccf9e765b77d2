// Made-up retina scans in the form of OCTMNIST: 28 x 28 grey values of a layered band between dark vitreous and fading
// choroid, in four classes that differ by what disturbs the layers. They stand in for the real data where there is no
// network, and show a model that learns; they say nothing about eyes.
//
// A scan is a function of (seed, split, index) alone, from counter-based random numbers and only + - * / in double, so
// that its bytes do not depend on the number of scans, on threads or on the system's math library.
#ifndef PLUMBLINE_EXPERIMENTS_DATA_SYNTHETIC_SCANS_H_
#define PLUMBLINE_EXPERIMENTS_DATA_SYNTHETIC_SCANS_H_

#include <cstdint>

#include "absl/types/span.h"
#include "experiments/random.h"

namespace plumbline {

inline constexpr int kScanSide = 28;
inline constexpr int kScanPixels = kScanSide * kScanSide;
inline constexpr int kScanClasses = 4;

enum class ScanSplit { kTrain, kValidation, kTest };

class SyntheticScans {
 public:
  SyntheticScans(uint64_t seed, ScanSplit split);

  // 0 neovascularization, 1 macular edema, 2 drusen, 3 normal. Train and validation draw from the shares of the real
  // training set, 34.35 / 10.48 / 7.95 / 47.22 %; of every four test scans in a row each class has one.
  int Label(int64_t index) const;

  // Writes the kScanPixels pixels of scan `index` >= 0, row by row from the vitreous downwards. A few scans in a
  // hundred show another class than their label, as in any labelled collection.
  void Render(int64_t index, absl::Span<uint8_t> pixels) const;

 private:
  RandomStream random_;
  ScanSplit split_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_DATA_SYNTHETIC_SCANS_H_
