// The options that say where the daemon is and who asks.
#ifndef EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_CONNECTION_H_
#define EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_CONNECTION_H_

#include <string>

#include <CLI/App.hpp>

#include "extractctl/commands.h"

namespace extractd::ctl {

void AddConnectionOptions(CLI::App& app, Globals& globals);

// What is wrong with the options together; empty: nothing.
std::string ConnectionProblem(const Globals& globals);

}  // namespace extractd::ctl

#endif  // EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_CONNECTION_H_
