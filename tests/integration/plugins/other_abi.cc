// A plug-in of an ABI that this tree does not have.
#include <extractd/plugin.h>

namespace {

constexpr extractd_plugin kPlugin = {
    .abi = EXTRACTD_PLUGIN_ABI + 1,
    .name = "from-the-future",
    .version = "9",
    .dialects = nullptr,
    .dialect_count = 0,
    .modes = nullptr,
    .mode_count = 0,
    .providers = nullptr,
};

}  // namespace

const extractd_plugin* extractd_plugin_get(uint32_t) {
  return &kPlugin;
}
