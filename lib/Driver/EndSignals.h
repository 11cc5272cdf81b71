//===- EndSignals.h - Whoever ends the process early ------------*- C++ -*-===//
#ifndef TARE_DRIVER_ENDSIGNALS_H
#define TARE_DRIVER_ENDSIGNALS_H

namespace tare {

/// From now on SIGINT, SIGTERM and SIGHUP remove unfinished outputs before they end the process; those that are ignored
/// stay so. A file that grows beyond the limit of the process is an error of writing, not the end. To be called before
/// there are other threads.
void cleanUpOnSignals();

/// To be called where the process would end by itself: does not return once a signal ends it, as then what fails is
/// its consequence.
void giveWayToSignals();

} // namespace tare

#endif // TARE_DRIVER_ENDSIGNALS_H
