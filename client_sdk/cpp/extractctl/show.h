// One call and what is printed of it: shared by the subcommands.
#ifndef EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_SHOW_H_
#define EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_SHOW_H_

#include "extractctl/commands.h"
#include "extractctl/output.h"
#include "extractd/client.h"

namespace extractd::ctl {

Client Connect(const Globals& globals);

// Prints a result by `print`; the exit code.
template <class Response, class Print>
int Show(const Result<Response>& result, const Globals& globals, Print print) {
  const OutputOptions options = DetectOutput(globals.json);
  if (!result.ok()) {
    PrintFailure(result.failure(), options);
    return kFailed;
  }
  print(*result, options);
  return kFine;
}

}  // namespace extractd::ctl

#endif  // EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_SHOW_H_
