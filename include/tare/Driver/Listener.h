//===- Listener.h - Who is told what happens --------------------*- C++ -*-===//
//
// Nothing in lib/Driver knows a console: what there is to say while it works
// goes to a listener, who prints it, keeps it or lets it be.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_LISTENER_H
#define TARE_DRIVER_LISTENER_H

#include <cstdint>
#include <memory>
#include <string>

namespace tare {

/// Sees a counter from 1 on; ends with the work that is counted.
class ProgressView {
public:
  virtual ~ProgressView() = default;
  /// So many steps are done. From any thread, one call at a time.
  virtual void show(int64_t done) = 0;
};

/// Hears what a piece of work has to say. Its functions say nothing, so that each overrides what it cares for; they
/// are called from any thread, and outlive the work.
class Listener {
public:
  virtual ~Listener() = default;

  /// What loses range, bits or accuracy, or is ignored: one line, in lower case, without a full stop.
  virtual void warning(const std::string &) const {}
  /// What is not worth a warning.
  virtual void remark(const std::string &) const {}
  /// What has happened: "wrote ...".
  virtual void note(const std::string &) const {}
  /// Whether each warning is wanted for itself, and with remarks, rather than those of one cause in one line.
  virtual bool isVerbose() const { return false; }
  /// A counter begins: `what` is done `total` times ("calibrating", "running sample"). Null where nobody looks.
  virtual std::unique_ptr<ProgressView> startProgress(const std::string &what, int64_t total) const {
    (void)what, (void)total;
    return nullptr;
  }
  /// Whether the work is to end early; asked between samples. What ends so is an error that says so.
  virtual bool isCancelled() const { return false; }
};

} // namespace tare

#endif // TARE_DRIVER_LISTENER_H
