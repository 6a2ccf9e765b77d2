// OCTMNIST from a file and embedded: what is read, what is refused and in which words.
#include "experiments/data/octmnist.h"

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "experiments/arrays/array_file.h"
#include "experiments/data/md5.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

FileArray Bytes(std::vector<int64_t> shape, int modulus) {
  FileArray array;
  array.type = ElementType::kU8;
  array.shape = std::move(shape);
  int64_t size = 1;
  for (const int64_t axis : array.shape) size *= axis;
  for (int64_t i = 0; i < size; ++i) array.bytes.push_back(static_cast<char>(i % modulus));
  return array;
}

NamedArrays Sample() {
  NamedArrays arrays;
  arrays["train_images"] = Bytes({6, 28, 28}, 251);
  arrays["train_labels"] = Bytes({6, 1}, 4);
  arrays["val_images"] = Bytes({3, 28, 28, 1}, 241);
  arrays["val_labels"] = Bytes({3}, 4);
  arrays["test_images"] = Bytes({8, 28, 28}, 239);
  arrays["test_labels"] = Bytes({8, 1}, 4);
  return arrays;
}

// A folder of its own for each test, with octmnist.npz in it where arrays are given.
class Octmnist : public ::testing::Test {
 protected:
  Octmnist() {
    std::string name = ::testing::TempDir() + "/octmnist-XXXXXX";
    request_.folder = mkdtemp(name.data());
    request_.any_md5 = true;
  }

  void Write(const NamedArrays& arrays) { ASSERT_TRUE(WriteNpz(path(), arrays).ok()); }
  std::string path() const { return request_.folder + "/octmnist.npz"; }

  std::string ErrorOf(const NamedArrays& arrays) {
    Write(arrays);
    const auto data = LoadOctmnist(request_);
    EXPECT_TRUE(absl::IsInvalidArgument(data.status())) << data.status();
    EXPECT_THAT(std::string(data.status().message()), StartsWith(absl::StrCat(path(), ": error: ")));
    return std::string(data.status().message());
  }

  OctmnistRequest request_;
};

TEST_F(Octmnist, ReadsTheFileWhereItIs) {
  Write(Sample());
  const auto data = LoadOctmnist(request_);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_FALSE(data->embedded);
  EXPECT_EQ(data->name, "octmnist");
  EXPECT_EQ(data->description, "OCTMNIST (octmnist.npz, 6 training images)");
  EXPECT_THAT(data->class_names, ElementsAre("choroidal neovascularization", "diabetic macular edema", "drusen", "normal"));
  EXPECT_EQ(data->train.items, 6);
  EXPECT_EQ(data->validation.items, 3);
  EXPECT_EQ(data->test.items, 8);
  const Column* const image = data->validation.Find("image");
  ASSERT_NE(image, nullptr);
  EXPECT_THAT(image->item_shape, ElementsAre(1, 28, 28));
  EXPECT_EQ(image->scale, 1.0f / 256);
  EXPECT_EQ(std::get<std::vector<uint8_t>>(image->values)[240], 240);
  EXPECT_EQ(std::get<std::vector<uint8_t>>(image->values)[241], 0);
  EXPECT_THAT(std::get<std::vector<int64_t>>(data->validation.Find("label")->values), ElementsAre(0, 1, 2));
}

TEST_F(Octmnist, TakesTheFirstItemsAndRefusesMoreThanThereAre) {
  Write(Sample());
  request_.train_items = 4;
  const auto data = LoadOctmnist(request_);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ(data->train.items, 4);
  EXPECT_THAT(std::get<std::vector<uint8_t>>(data->train.Find("image")->values), SizeIs(4 * 784));
  request_.train_items = 7;
  EXPECT_THAT(std::string(LoadOctmnist(request_).status().message()), HasSubstr("7 items of train are asked for, it has 6"));
  request_.train_items = -1;
  EXPECT_TRUE(absl::IsInvalidArgument(LoadOctmnist(request_).status()));
}

TEST_F(Octmnist, RefusesAnotherFileByItsDigest) {
  Write(Sample());
  request_.any_md5 = false;
  std::ifstream file(path(), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto data = LoadOctmnist(request_);
  EXPECT_TRUE(absl::IsInvalidArgument(data.status()));
  EXPECT_THAT(std::string(data.status().message()), HasSubstr(*Md5Hex(bytes)));
  EXPECT_THAT(std::string(data.status().message()), HasSubstr(kOctmnistMd5));
}

TEST_F(Octmnist, SaysWhatToDoWhenTheFileIsMissing) {
  request_.source = OctmnistRequest::kFile;
  const auto data = LoadOctmnist(request_);
  EXPECT_TRUE(absl::IsNotFound(data.status()));
  EXPECT_THAT(std::string(data.status().message()), HasSubstr("plumbline download octmnist"));
  EXPECT_THAT(std::string(data.status().message()), HasSubstr("--data_dir"));
}

TEST_F(Octmnist, RefusesArraysThatAreNotItsOwn) {
  NamedArrays arrays = Sample();
  arrays.erase("val_labels");
  EXPECT_THAT(ErrorOf(arrays), HasSubstr("the array 'val_labels' is missing"));
  arrays = Sample();
  arrays["test_labels"].bytes[5] = 4;
  EXPECT_THAT(ErrorOf(arrays), HasSubstr("'test_labels' has the label 4"));
  arrays = Sample();
  arrays["test_labels"] = Bytes({7, 1}, 4);
  EXPECT_THAT(ErrorOf(arrays), HasSubstr("7 labels for 8 images"));
  arrays = Sample();
  arrays["test_labels"] = Bytes({8, 2}, 4);
  EXPECT_THAT(ErrorOf(arrays), HasSubstr("u8 [8, 2]"));
  arrays = Sample();
  arrays["test_labels"] = MakeArray({8}, std::vector<float>(8, 1));
  EXPECT_THAT(ErrorOf(arrays), HasSubstr("f32 [8]"));
  arrays = Sample();
  arrays["train_images"] = Bytes({6, 28, 28, 3}, 251);
  EXPECT_THAT(ErrorOf(arrays), HasSubstr("'train_images' is u8 [6, 28, 28, 3], not u8 [N, 28, 28]"));
  arrays = Sample();
  arrays["train_images"] = MakeArray({1, 28, 28}, std::vector<float>(784, 1));
  EXPECT_THAT(ErrorOf(arrays), HasSubstr("'train_images' is f32"));
  arrays = Sample();
  arrays["train_images"] = Bytes({}, 2);
  EXPECT_THAT(ErrorOf(arrays), HasSubstr("'train_images' is u8 []"));
  arrays = Sample();
  arrays["train_images"] = Bytes({0, 28, 28}, 2);
  EXPECT_THAT(ErrorOf(arrays), HasSubstr("no images"));
}

TEST_F(Octmnist, RefusesAFileThatIsNoArchive) {
  std::ofstream(path()) << "<html>Not Found</html>";
  EXPECT_THAT(std::string(LoadOctmnist(request_).status().message()), HasSubstr("no readable .npz"));
}

TEST_F(Octmnist, IsEmbeddedWhereThereIsNoFile) {
  request_.train_items = 20;
  request_.validation_items = 10;
  request_.seed = 3;
  const auto data = LoadOctmnist(request_);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_TRUE(data->embedded);
  EXPECT_EQ(data->description, "embedded synthetic retina scans (seed 3), not the real OCTMNIST");
  EXPECT_EQ(data->train.items, 20);
  EXPECT_EQ(data->test.items, 1000);
  EXPECT_THAT(data->published_subset, SizeIs(529));
  const auto& labels = std::get<std::vector<int64_t>>(data->test.Find("label")->values);
  std::vector<int> counts(4);
  int64_t last = -1;
  for (const int64_t index : data->published_subset) {
    EXPECT_LT(last, index);
    last = index;
    ++counts[static_cast<size_t>(labels[static_cast<size_t>(index)])];
  }
  EXPECT_THAT(counts, ElementsAre(182, 55, 42, 250));
}

TEST_F(Octmnist, ShrinksThePublishedSubsetWithTheTestSplit) {
  request_.train_items = request_.validation_items = 1;
  request_.test_items = 100;
  const auto data = LoadOctmnist(request_);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_THAT(data->published_subset, SizeIs(18 + 6 + 4 + 25));
}

TEST_F(Octmnist, IsTheSameDataForTheSameRequestOnly) {
  request_.train_items = request_.validation_items = request_.test_items = 8;
  const auto data = LoadOctmnist(request_);
  ASSERT_TRUE(data.ok());
  EXPECT_THAT(data->sha256, SizeIs(64));
  EXPECT_EQ(LoadOctmnist(request_)->sha256, data->sha256);
  request_.seed = 2;
  EXPECT_NE(LoadOctmnist(request_)->sha256, data->sha256);
  request_.seed = 1;
  request_.test_items = 7;
  EXPECT_NE(LoadOctmnist(request_)->sha256, data->sha256);
}

TEST_F(Octmnist, IsEmbeddedOnRequestEvenWhereThereIsAFile) {
  Write(Sample());
  request_.source = OctmnistRequest::kEmbedded;
  request_.train_items = request_.validation_items = request_.test_items = 4;
  EXPECT_TRUE(LoadOctmnist(request_)->embedded);
}

}  // namespace
}  // namespace plumbline
