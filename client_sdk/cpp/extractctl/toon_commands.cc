// extractctl toon encode|decode.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <fmt/format.h>

#include "extractctl/commands.h"
#include "extractctl/show.h"
#include "extractctl/source.h"

namespace extractd::ctl {
namespace {

struct ToonOptions {
  std::string delimiter;
  std::optional<int> indent;
  bool lenient = false;
  std::optional<std::string> text;
  std::vector<std::string> files;
};

void AddTexts(CLI::App& command, ToonOptions& options) {
  command.add_option("--text", options.text, "The text; default: the files, else standard input");
  command.add_option("files", options.files, "Files");
}

// Calls `each` with every text; the worst exit code.
template <class Each>
int ForEachText(const ToonOptions& options, Each each) {
  const auto sources = ReadSources(options.text, options.files);
  if (!sources.has_value()) return kMisused;
  int worst = kFine;
  for (const Source& source : *sources) {
    if (sources->size() > 1) fmt::print(stderr, "{}:\n", source.name);
    worst = std::max(worst, each(source.text));
  }
  return worst;
}

void PrintEncoded(const v1::EncodeToonResponse& response, const OutputOptions& options) {
  if (options.json) return PrintMessage(response);
  fmt::print("{}\n", response.toon());
  std::fflush(stdout);
  fmt::print(stderr, "about {} tokens saved\n", response.saved_tokens());
}

int Encode(const ToonOptions& options, const Globals& globals) {
  Client client = Connect(globals);
  return ForEachText(options, [&](const std::string& text) {
    v1::EncodeToonRequest request;
    request.set_json(text);
    request.set_delimiter(options.delimiter == "tab" ? "\t" : options.delimiter);
    if (options.indent) request.set_indent(*options.indent);
    return Show(client.EncodeToon(request), globals, PrintEncoded);
  });
}

int Decode(const ToonOptions& options, const Globals& globals) {
  Client client = Connect(globals);
  return ForEachText(options, [&](const std::string& text) {
    v1::DecodeToonRequest request;
    request.set_toon(text);
    request.set_lenient(options.lenient);
    return Show(client.DecodeToon(request), globals, PrintDecoded);
  });
}

}  // namespace

void AddToon(CLI::App& app, const Globals& globals, std::function<int()>& run) {
  CLI::App* toon = app.add_subcommand("toon", "Turn JSON into TOON and back");
  toon->require_subcommand(1);
  const auto options = std::make_shared<ToonOptions>();
  CLI::App* encode = toon->add_subcommand("encode", "JSON to TOON");
  AddTexts(*encode, *options);
  encode->add_option("--delimiter", options->delimiter, "Between cells: ',' (default), '|' or tab");
  encode->add_option("--indent", options->indent, "Spaces a level; default 2");
  encode->callback([options, &globals, &run] {
    run = [options, &globals] { return Encode(*options, globals); };
  });
  CLI::App* decode = toon->add_subcommand("decode", "TOON to JSON");
  AddTexts(*decode, *options);
  decode->add_flag(
      "--lenient", options->lenient, "Accept what models get wrong; changes on stderr"
  );
  decode->callback([options, &globals, &run] {
    run = [options, &globals] { return Decode(*options, globals); };
  });
}

}  // namespace extractd::ctl
