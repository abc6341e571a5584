// What a dialect of a plug-in says that a reply means: any bytes.
#include "server/plugins/plugin_dialect.h"
#include "tests/fuzz/dialect_checks.h"

namespace {

int Encode(void*, extractd_text, extractd_output*) {
  return 1;
}

int Echo(void*, int, extractd_text body, extractd_output* meaning) {
  return meaning->write(meaning, body.data, body.size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr extractd_dialect kTable = {
      .name = "echo", .self = nullptr, .encode = Encode, .decode = Echo
  };
  static const extractd::plugins::PluginDialect dialect("fuzz", kTable);
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const int status = data[0] % 2 == 0 ? 200 : 500;
  const extractd::SendResult result = dialect.Decode(status, body, extractd::NoHeader);
  extractd::fuzz::CheckResult(result, body.size());
  extractd::fuzz::Require(status == 200 || !result.ok(), "errors are no replies");
  return 0;
}
