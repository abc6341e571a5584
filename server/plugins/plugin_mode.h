// Modes of plug-ins: words, and a function that finds the answer in a text.
#ifndef EXTRACTD_SERVER_PLUGINS_PLUGIN_MODE_H_
#define EXTRACTD_SERVER_PLUGINS_PLUGIN_MODE_H_

#include <memory>

#include "include/extractd/plugin.h"
#include "server/modes/mode_handler.h"

namespace extractd::plugins {

// Handlers are constants, so that nobody owns one as such.
struct PluginMode {
  std::shared_ptr<const void> owner;
  const ModeHandler* handler;
};

// `table` lives as long as the mode. Where `find` says that there is no answer, or points outside
// the text, the reply has none.
PluginMode MakeMode(const extractd_mode& table);

}  // namespace extractd::plugins

#endif  // EXTRACTD_SERVER_PLUGINS_PLUGIN_MODE_H_
