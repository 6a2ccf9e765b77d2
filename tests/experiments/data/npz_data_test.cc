// Generic archives: split and column by name, types as training takes them, what does not fit refused.
#include "experiments/data/npz_data.h"

#include <string>
#include <vector>

#include "experiments/arrays/array_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

FileArray Labels(std::vector<int64_t> values) {
  FileArray array;
  array.type = ElementType::kS64;
  array.shape = {static_cast<int64_t>(values.size())};
  array.bytes.assign(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(int64_t));
  return array;
}

NamedArrays Sample() {
  NamedArrays arrays;
  arrays["train_x"] = MakeArray({3, 2}, std::vector<double>{1, 2, 3, 4, 5, 6.5});
  arrays["train_label"] = Labels({0, 1, 2});
  arrays["val_x"] = MakeArray({1, 2}, std::vector<float>{7, 8});
  arrays["val_label"] = Labels({1});
  return arrays;
}

std::string Path() { return ::testing::TempDir() + "/small.npz"; }

absl::StatusOr<DataSet> Load(const NamedArrays& arrays) {
  EXPECT_TRUE(WriteNpz(Path(), arrays).ok());
  return LoadNpzData(Path());
}

std::string ErrorOf(const NamedArrays& arrays) {
  const auto data = Load(arrays);
  EXPECT_TRUE(absl::IsInvalidArgument(data.status())) << data.status();
  EXPECT_THAT(std::string(data.status().message()), HasSubstr("small.npz: error: "));
  return std::string(data.status().message());
}

TEST(NpzData, ReadsSplitsAndColumnsByName) {
  const auto data = Load(Sample());
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ(data->name, "small");
  EXPECT_EQ(data->description, "small.npz, 3 training items");
  EXPECT_EQ(data->train.items, 3);
  EXPECT_EQ(data->validation.items, 1);
  EXPECT_EQ(data->test.items, 0);
  const Column* const x = data->train.Find("x");
  ASSERT_NE(x, nullptr);
  EXPECT_THAT(x->item_shape, ElementsAre(2));
  EXPECT_THAT(std::get<std::vector<float>>(x->values), ElementsAre(1, 2, 3, 4, 5, 6.5f));
  EXPECT_THAT(std::get<std::vector<int64_t>>(data->train.Find("label")->values), ElementsAre(0, 1, 2));
  EXPECT_EQ(data->sha256.size(), 64u);
}

TEST(NpzData, IsNamedByItsContentsNotItsFile) {
  const std::string digest = Load(Sample())->sha256;
  const std::string other = ::testing::TempDir() + "/other.npz";
  ASSERT_TRUE(WriteNpz(other, Sample()).ok());
  EXPECT_EQ(LoadNpzData(other)->sha256, digest);
  NamedArrays changed = Sample();
  changed["val_label"] = Labels({0});
  EXPECT_NE(Load(changed)->sha256, digest);
}

TEST(NpzData, RefusesWhatDoesNotFit) {
  NamedArrays arrays = Sample();
  arrays["images"] = Labels({1});
  EXPECT_THAT(ErrorOf(arrays), HasSubstr("array 'images' is named after no split"));
  arrays = Sample();
  arrays["train_"] = Labels({1});
  EXPECT_THAT(ErrorOf(arrays), HasSubstr("'train_' is named after no split"));
  arrays = Sample();
  arrays["train_label"] = Labels({0, 1});
  EXPECT_THAT(ErrorOf(arrays), HasSubstr("'train_x' has 3 items, other columns of its split 2"));
  arrays = Sample();
  arrays["train_label"] = MakeArray({}, std::vector<float>{1});
  EXPECT_THAT(ErrorOf(arrays), HasSubstr("'train_label' has no items"));
  arrays = Sample();
  arrays.erase("val_x");
  EXPECT_THAT(ErrorOf(arrays), HasSubstr("the split validation lacks the column 'x'"));
  arrays = Sample();
  arrays["test_y"] = Labels({1});
  EXPECT_THAT(ErrorOf(arrays), HasSubstr("the split test lacks the column 'label'"));
  arrays = Sample();
  arrays["val_x"] = MakeArray({1, 3}, std::vector<float>{7, 8, 9});
  EXPECT_THAT(ErrorOf(arrays), HasSubstr("other than those of train, [2]"));
  arrays = Sample();
  arrays["validation_x"] = arrays["val_x"];
  EXPECT_THAT(ErrorOf(arrays), HasSubstr("its column is there twice"));
  arrays = Sample();
  arrays.erase("train_x");
  arrays.erase("train_label");
  EXPECT_THAT(ErrorOf(arrays), HasSubstr("no training split"));
  EXPECT_THAT(ErrorOf({}), HasSubstr("no training split"));
}

TEST(NpzData, SaysWhenThereIsNoFile) {
  EXPECT_TRUE(absl::IsNotFound(LoadNpzData(::testing::TempDir() + "/absent.npz").status()));
}

}  // namespace
}  // namespace plumbline
