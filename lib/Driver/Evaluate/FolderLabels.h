//===- FolderLabels.h - Classes of pictures and sounds ----------*- C++ -*-===//
#ifndef TARE_DRIVER_EVALUATE_FOLDERLABELS_H
#define TARE_DRIVER_EVALUATE_FOLDERLABELS_H

#include "tare/Tensor/Dataset.h"

#include <map>
#include <memory>
#include <string>

namespace tare {

/// The label of each picture or sound of a folder: a line "FILE LABEL" of a text file in it, or the folder in it that
/// the file lies in: its name where all of them are whole numbers, else its number in the order of their names.
class FolderLabels : public SampleMaker {
public:
  /// The text file where it is not named.
  static constexpr const char *usualFile = "labels.txt";

  /// Whether the data are pictures or sounds: such a file, or a folder without arrays.
  static bool areIn(const std::string &data);
  /// `file` is the name of the text file in the folder; empty for the usual one, or the folders.
  static Result<std::shared_ptr<const FolderLabels>> open(const std::string &folder, const std::string &file);

  bool takesFile(const std::string &path) const override;
  /// As many as whoever reads the file itself finds.
  Result<int64_t> samplesOf(const std::string &path) const override;
  Result<Tensor> make(const std::string &path, int64_t sample) const override;

private:
  Status readLines(const std::string &text, const std::string &path);
  Status readFolders();

  std::string folder;
  /// By file, as its path within the folder; or by the folder in it.
  std::map<std::string, float> labels;
  bool areOfFiles = false;
};

} // namespace tare

#endif // TARE_DRIVER_EVALUATE_FOLDERLABELS_H
