// A dialect whose protocol is known to a plug-in.
#ifndef EXTRACTD_SERVER_PLUGINS_PLUGIN_DIALECT_H_
#define EXTRACTD_SERVER_PLUGINS_PLUGIN_DIALECT_H_

#include <memory>
#include <string>
#include <string_view>

#include "include/extractd/plugin.h"
#include "server/registry/dialect.h"

namespace extractd::plugins {

// What the plug-in does wrong becomes an error that names it: kInternal where it cannot encode, a
// malformed reply that is not asked for again where it cannot decode.
class PluginDialect final : public Dialect {
 public:
  // `table` lives as long as this.
  PluginDialect(std::string_view plugin, const extractd_dialect& table);

  std::string_view name() const override { return name_; }
  std::string Path(const ProviderRow& row, const ChatRequest& request) const override;
  absl::StatusOr<std::string> EncodeBody(
      const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
  ) const override;
  SendResult Decode(int http_status, std::string_view body, HeaderOf header) const override;
  StreamFraming framing() const override;
  std::unique_ptr<StreamDecoder> NewStreamDecoder() const override;

 private:
  std::string Who(std::string_view function) const;

  const std::string plugin_;
  const std::string name_;
  const extractd_dialect& table_;
};

}  // namespace extractd::plugins

#endif  // EXTRACTD_SERVER_PLUGINS_PLUGIN_DIALECT_H_
