// Both sources fill the same columns; what follows from the labels is computed after.
#include "experiments/data/octmnist.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "experiments/arrays/array_file.h"
#include "experiments/data/data_digest.h"
#include "experiments/data/md5.h"
#include "experiments/data/synthetic_scans.h"
#include "reports/files.h"

namespace plumbline {
namespace {

constexpr size_t kLargestFile = size_t{1} << 30;  // the published file has 55 MB
constexpr int64_t kMostItems = 10'000'000;
constexpr float kImageScale = 1.0f / 256;
constexpr int kClasses = 4;
constexpr std::array<int64_t, kClasses> kPublishedSubset = {182, 55, 42, 250};

absl::Status Invalid(absl::string_view what) { return absl::InvalidArgumentError(what); }

// 97477 as "97,477".
std::string WithCommas(int64_t number) {
  std::string text = absl::StrCat(number);
  for (int64_t at = static_cast<int64_t>(text.size()) - 3; at > 0; at -= 3) text.insert(static_cast<size_t>(at), ",");
  return text;
}

Split MakeSplit(std::vector<uint8_t> images, std::vector<int64_t> labels) {
  Split split;
  split.items = static_cast<int64_t>(labels.size());
  split.columns.push_back({"image", {1, kScanSide, kScanSide}, std::move(images), kImageScale, {}});
  split.columns.push_back({"label", {}, std::move(labels), 1, {}});
  return split;
}

absl::StatusOr<const FileArray*> FindArray(const NamedArrays& arrays, const std::string& key) {
  const auto found = arrays.find(key);
  if (found == arrays.end()) return Invalid(absl::StrCat("the array '", key, "' is missing"));
  return &found->second;
}

std::string ShapeText(const FileArray& array) {
  return absl::StrCat(Name(array.type), " [", absl::StrJoin(array.shape, ", "), "]");
}

// [N, 28, 28] or [N, 28, 28, 1], u8.
absl::Status CheckImages(const std::string& key, const FileArray& images) {
  std::vector<int64_t> item(images.shape.begin() + (images.shape.empty() ? 0 : 1), images.shape.end());
  if (item.size() == 3 && item.back() == 1) item.pop_back();
  if (images.type != ElementType::kU8 || item != std::vector<int64_t>{kScanSide, kScanSide}) {
    return Invalid(absl::StrCat("'", key, "' is ", ShapeText(images), ", not u8 [N, 28, 28]"));
  }
  return images.shape[0] > 0 ? absl::OkStatus() : Invalid(absl::StrCat("'", key, "' has no images"));
}

absl::StatusOr<std::vector<int64_t>> ReadLabels(const std::string& key, const FileArray& array, int64_t images) {
  const bool one_axis = array.shape.size() == 1 || (array.shape.size() == 2 && array.shape[1] == 1);
  if (!one_axis || array.type == ElementType::kF32 || array.type == ElementType::kF64) {
    return Invalid(absl::StrCat("'", key, "' is ", ShapeText(array), ", not whole numbers [N] or [N, 1]"));
  }
  if (array.shape[0] != images) {
    return Invalid(absl::StrCat("'", key, "' has ", array.shape[0], " labels for ", images, " images"));
  }
  absl::StatusOr<std::vector<int64_t>> labels = ToIntegers(array);
  if (!labels.ok()) return Invalid(absl::StrCat("'", key, "': ", labels.status().message()));
  for (const int64_t label : *labels) {
    if (label < 0 || label >= kClasses) return Invalid(absl::StrCat("'", key, "' has the label ", label, ", not 0 to 3"));
  }
  return labels;
}

// The first `wanted` items, or all for 0.
absl::StatusOr<Split> ReadSplit(const NamedArrays& arrays, const std::string& split, int64_t wanted) {
  const std::string images_key = absl::StrCat(split, "_images");
  const std::string labels_key = absl::StrCat(split, "_labels");
  const absl::StatusOr<const FileArray*> images = FindArray(arrays, images_key);
  if (!images.ok()) return images.status();
  const absl::StatusOr<const FileArray*> array = FindArray(arrays, labels_key);
  if (!array.ok()) return array.status();
  const absl::Status status = CheckImages(images_key, **images);
  if (!status.ok()) return status;
  const int64_t items = (*images)->shape[0];
  absl::StatusOr<std::vector<int64_t>> labels = ReadLabels(labels_key, **array, items);
  if (!labels.ok()) return labels.status();
  if (wanted > items) {
    return Invalid(absl::StrCat(WithCommas(wanted), " items of ", split, " are asked for, it has ", WithCommas(items)));
  }
  const int64_t taken = wanted == 0 ? items : wanted;
  labels->resize(static_cast<size_t>(taken));
  const auto begin = (*images)->bytes.begin();
  return MakeSplit(std::vector<uint8_t>(begin, begin + taken * kScanPixels), *std::move(labels));
}

absl::Status CheckMd5(const std::string& file) {
  const absl::StatusOr<std::string> md5 = Md5Hex(file);
  if (!md5.ok()) return md5.status();
  if (*md5 == kOctmnistMd5) return absl::OkStatus();
  return Invalid(absl::StrCat("it is not the published file: its MD5 is ", *md5, ", that of OCTMNIST is ", kOctmnistMd5,
                              "; plumbline download octmnist fetches that one"));
}

absl::StatusOr<DataSet> ParseOctmnist(const std::string& file, const OctmnistRequest& request) {
  const absl::StatusOr<NamedArrays> arrays = ParseNpz(file);
  if (!arrays.ok()) return arrays.status();
  DataSet data;
  const std::pair<Split*, std::pair<const char*, int64_t>> splits[] = {
      {&data.train, {"train", request.train_items}},
      {&data.validation, {"val", request.validation_items}},
      {&data.test, {"test", request.test_items}}};
  for (const auto& [split, wanted] : splits) {
    absl::StatusOr<Split> read = ReadSplit(*arrays, wanted.first, wanted.second);
    if (!read.ok()) return read.status();
    *split = *std::move(read);
  }
  // Last, so that a file of other arrays is told what is wrong with them.
  const absl::Status md5 = request.any_md5 ? absl::OkStatus() : CheckMd5(file);
  if (!md5.ok()) return md5;
  data.description = absl::StrCat("OCTMNIST (", kOctmnistFile, ", ", WithCommas(data.train.items), " training images)");
  return data;
}

absl::StatusOr<DataSet> ReadOctmnist(const std::string& path, const OctmnistRequest& request) {
  const absl::StatusOr<std::string> file = ReadFile(RealSystemCalls(), path, kLargestFile);
  if (absl::IsNotFound(file.status())) {
    return absl::NotFoundError(absl::StrCat(
        file.status().message(), "; plumbline download octmnist fetches it, --data_dir names another folder"));
  }
  if (!file.ok()) return file.status();
  absl::StatusOr<DataSet> data = ParseOctmnist(*file, request);
  if (data.ok()) return data;
  return absl::Status(data.status().code(), absl::StrCat(path, ": error: ", data.status().message()));
}

Split Generate(uint64_t seed, ScanSplit which, int64_t items) {
  const SyntheticScans scans(seed, which);
  std::vector<uint8_t> images(static_cast<size_t>(items * kScanPixels));
  std::vector<int64_t> labels(static_cast<size_t>(items));
  for (int64_t i = 0; i < items; ++i) {
    scans.Render(i, absl::MakeSpan(&images[static_cast<size_t>(i * kScanPixels)], kScanPixels));
    labels[static_cast<size_t>(i)] = scans.Label(i);
  }
  return MakeSplit(std::move(images), std::move(labels));
}

DataSet GenerateAll(const OctmnistRequest& request) {
  const auto items = [](int64_t wanted, int64_t real) { return wanted == 0 ? real : wanted; };
  DataSet data;
  data.embedded = true;
  data.train = Generate(request.seed, ScanSplit::kTrain, items(request.train_items, kOctmnistTrainItems));
  data.validation =
      Generate(request.seed, ScanSplit::kValidation, items(request.validation_items, kOctmnistValidationItems));
  data.test = Generate(request.seed, ScanSplit::kTest, items(request.test_items, kOctmnistTestItems));
  data.description =
      absl::StrCat("embedded synthetic retina scans (seed ", request.seed, "), not the real OCTMNIST");
  return data;
}

std::vector<int64_t> PublishedSubset(const Split& test) {
  std::array<int64_t, kClasses> left = kPublishedSubset;
  for (int64_t& count : left) {
    if (test.items < kOctmnistTestItems) count = (count * test.items + kOctmnistTestItems / 2) / kOctmnistTestItems;
  }
  const auto& labels = std::get<std::vector<int64_t>>(test.Find("label")->values);
  std::vector<int64_t> subset;
  for (int64_t i = 0; i < test.items; ++i) {
    int64_t& count = left[static_cast<size_t>(labels[static_cast<size_t>(i)])];
    if (count == 0) continue;
    --count;
    subset.push_back(i);
  }
  return subset;
}

}  // namespace

absl::StatusOr<DataSet> LoadOctmnist(const OctmnistRequest& request) {
  for (const int64_t items : {request.train_items, request.validation_items, request.test_items}) {
    if (items < 0 || items > kMostItems) {
      return Invalid(absl::StrCat("octmnist: ", items, " items are asked for, not 0 (all) to ", WithCommas(kMostItems)));
    }
  }
  const std::string path = JoinPath(request.folder, kOctmnistFile);
  struct stat status;
  const bool file = request.source == OctmnistRequest::kFile ||
                    (request.source == OctmnistRequest::kAuto && stat(path.c_str(), &status) == 0);
  absl::StatusOr<DataSet> data = file ? ReadOctmnist(path, request) : GenerateAll(request);
  if (!data.ok()) return data;
  data->name = "octmnist";
  data->class_names = {"choroidal neovascularization", "diabetic macular edema", "drusen", "normal"};
  data->published_subset = PublishedSubset(data->test);
  data->sha256 = DataDigest(*data);
  return data;
}

}  // namespace plumbline
