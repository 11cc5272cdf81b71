//===- EndSignals.h - Whoever ends the process early ------------*- C++ -*-===//
#ifndef TARE_DRIVER_ENDSIGNALS_H
#define TARE_DRIVER_ENDSIGNALS_H

#include <sys/types.h>

namespace tare {

/// From now on SIGINT, SIGTERM and SIGHUP remove unfinished outputs before they end the process; those that are ignored
/// stay so. A file that grows beyond the limit of the process is an error of writing, not the end. To be called before
/// there are other threads.
void cleanUpOnSignals();

/// To be called where the process would end by itself: does not return once a signal ends it, as then what fails is
/// its consequence.
void giveWayToSignals();

/// The processes of a group, which a signal that ends this process ends, too, as long as this lives.
class EndedAlong {
public:
  explicit EndedAlong(pid_t group);
  ~EndedAlong();
  EndedAlong(const EndedAlong &) = delete;

private:
  pid_t group;
};

} // namespace tare

#endif // TARE_DRIVER_ENDSIGNALS_H
